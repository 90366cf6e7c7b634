"""A papers API on this machine, over real HTTP, that answers as a test lays out; and `catalog fetch`, which asks it."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.fetch.command import fetch
from catalog.fetch.waits import Clock

JSON = {"Content-Type": "application/json; charset=utf-8"}
TODAY = date(2026, 11, 21)
Play = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Request:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]


@dataclass
class ApiServer:
    """The answers by path, and the requests so far. Of several answers to one path the last is given for ever."""

    url: str = ""
    answers: dict[str, list[Play]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Request] = field(default_factory=list)

    def on(self, path: str, *plays: Play) -> None:
        self.answers[path] = list(plays)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(Request(handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        plays = self.answers.get(handler.path) or [status(404, b'{"error":"not here"}')]
        play = plays.pop(0) if len(plays) > 1 else plays[0]
        with suppress(ConnectionError, ssl.SSLError):
            play(handler)


@contextmanager
def api_server(tls: tuple[Path, Path] | None = None) -> Iterator[ApiServer]:
    """Serve on a free port of this machine, with `tls` (certificate and key) over HTTPS."""
    api = ApiServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            api.answer(self)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that gives up is what many tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    api.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# The ways to answer.


def status(code: int, body: bytes = b"{}", **headers: str) -> Play:
    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        sent = {**JSON, "Content-Length": str(len(body)), **{name.replace("_", "-"): headers[name] for name in headers}}
        for name, value in sent.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return play


def content(body: bytes, **headers: str) -> Play:
    return status(200, body, **headers)


def data(value: Any) -> Play:
    return content(json.dumps(value).encode())


def cut(body: bytes, length: int) -> Play:
    """The right Content-Length, and then only `length` bytes of the body."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:length])
        handler.close_connection = True

    return play


def unmeasured(body: bytes) -> Play:
    """A body without Content-Length, as in HTTP/1.0: the end of the connection is its end."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return play


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """No answer: the connection ends."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def silence(released: threading.Event, sent: bytes = b"") -> Play:
    """The beginning of an answer, and nothing more until `released`."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        if sent:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(sent) * 2))
            handler.end_headers()
            handler.wfile.write(sent)
            handler.wfile.flush()
        released.wait(20)
        handler.close_connection = True

    return play


def endless(piece: bytes = b" " * 65536, *, packed: bool = False) -> Play:
    """An answer in chunks that never ends."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        if packed:
            handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        while True:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    return play


def bomb(size: int) -> Play:
    """Spaces, a thousand times as many as are sent."""
    return content(gzip.compress(b" " * size), Content_Encoding="gzip")


# What is asked for, and who asks.


def entry(number: int, day: str | None = None) -> dict[str, Any]:
    title = f"Counting Ferns, Part {number}"
    paper: dict[str, Any] = {"id": f"9901.{number:05}", "title": title, "summary": "We count ferns that are not there."}
    if day is not None:
        paper["submittedOnDailyAt"] = f"{day}T00:00:00.000Z"
    return {"paper": paper, "title": title}


def entries(count: int, day: str | None = None) -> list[dict[str, Any]]:
    return [entry(number, day) for number in range(1, count + 1)]


class Fetch:
    """`catalog fetch` in a folder of its own, on a day that a test chooses and with a clock that only sleep moves."""

    def __init__(self, server: ApiServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.documents = folder / "documents"
        self.slept: list[float] = []
        self.commands = click.Group(commands={**main.commands, "fetch": fetch})

    def __call__(self, *arguments: str, load: bool = False, today: date = TODAY) -> Result:
        clock = Clock(
            now=lambda: datetime(today.year, today.month, today.day, 12, tzinfo=UTC),
            monotonic=lambda: sum(self.slept),
            sleep=self.slept.append,
            jitter=lambda: 0.5,
        )
        command, *rest = arguments
        options = ["--folder", str(self.documents), "--base-url", self.server.url, "-d", str(self.folder / "c.db")]
        line = ["fetch", command, *options, *([] if load else ["--no-load"]), *rest]
        done = CliRunner().invoke(self.commands, line, obj=clock)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        return done

    def stored(self) -> list[str]:
        found = (path.relative_to(self.documents) for path in self.documents.rglob("*") if path.is_file())
        return sorted(str(path) for path in found)
