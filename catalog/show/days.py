"""The day of a digest in words: the date, or what the evidence leaves of it, and why. Pure."""

from __future__ import annotations

from catalog.lookup.digests import possible_dates
from catalog.results import Digest, DigestDetails

_MOST_YEARS = 3

_REASONS = {
    "stated": "The document states the day.",
    "stated by its entries": "Its entries state the day.",
    "file name": "The name of the document says the day.",
    "given": "A person gave the year.",
}


def digest_day(digest: Digest) -> str:
    """Return the date of a digest, or the printed day with the years that it could be of, or that nothing is known."""
    if digest.digest_date is not None:
        return digest.digest_date
    if days := possible_dates(digest):
        years = [day[:4] for day in days]
        if len(years) > _MOST_YEARS:
            return f"{digest.printed_date}, {years[0]} to {years[-1]}"
        return f"{digest.printed_date}, {' or '.join((', '.join(years[:-1]), years[-1]) if years[1:] else years)}"
    if digest.printed_date is not None:
        return f"{digest.printed_date}, year unknown"
    if digest.earliest_date is not None and digest.latest_date is not None:
        return f"{digest.earliest_date} to {digest.latest_date}"
    return "day unknown"


def day_reason(digest: DigestDetails) -> str:
    """Return why a digest has its date, or what the evidence leaves of it, in one or two sentences."""
    if digest.date_basis in _REASONS:
        return _REASONS[digest.date_basis]
    if digest.printed_date is None:
        return "The document prints no day."
    page = f"The document prints “{digest.printed_date}” without a year."
    if digest.earliest_date is None or digest.latest_date is None:
        return f"{page} The evidence contradicts itself, so that no year fits."
    newest = (
        f"Its newest paper is of {digest.newest_publication}"
        if digest.newest_publication
        else "No publication date of its papers is known"
    )
    until = f" and it was read by {digest.read_by}" if digest.read_by else ""
    left = "only one year fits" if digest.date_basis == "single candidate" else "several years fit"
    return f"{page} {newest}{until}: {left}."
