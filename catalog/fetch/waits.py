"""The clock of a fetch, and how long to wait before asking again. Pure, but for the real clock."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_WAIT: Final = 300.0
"""Seconds. The window over which Hugging Face counts requests: whoever asks for a longer pause is left alone."""

_FIRST_BACK_OFF: Final = 1.0
_SECONDS = re.compile(r"[0-9]{1,9}")
_RESET = re.compile(r";\s{0,9}t\s{0,9}=\s{0,9}([0-9]{1,9})(?![0-9])")
_LONGEST_HEADER: Final = 200


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, so that tests may bring their own: `now` in UTC, `jitter` in [0, 1)."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


def back_off(tries: int, jitter: float) -> float:
    """Return the seconds to wait after `tries` failed tries: twice as long each time, spread by half either way."""
    return _FIRST_BACK_OFF * 2.0 ** (tries - 1) * (0.5 + jitter)


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that an answer asks to wait, or None where it does not say.

    They stand in `Retry-After`, as seconds or as a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), or
    after `t=` in `RateLimit`, which is what Hugging Face sends (https://huggingface.co/docs/hub/rate-limits).
    """
    retry_after = headers.get("retry-after", "").strip()[:_LONGEST_HEADER]
    if _SECONDS.fullmatch(retry_after):
        return float(retry_after)
    if retry_after:
        until = _parse_http_date(retry_after)
        if until is not None:
            return max(0.0, (until - now).total_seconds())
    reset = _RESET.search(headers.get("ratelimit", "")[:_LONGEST_HEADER])
    return float(reset[1]) if reset else None


def _parse_http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        # A date without a zone that is known comes without one; HTTP has none but UTC.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
