"""What the proxy of deploy/ lets through to the site: here the site is a server that says what it was asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from tests.proxied_site import NAME, Proxy, needs_nginx, proxy

pytestmark = needs_nginx


class Asked(ThreadingHTTPServer):
    """Answers every request with its line and headers; below /wait only when it is let go."""

    daemon_threads = True
    let_go: Event
    waits_for_body = False
    requests: list[dict[str, Any]]

    def stop(self) -> None:
        self.let_go.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Asked

    def do_GET(self) -> None:
        asked = {"path": self.path, "version": self.request_version, **{k.lower(): v for k, v in self.headers.items()}}
        if self.server.waits_for_body:
            asked["body"] = self._body()
        self.server.requests.append(asked)
        if self.path.startswith("/wait"):
            self.server.let_go.wait(60)
        content = json.dumps(asked).encode()
        self.send_response(200)
        self.send_header("Cache-Control", "max-age=1" if self.path == "/old" else "max-age=60")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> str:
        # Nobody says how long a body is that should not be there.
        self.connection.settimeout(0.5)
        try:
            return self.rfile.read1(1000).decode()
        except TimeoutError:
            return ""

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def asking(folder: Path) -> Iterator[tuple[Asked, Proxy]]:
    server = Asked(("127.0.0.1", 0), _Handler)
    server.let_go, server.requests = Event(), []
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with proxy(server.server_port, folder / "nginx") as front:
            yield server, front
    finally:
        server.stop()


@pytest.mark.parametrize(
    "path", ["/catalog/papers?_next=a%2Fb~2Ec&_facet=x+y", "/-/versions.json", "/catalog.csv?sql=select+1"]
)
def test_the_site_is_told_who_asks_for_what_and_nothing_else(tmp_path: Path, path: str) -> None:
    sent = {
        "Cookie": "ds_actor=x",
        "Authorization": "Bearer x",
        "X-Forwarded-For": "10.0.0.1",
        "Accept-Encoding": "gzip",
    }
    with asking(tmp_path) as (server, front), front.client("127.0.0.2", **sent) as visitor:
        server.waits_for_body = True
        asked = visitor.request("GET", path, content=b"x" * 100).json()

    for header in ("accept", "user-agent", "connection"):
        asked.pop(header, None)
    assert asked == {
        "body": "",
        "path": path,
        "version": "HTTP/1.1",
        "host": NAME,
        "x-forwarded-for": "127.0.0.2",
        "x-forwarded-proto": "http",
    }


def test_a_page_is_asked_for_once_while_it_is_new_and_shown_when_old_only_while_the_site_is_away(
    tmp_path: Path,
) -> None:
    with asking(tmp_path) as (server, front), front.client("127.0.0.2") as visitor:

        def ask(path: str) -> int:
            return visitor.get(path).status_code

        def count(path: str) -> int:
            return [asked["path"] for asked in server.requests].count(path)

        assert [ask(path) for path in ("/new", "/new", "/new?", "/-/new", "/-/new", "/new.csv")] == [200] * 6
        assert [count(path) for path in ("/new", "/new?", "/-/new")] == [1, 1, 2]
        assert ask("/old") == 200
        time.sleep(2.1)
        assert (ask("/old"), count("/old")) == (200, 2)
        time.sleep(2.1)
        server.stop()
        assert [ask(path) for path in ("/old", "/unseen", "/-/new", "/new.csv")] == [200, 502, 502, 502]


@pytest.mark.parametrize(("path", "most"), [("/wait/{}", 20), ("/wait/{}.db", 2), ("/wait?question={}", 2)])
def test_one_address_has_only_so_many_requests_in_work(tmp_path: Path, path: str, most: int) -> None:
    with asking(tmp_path) as (server, front):
        held = [front.connect("127.0.0.3") for _ in range(most)]
        for number, connection in enumerate(held):
            line = f"GET {path.format(number)} HTTP/1.1"
            connection.sendall(f"{line}\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        _wait_until(lambda: len(server.requests) == most)
        with front.client("127.0.0.3") as same, front.client("127.0.0.4") as other:
            refused = same.get(path.format(most)).status_code
            answered = other.get(path.format(most).replace("wait", "page")).status_code
        server.let_go.set()
        answers = [connection.recv(12) for connection in held]
        for connection in held:
            connection.close()

    assert (refused, answered) == (429, 200)
    assert answers == [b"HTTP/1.1 200"] * most


def _wait_until(is_so: Any) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)
