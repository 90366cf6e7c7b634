"""Ask one host for JSON over HTTP: slowly, again where that may help, and never any other host.

What httpx does and does not do was looked up: its timeouts hold for each read and not for a whole answer, an answer
shorter than its Content-Length is a RemoteProtocolError, and nothing limits how much is read.
See https://www.python-httpx.org/advanced/timeouts/ and https://www.python-httpx.org/exceptions/.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import httpx

from catalog.documents import MAX_BYTES
from catalog.errors import CatalogError, ExitCode
from catalog.fetch.body import ACCEPTED_ENCODING, read_body
from catalog.fetch.faults import AnswerError, HostError, TryAgainError
from catalog.fetch.waits import LONGEST_WAIT, Clock, asked_wait, back_off

MOST_TRIES: Final = 5
MOST_REDIRECTS: Final = 3

_REFUSALS: Final = (401, 402, 403, 407, 451)
_OVERLOADS: Final = (429, 502, 503, 504)
_LABEL = re.compile(r"[a-z0-9_-]{1,63}", re.IGNORECASE | re.ASCII)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: seconds to connect, for each read, for a whole answer; bytes of an answer, unpacked."""

    connect: float = 10.0
    read: float = 30.0
    whole: float = 300.0
    most_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, and what they say as JSON."""

    content: bytes
    data: Any


def parse_base_url(text: str) -> httpx.URL:
    """Return the address below which the API stands. Raises ValueError, in one sentence, where `text` is none."""
    try:
        url = httpx.URL(text.rstrip("/"))
        name = url.host  # decodes what is there in Punycode, which httpx does later in any case
    except (httpx.InvalidURL, ValueError) as error:
        raise ValueError(f"{text[:200]!r} is no address ({error}); give one such as https://huggingface.co.") from error
    if url.scheme not in _DEFAULT_PORTS or not name or not _is_host(url.raw_host.decode("ascii")):
        raise ValueError(f"{text[:200]!r} is no address of the web; give one such as https://huggingface.co.")
    if url.port is not None and not 0 < url.port < 65536:
        raise ValueError(f"there is no port {url.port}; give an address such as https://huggingface.co.")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("the address may have no user, query or fragment; give one such as https://huggingface.co.")
    return url


def _is_host(name: str) -> bool:
    """Whether the system can be asked for this host: Python raises UnicodeError for some that cannot exist."""
    if ":" in name:
        return True  # an IPv6 address, which httpx has checked
    return len(name) < 254 and all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split("."))


class Client:
    """Asks the host of `base_url` at most `rate` times a second; a context manager.

    `on_wait` is told of each pause before another try: how many seconds, and what the host did. Raises ValueError where
    `base_url` is no address, and CatalogError where the proxy or the certificates that the environment names cannot be
    used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        rate: float = 1.0,
        clock: Clock | None = None,
        limits: Limits | None = None,
        on_wait: Callable[[float, str], None] = lambda seconds, what: None,
    ) -> None:
        self._base = parse_base_url(base_url)
        self._pause = 1.0 / rate
        self._clock = clock or Clock()
        self._limits = limits or Limits()
        self._on_wait = on_wait
        self._next_request = self._clock.monotonic()
        self._http = _http_client(self._limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def host(self) -> str:
        """The host that is asked, with its port where that is not the usual one."""
        return self._base.netloc.decode("ascii")

    def get_json(self, path: str) -> Answer:
        """Return the answer to `path`, percent-encoded and with its query, below the base address.

        Raises AnswerError where this one gets no usable answer, HostError where the host answers nobody.
        """
        url = httpx.URL(f"{self._base}".rstrip("/") + path)
        for tries in range(1, MOST_TRIES + 1):
            try:
                return self._parse(self._ask(url))
            except TryAgainError as failure:
                if tries == MOST_TRIES:
                    raise self._gave_up(failure, f"in {tries} tries") from failure
                self._wait(failure, tries)
        raise AssertionError("the last try returns or raises")

    def _wait(self, failure: TryAgainError, tries: int) -> None:
        if failure.wait is not None and failure.wait > LONGEST_WAIT:
            raise self._gave_up(failure, f"and asks for a pause of {failure.wait:.0f} seconds") from failure
        jitter = self._clock.jitter()
        # Never earlier than it asks for, and not all at the same moment.
        seconds = back_off(tries, jitter) if failure.wait is None else failure.wait + jitter
        self._on_wait(seconds, f"{self.host} {failure.what}")
        self._clock.sleep(seconds)

    def _gave_up(self, failure: TryAgainError, how_often: str) -> AnswerError | HostError:
        kind = HostError if failure.is_hosts_fault else AnswerError
        return kind(f"{self.host} {failure.what}, {how_often}; {failure.advice}")

    def _ask(self, url: httpx.URL) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            self._keep_the_rate()
            until = self._clock.monotonic() + self._limits.whole
            try:
                with self._http.stream("GET", url) as response:
                    if response.next_request is None:
                        self._check_status(response)
                        return self._body(response, until)
                    url = self._same_host(response.next_request.url)
            except httpx.HTTPError as error:
                raise self._translated(error) from error
            except (httpx.InvalidURL, UnicodeError) as error:
                # httpx parses where a redirect leads, and lets these through.
                raise AnswerError(f"{self.host} redirects to what is no address; check --base-url") from error
        raise AnswerError(f"{self.host} redirects more than {MOST_REDIRECTS} times; check --base-url")

    def _keep_the_rate(self) -> None:
        early = self._next_request - self._clock.monotonic()
        if early > 0:
            self._clock.sleep(early)
        self._next_request = self._clock.monotonic() + self._pause

    def _body(self, response: httpx.Response, until: float) -> bytes:
        def in_time() -> Iterator[bytes]:
            for piece in response.iter_raw():
                if self._clock.monotonic() > until:
                    raise AnswerError(f"the answer took more than {self._limits.whole:g} seconds; fetch it again later")
                yield piece

        return read_body(in_time(), response.headers.get("content-encoding", ""), self._limits.most_bytes)

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        said = f"answered {_status_name(status)}"
        if status in _OVERLOADS:
            wait = asked_wait(response.headers, self._clock.now())
            raise TryAgainError(said, wait=wait, is_hosts_fault=True)
        if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
            raise TryAgainError(said, wait=asked_wait(response.headers, self._clock.now()))
        if status in _REFUSALS:
            raise HostError(f"{self.host} refuses to answer ({_status_name(status)}); ask its owner for access")
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise AnswerError(f"{self.host} does not know it ({_status_name(status)}); check what was asked for")
        raise AnswerError(f"{self.host} {said}; check what was asked for and --base-url")

    def _same_host(self, target: httpx.URL) -> httpx.URL:
        """Return `target` where it is on the host that was asked, and not less secure; raise HostError otherwise."""
        secured = self._base.scheme == "http" and target.scheme == "https"
        is_usual = _port(self._base) == 80 and _port(target) == 443
        same_port = _port(self._base) == _port(target) and self._base.scheme == target.scheme
        if target.raw_host != self._base.raw_host or not (same_port or (secured and is_usual)):
            other = f"{target.scheme}://{target.netloc.decode('ascii', 'replace')}"[:200]
            raise HostError(f"{self.host} sends the request on to {other}, which was not asked; check --base-url")
        return target

    def _translated(self, error: httpx.HTTPError) -> Exception:
        if isinstance(error, httpx.TimeoutException):
            return TryAgainError("did not answer in time", is_hosts_fault=True)
        if isinstance(error, httpx.RemoteProtocolError):
            return TryAgainError("broke off or garbled its answer")
        tls = _tls_error(error)
        if tls is not None:
            why = getattr(tls, "verify_message", "") or tls.reason or "unknown reason"
            return HostError(
                f"{self.host} cannot be reached safely (TLS: {why}); check --base-url, the clock of this machine and, "
                "where a proxy stands between, SSL_CERT_FILE"
            )
        if isinstance(error, httpx.ConnectError | httpx.ProxyError):
            what = f"cannot be reached ({_one_line(error)})"
            return TryAgainError(what, advice="check the connection and --base-url", is_hosts_fault=True)
        return TryAgainError(f"broke off the connection ({_one_line(error)})")

    def _parse(self, content: bytes) -> Answer:
        if content[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise AnswerError(
                f"{self.host} sent a page instead of JSON; check --base-url and whether the network asks for a login"
            )
        try:
            return Answer(content, json.loads(content.decode("utf-8")))
        except (ValueError, RecursionError):
            raise TryAgainError("sent JSON that is cut short or damaged") from None


def _http_client(limits: Limits) -> httpx.Client:
    headers = {
        "User-Agent": f"paper-catalog/{importlib.metadata.version('paper-catalog')}",
        "Accept": "application/json",
        "Accept-Encoding": ACCEPTED_ENCODING,
    }
    timeout = httpx.Timeout(limits.read, connect=limits.connect)
    try:
        return httpx.Client(headers=headers, timeout=timeout, follow_redirects=False)
    except (httpx.InvalidURL, ImportError, ValueError, OSError) as error:
        raise CatalogError(
            f"the proxy or the certificates that the environment names cannot be used ({_one_line(error)}); correct or "
            "unset HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
            ExitCode.USAGE,
        ) from error


def _status_name(status: int) -> str:
    # The host's own phrase is a stranger's text; this one is the standard's.
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _port(url: httpx.URL) -> int | None:
    return url.port or _DEFAULT_PORTS.get(url.scheme)


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    """Return the TLS error behind an error of httpx, which passes it on as one of connecting or reading."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
