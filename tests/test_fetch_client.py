"""Asking a host: what is sent, how often, what is refused, and what is tried again; over real HTTP on this machine."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import CatalogError
from catalog.fetch.client import MOST_TRIES, Client, Limits
from catalog.fetch.faults import AnswerError, HostError
from catalog.fetch.waits import Clock
from tests import api_server as api
from tests.api_server import ApiServer

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
FERNS = b'[{"title": "Counting Ferns"}]'
SMALL = Limits(most_bytes=1 << 20)


@dataclass
class StillClock:
    """Time that passes only in sleep, and is noted."""

    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(now=lambda: NOW, monotonic=lambda: sum(self.slept), sleep=self.slept.append, jitter=lambda: 0.5)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def _server() -> Iterator[ApiServer]:
    with api.api_server() as server:
        yield server


@pytest.fixture
def server(_server: ApiServer) -> ApiServer:
    _server.answers.clear()
    _server.requests.clear()
    return _server


@pytest.fixture
def still() -> StillClock:
    return StillClock()


@pytest.fixture
def client(server: ApiServer, still: StillClock) -> Iterator[Client]:
    with Client(server.url, rate=1, clock=still.clock(), limits=SMALL) as made:
        yield made


def answer_error(client: Client, path: str = "/x") -> str:
    with pytest.raises(AnswerError) as caught:
        client.get_json(path)
    return one_sentence(caught.value)


def host_error(client: Client, path: str = "/x") -> str:
    with pytest.raises(HostError) as caught:
        client.get_json(path)
    return one_sentence(caught.value)


def one_sentence(error: Exception) -> str:
    text = str(error)
    assert "\n" not in text
    assert "; " in text, "it says what to do"
    return text


# What is sent, and how often.


def test_an_answer_is_its_bytes_and_what_they_say(server: ApiServer, client: Client) -> None:
    spaced = b'  [ {"title":"Caf\xc3\xa9"} ]\r\n'
    server.on("/x", api.content(spaced))

    answer = client.get_json("/x")

    assert answer.content == spaced
    assert answer.data == [{"title": "Café"}]


def test_the_request_says_who_asks_and_for_what(server: ApiServer, client: Client) -> None:
    server.on("/api/papers/cs%2F0112017", api.content(b"{}"))

    client.get_json("/api/papers/cs%2F0112017")

    (request,) = server.requests
    assert request.headers["user-agent"].startswith("paper-catalog/0.")
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "gzip"
    assert "authorization" not in request.headers


def test_the_api_may_stand_below_a_path(server: ApiServer) -> None:
    server.on("/mirror/x", api.content(FERNS))

    with Client(f"{server.url}/mirror/", clock=StillClock().clock()) as client:
        assert client.get_json("/x").content == FERNS


@pytest.mark.parametrize(("rate", "pause"), [(1.0, 1.0), (4.0, 0.25)])
def test_requests_keep_the_rate(server: ApiServer, still: StillClock, rate: float, pause: float) -> None:
    server.on("/x", api.content(FERNS))

    with Client(server.url, rate=rate, clock=still.clock()) as client:
        for _ in range(4):
            client.get_json("/x")

    assert len(server.requests) == 4
    assert still.slept == [pause] * 3  # none before the first


def test_time_that_passed_anyway_is_not_slept(server: ApiServer) -> None:
    server.on("/x", api.content(FERNS))
    still = StillClock()

    with Client(server.url, rate=1, clock=still.clock()) as client:
        client.get_json("/x")
        still.slept.append(0.75)  # the caller was busy
        client.get_json("/x")

    assert still.slept == [0.75, 0.25]


# What may pass is tried again.


def test_an_overloaded_host_is_asked_again_ever_later(server: ApiServer, client: Client, still: StillClock) -> None:
    server.on("/x", *[api.status(503)] * 3, api.content(FERNS))

    assert client.get_json("/x").content == FERNS

    assert len(server.requests) == 4
    assert still.slept == [1.0, 2.0, 4.0]


def test_the_host_says_when(server: ApiServer, client: Client, still: StillClock) -> None:
    server.on(
        "/x",
        api.status(429, Retry_After="17"),
        api.status(503, Retry_After="Sat, 21 Nov 2026 12:00:30 GMT"),
        api.status(429, RateLimit='"api";r=0;t=55'),
        api.content(FERNS),
    )

    assert client.get_json("/x").content == FERNS

    assert still.slept == [17.5, 30.5, 55.5]  # never earlier than it asks for


def test_a_pause_that_is_too_long_is_not_waited_for(server: ApiServer, client: Client, still: StillClock) -> None:
    server.on("/x", api.status(429, Retry_After="3600"))

    assert "asks for a pause of 3600 seconds" in host_error(client)

    assert still.slept == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_it_gives_up_on_a_host_that_stays_overloaded(server: ApiServer, client: Client, code: int) -> None:
    server.on("/x", api.status(code))

    assert f"answered {code} " in host_error(client)

    assert len(server.requests) == MOST_TRIES


def test_it_gives_up_on_an_answer_that_fails_each_time(server: ApiServer, client: Client) -> None:
    server.on("/x", api.status(500))

    assert f"answered 500 Internal Server Error, in {MOST_TRIES} tries" in answer_error(client)


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(api.hang_up, id="no answer"),
        pytest.param(api.cut(FERNS, 9), id="shorter than its length"),
        pytest.param(api.unmeasured(FERNS[:9]), id="JSON cut short"),
        pytest.param(api.content(gzip.compress(FERNS)[:-6], Content_Encoding="gzip"), id="gzip cut short"),
        pytest.param(api.content(b"\x1f\x8b nothing", Content_Encoding="gzip"), id="gzip damaged"),
        pytest.param(api.content(b"[" * 200_000), id="JSON without end"),
        pytest.param(api.content(b'["\xff"]'), id="not UTF-8"),
        pytest.param(api.content(b""), id="empty"),
        pytest.param(api.status(500), id="500"),
    ],
)
def test_a_broken_answer_is_asked_for_again_and_never_given(
    server: ApiServer, client: Client, failure: api.Play
) -> None:
    server.on("/x", failure, failure, api.content(FERNS))
    assert client.get_json("/x").content == FERNS
    assert len(server.requests) == 3

    server.on("/y", failure)
    answer_error(client, "/y")


def test_a_host_that_says_nothing_is_asked_again(server: ApiServer, still: StillClock) -> None:
    released = threading.Event()
    try:
        server.on("/x", api.silence(released), api.silence(released, FERNS), api.content(FERNS))
        with Client(server.url, clock=still.clock(), limits=Limits(read=0.2)) as client:
            assert client.get_json("/x").content == FERNS
    finally:
        released.set()


def test_a_host_that_is_not_there(still: StillClock) -> None:
    with api.api_server() as gone:
        pass

    with Client(gone.url, clock=still.clock()) as client:
        assert f"in {MOST_TRIES} tries; check the connection" in host_error(client)
    assert still.slept == [1.0, 2.0, 4.0, 8.0]


def test_each_pause_is_told(server: ApiServer, still: StillClock) -> None:
    told: list[tuple[float, str]] = []
    server.on("/x", api.status(503), api.content(FERNS))

    with Client(server.url, clock=still.clock(), on_wait=lambda *pause: told.append(pause)) as client:
        client.get_json("/x")

    assert told == [(1.0, f"{client.host} answered 503 Service Unavailable")]


# What will not pass is not.


@pytest.mark.parametrize("code", [401, 403, 451])
def test_a_host_that_refuses_is_left_alone(server: ApiServer, client: Client, code: int) -> None:
    server.on("/x", api.status(code))

    assert f"refuses to answer ({code} " in host_error(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("code", "says"), [(404, "does not know it (404 Not Found)"), (400, "400"), (418, "418"), (204, "204")]
)
def test_other_answers_are_not_asked_for_again(server: ApiServer, client: Client, code: int, says: str) -> None:
    server.on("/x", api.status(code))

    assert says in answer_error(client)
    assert len(server.requests) == 1


def test_a_phrase_of_the_host_is_not_repeated(server: ApiServer, client: Client) -> None:
    def play(handler: object) -> None:
        handler.send_response(499, "\x1b[31mred")  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "0")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]

    server.on("/x", play)

    assert "\x1b" not in answer_error(client)


@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_a_page_is_refused(server: ApiServer, client: Client, kind: str) -> None:
    server.on("/x", api.content(b"\n<!doctype html><title>Sign in</title>", Content_Type=kind))

    assert "sent a page instead of JSON" in answer_error(client)
    assert len(server.requests) == 1


def test_json_of_another_content_type_is_json(server: ApiServer, client: Client) -> None:
    server.on("/x", api.content(FERNS, Content_Type="text/plain"))

    assert client.get_json("/x").content == FERNS


# How much is read.


@pytest.mark.parametrize("size", [(1 << 20) - 2, 1 << 20])
def test_an_answer_may_be_as_large_as_is_allowed(server: ApiServer, client: Client, size: int) -> None:
    body = b"[" + b" " * (size - 2) + b"]"
    server.on("/x", api.content(body))
    server.on("/packed", api.content(gzip.compress(body), Content_Encoding="gzip"))

    assert client.get_json("/x").content == body
    assert client.get_json("/packed").content == body


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(api.content(b"[" + b" " * (1 << 20) + b"]"), id="one byte too many"),
        pytest.param(api.endless(), id="endless"),
        pytest.param(api.bomb(64 << 20), id="bomb"),
    ],
)
def test_a_larger_answer_is_refused_while_it_comes(server: ApiServer, client: Client, play: api.Play) -> None:
    server.on("/x", play)

    assert "is larger than 1 MiB" in answer_error(client)
    assert len(server.requests) == 1


def test_a_packing_that_was_not_accepted_is_refused(server: ApiServer, client: Client) -> None:
    server.on("/x", api.content(FERNS, Content_Encoding="br"))

    assert "packed as 'br'" in answer_error(client)


def test_a_drop_now_and_then_is_not_an_answer(server: ApiServer) -> None:
    dropped: list[int] = []

    def play(handler: object) -> None:
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "1000")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        for number in range(1000):
            handler.wfile.write(b" ")  # type: ignore[attr-defined]
            dropped.append(number)
            time.sleep(0.02)

    server.on("/x", play)

    with Client(server.url, limits=Limits(read=2, whole=0.3)) as client:
        assert "took more than 0.3 seconds" in answer_error(client)
        # It was given up while it came, not judged after its end.
        assert len(dropped) < 1000


# Where it goes.


def test_redirects_on_the_same_host_are_followed(server: ApiServer, client: Client, still: StillClock) -> None:
    server.on("/x", api.status(301, Location="/y"))
    server.on("/y", api.status(307, Location=f"{server.url}/z"))
    server.on("/z", api.content(FERNS))

    assert client.get_json("/x").content == FERNS
    assert server.paths == ["/x", "/y", "/z"]
    assert still.slept == [1.0, 1.0]  # a redirect is a request


def test_redirects_in_a_circle_end(server: ApiServer, client: Client) -> None:
    server.on("/x", api.status(302, Location="/x"))

    assert "redirects more than 3 times" in answer_error(client)
    assert len(server.requests) == 4


def test_no_redirect_leads_to_another_host(server: ApiServer, client: Client) -> None:
    with api.api_server() as other:
        for location in (f"{other.url}/y", "//localhost/y", server.url.replace("http", "https") + "/y", "http://a@b/y"):
            server.on("/x", api.status(302, Location=location))
            assert "which was not asked" in host_error(client)
        assert other.requests == []
    assert set(server.paths) == {"/x"}


@pytest.mark.parametrize(
    "location", ["http://[", "http://\x00/", "http://" + "a" * 70000, "javascript:alert(1)", "http://xn--/", ""]
)
def test_a_redirect_to_nowhere_is_one_sentence(server: ApiServer, client: Client, location: str) -> None:
    server.on("/x", api.status(302, Location=location))

    with pytest.raises((AnswerError, HostError)) as caught:
        client.get_json("/x")
    one_sentence(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "socks5://127.0.0.1:1"), ("HTTPS_PROXY", "bogus://h"), ("SSL_CERT_FILE", "nothing-here.pem")],
)
def test_an_environment_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(CatalogError, match=name):
        Client("https://huggingface.co")


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, still: StillClock) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is not installed")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    told = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run([openssl, *made, *told, "-keyout", key, "-out", certificate], check=True, capture_output=True)

    with api.api_server((certificate, key)) as server, Client(server.url, clock=still.clock()) as client:
        server.on("/x", api.content(FERNS))
        said = host_error(client)

    assert "cannot be reached safely (TLS: self" in said
    assert still.slept == []
    assert server.requests == []
