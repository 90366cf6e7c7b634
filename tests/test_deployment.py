"""The proxy of deploy/ in front of the real site: nginx with the recipe's own file, and visitors of many addresses."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.proxied_site import (
    DOCUMENT,
    NAME,
    Proxy,
    Site,
    assert_is_a_sentence,
    free_port,
    needs_nginx,
    proxy,
    run,
    running,
)

pytestmark = needs_nginx

SLOW = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n where i <> :visit"


@pytest.fixture(scope="module")
def site(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Site(catalogue, tmp_path_factory.mktemp("site") / "log")) as started:
        yield started


@pytest.fixture(scope="module")
def front(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The proxy that most tests ask; each test has addresses of its own, so that none uses up another's requests."""
    with proxy(site.port, tmp_path_factory.mktemp("front") / "nginx") as started:
        yield started


# What arrives


def test_pages_and_addresses_are_those_of_the_public_name(front: Proxy) -> None:
    with front.client("127.0.0.10") as visitor:
        page = visitor.get("/catalog/papers")
        table = visitor.get("/catalog/papers.json?_size=1")

    assert page.status_code == 200
    assert "Paper Boats" in page.text
    assert table.json()["next_url"].startswith(f"http://{NAME}/catalog/papers.json?")
    assert "127.0.0.1" not in page.text + str(page.headers) + table.text + str(table.headers)


def test_the_feeds_that_the_home_page_announces_give_addresses_of_the_public_name(front: Proxy) -> None:
    pytest.importorskip("datasette_atom", reason="datasette-atom is not installed, so there are no feeds")
    with front.client("127.0.0.11") as visitor:
        announced = re.findall(
            r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', visitor.get("/").text
        )
        feeds = [visitor.get(address) for address in announced]

    assert feeds
    for feed in feeds:
        assert feed.status_code == 200
        links = re.findall(r'<link [^>]*href="([^"]+)"', feed.text)
        assert links
        assert all(link.startswith(f"http://{NAME}/") for link in links), links


def test_a_visitor_cannot_make_up_the_scheme_or_the_name(front: Proxy) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "127.0.0.1"}
    with front.client("127.0.0.12", **forged) as visitor:
        table = visitor.get("/catalog/papers.json?_size=1&_nofacet=1")
        elsewhere = visitor.get("/", headers={"Host": "evil.example"})

    assert table.json()["next_url"].startswith(f"http://{NAME}/")
    assert "evil.example" not in table.text
    assert_is_a_sentence(elsewhere, 421)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_the_site_sends_arrives_byte_for_byte(front: Proxy, site: Site, catalogue: Path, encoding: str) -> None:
    paths = [
        "/catalog/papers.json?_shape=array",
        "/catalog/papers.csv?_stream=on",
        "/static/catalog.css",
        "/catalog.db",
    ]
    with front.client("127.0.0.13", **{"Accept-Encoding": encoding}) as visitor:
        sent = {path: visitor.get(path) for path in paths}

    for path, response in sent.items():
        behind = httpx.get(f"http://127.0.0.1:{site.port}{path}", headers={"Host": NAME})
        assert (response.status_code, response.content) == (200, behind.content), path
        assert response.headers["Content-Type"] == behind.headers["Content-Type"], path
        is_packed = encoding == "gzip" and not path.endswith(".db")
        assert response.headers.get("Content-Encoding") == ("gzip" if is_packed else None), path
    assert sent["/catalog.db"].content == catalogue.read_bytes()


# What one address may ask


def changed(old: str, new: str) -> Callable[[str], str]:
    """Return what changes one thing in the recipe, so that a limit can be met at once on the slowest machine."""

    def change(text: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return change


# All of the burst, and then nothing for a minute.
no_more = changed("zone=paper_requests:10m rate=10r/s", "zone=paper_requests:10m rate=1r/m")
BURST = 60


def test_a_page_comes_with_all_its_files_and_too_much_is_refused_to_one_address_alone(
    site: Site, tmp_path: Path
) -> None:
    with proxy(site.port, tmp_path / "nginx", change=no_more) as front:
        with front.client("127.0.0.20") as visitor:
            page = visitor.get("/catalog/papers")
            files = re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js)[^"]*)"', page.text)
            codes = [visitor.get(file).status_code for file in (files * BURST)[:BURST]]
            refused = visitor.get(files[0])
        with front.client("127.0.0.21") as other:
            answered = other.get("/catalog/papers")

    assert page.status_code == 200
    assert 2 <= len(files) <= BURST / 3
    assert set(codes) == {200}
    assert_is_a_sentence(refused, 429)
    assert answered.status_code == 200


def test_in_ipv6_all_addresses_of_one_network_are_one_visitor(site: Site, tmp_path: Path) -> None:
    # There is one IPv6 address to come from here, so this proxy takes the visitor's word for it.
    believing = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; "
    with (
        proxy(site.port, tmp_path / "nginx", http=believing, change=no_more) as front,
        front.client("127.0.0.1") as client,
    ):

        def ask(address: str) -> int:
            return client.get("/static/catalog.css", headers={"X-Forwarded-For": address}).status_code

        one_network = [ask(f"2001:db8:0:a::{number:x}") for number in range(BURST + 2)]
        next_network = ask("2001:db8:0:b::1")

    assert one_network == [200] * (BURST + 1) + [429]
    assert next_network == 200


def test_slow_questions_of_one_address_leave_the_site_to_the_others(front: Proxy) -> None:
    asked = [_slow_question(front, "127.0.0.22", visit) for visit in range(9)]
    with front.client("127.0.0.23") as other:
        answered = [other.get(f"/catalog/papers/{number}").status_code for number in (1, 2)]
    codes = Counter(_everything(connection).split(b" ", 2)[1] for connection in asked)

    assert answered == [200, 200]
    # Two at once are let through, until the site's own time limit ends them.
    assert set(codes) == {b"400", b"429"}


def test_questions_that_come_too_fast_wait_and_then_are_refused(site: Site, tmp_path: Path) -> None:
    once = changed("zone=paper_questions:10m rate=2r/s", "zone=paper_questions:10m rate=1r/m")
    # None of them waits for the minute here; how long they wait is nginx's business.
    with (
        proxy(
            site.port,
            tmp_path / "nginx",
            change=lambda text: once(changed("burst=20 delay=10", "burst=20 nodelay")(text)),
        ) as front,
        front.client("127.0.0.24") as visitor,
    ):
        codes = [visitor.get("/catalog/papers.json?_size=1").status_code for _ in range(22)]
        page = visitor.get("/catalog/papers")
        design = visitor.get("/-/static/app.css?version")

    assert codes == [200] * 21 + [429]
    assert (page.status_code, design.status_code) == (200, 200)


def test_the_site_gets_no_more_at_once_than_it_can_hold_whoever_asks(site: Site, tmp_path: Path) -> None:
    with proxy(site.port, tmp_path / "nginx", change=changed("max_conns=64", "max_conns=2")) as front:
        asked = [_slow_question(front, f"127.0.1.{visit}", visit) for visit in range(1, 10)]
        answers = [_everything(connection).decode() for connection in asked]

    refused = [answer for answer in answers if not answer.startswith("HTTP/1.1 400 ")]
    assert 0 < len(refused) < len(answers)
    for answer in refused:
        assert answer.startswith("HTTP/1.1 502 ")
        assert answer.endswith(": try again in a minute.\n")


def _slow_question(front: Proxy, address: str, visit: int) -> socket.socket:
    query = urlencode({"sql": SLOW, "visit": visit})
    connection = front.connect(address)
    connection.sendall(f"GET /catalog.json?{query} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    return connection


# What is refused


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_only_reading_is_let_through(front: Proxy, method: str) -> None:
    with front.client("127.0.0.30") as visitor:
        assert_is_a_sentence(visitor.request(method, "/catalog/papers.json", content=b"x" * 10_000), 405)
        assert visitor.head("/catalog/papers").status_code == 200


def test_what_is_too_large_is_refused(front: Proxy) -> None:
    with front.client("127.0.0.31") as visitor:
        assert visitor.get("/catalog.json", params={"sql": f"select '{'x' * 12_000}'"}).status_code == 200
        assert_is_a_sentence(visitor.get("/catalog.json", params={"sql": "x" * 20_000}), 414)
        assert_is_a_sentence(visitor.get("/", headers={"X-Much": "x" * 20_000}), 400)
        assert_is_a_sentence(visitor.get("/", headers={f"X-{number}": "x" * 7_000 for number in range(12)}), 400)
        assert_is_a_sentence(visitor.request("GET", "/", content=b"x" * 2_000), 413)
        # What is small enough is read and thrown away.
        assert visitor.request("GET", "/catalog/papers", content=iter([b"GET / HTTP/1.1\r\n\r\n"])).status_code == 200
        assert visitor.get("/catalog/digests").status_code == 200


@pytest.mark.parametrize(
    "request_bytes", [b"HELLO\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"]
)
def test_what_is_no_request_is_refused(front: Proxy, request_bytes: bytes) -> None:
    with front.connect("127.0.0.32") as connection:
        connection.sendall(request_bytes)
        answer = _everything(connection).decode()

    assert answer.startswith("HTTP/1.1 400 ")
    assert answer.endswith("\r\n\r\nThis request could not be understood, or its headers are too long.\n")


def test_visitors_who_never_finish_a_request_hold_nobody_up(site: Site, tmp_path: Path) -> None:
    hasty = changed("client_header_timeout 10s;", "client_header_timeout 1s;")
    with proxy(site.port, tmp_path / "nginx", change=hasty) as front:
        slow = [front.connect("127.0.0.33") for _ in range(100)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with front.client("127.0.0.34") as visitor:
            assert visitor.get("/catalog/papers").status_code == 200
        assert [_everything(connection) for connection in slow] == [b""] * 100


def _everything(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection; it may do so without ceremony."""
    received = b""
    try:
        while more := connection.recv(4096):
            received += more
    except ConnectionResetError:
        pass
    finally:
        connection.close()
    return received


# HTTPS


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed, which makes the certificate")
def test_https_as_the_document_turns_it_on(site: Site, tmp_path: Path) -> None:
    (command,) = re.findall(
        r"^sudo (sed -i .*#tls .*) /etc/nginx/conf\.d/paper-catalogue\.conf$", DOCUMENT, re.MULTILINE
    )
    _make_certificate(tmp_path)
    secure_port = free_port()

    def secured(text: str) -> str:
        (tmp_path / "recipe").write_text(text, encoding="utf-8")
        assert run(*shlex.split(command), str(tmp_path / "recipe")).returncode == 0
        text = (tmp_path / "recipe").read_text(encoding="utf-8")
        changes = {
            "listen 443 ssl default_server;": f"listen 127.0.0.1:{secure_port} ssl default_server;",
            "    listen [::]:443 ssl default_server;\n": "",
            "/etc/ssl/paper-catalogue/": f"{tmp_path}/",
        }
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        return text

    with proxy(site.port, tmp_path / "nginx", change=secured) as front:
        with front.client("127.0.0.1") as visitor:
            plain = visitor.get("/catalog/papers?_size=1")
        with Proxy(front.folder, secure_port).client("127.0.0.1", scheme="https") as visitor:
            table = visitor.get("/catalog/papers.json?_size=1")
            page = visitor.get("/catalog/papers")

    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{NAME}/catalog/papers?_size=1")
    assert table.json()["next_url"].startswith(f"https://{NAME}/catalog/papers.json?")
    assert f"http://{NAME}" not in page.text + str(page.headers)


def _make_certificate(folder: Path) -> None:
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    made = run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", f"/CN={NAME}", "-keyout", str(key), "-out", str(certificate)),
    )
    assert made.returncode == 0, made.stderr
