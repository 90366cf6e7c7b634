"""What goes wrong when a host is asked. Apart from the rest, so that a command starts without an HTTP library."""

from __future__ import annotations

from catalog.errors import CatalogError


class AnswerError(Exception):
    """No usable answer to one question: why and what to do, to stand after the question's name. Others may go on."""


class HostError(CatalogError):
    """One sentence: the host gives no answers at all, so that it would be wrong to ask it for the others."""


class TryAgainError(Exception):
    """One try failed in a way that may pass: what the host did, as in `answered 503`.

    `advice` is what to do where it does not pass, `wait` the number of seconds that the host asks for.
    `is_hosts_fault` says that whatever else is asked would fail too.
    """

    def __init__(
        self,
        what: str,
        *,
        advice: str = "fetch it again later",
        wait: float | None = None,
        is_hosts_fault: bool = False,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.wait = wait
        self.is_hosts_fault = is_hosts_fault
