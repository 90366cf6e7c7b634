"""The JSON that a listing page carries for its scripts -> what it says of the page, and its papers one by one. Pure.

The site fills its pages from the attribute `data-props` of the element whose `data-target` is `DailyPapers`: an object
whose `dailyPapers` is an array with one object for each paper, as the listing's API gives them too. Pages of a day, a
week or a month and the trending page all have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from catalog.readers.json_elements import DamagedElement, JsonElement, RawJson, array_elements, decode_element
from catalog.readers.json_members import object_members
from catalog.readers.saved_page_outline import Properties
from catalog.readers.saved_page_places import Span

TARGET: Final = "DailyPapers"
PAPERS: Final = "dailyPapers"
# What it says of the page: `date` in 2024, the other two later.
OF_PAGE: Final = ("date", "dateString", "periodType")


class ListingError(ValueError):
    """A listing in JSON that is not understood: the reason as one sentence."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing: what its JSON says of the page (`OF_PAGE`), its papers, and where the whole stands.

    The papers have no place of their own, because the attribute spells `"` as `&quot;`.
    """

    of_page: dict[str, Any]
    papers: tuple[JsonElement | DamagedElement, ...]
    span: Span


def is_listing(found: Properties) -> bool:
    """Whether an element's JSON is that of a listing, by the element's name or, should that change, by its content."""
    return found.target == TARGET or f'"{PAPERS}"' in found.text


def read_listing(found: Properties) -> Listing:
    """Return the listing that a page carries as JSON. Raises ListingError where it is no such JSON."""
    try:
        members = object_members(RawJson(text=found.text, line=1, char=0))
        papers = members.get(PAPERS)
        if papers is None:
            raise ListingError(f"the page's JSON has no {PAPERS}")
        return Listing(_of_page(members), tuple(array_elements([papers.text])), found.span)
    except ListingError:
        raise
    except ValueError as error:
        raise ListingError(f"the page's JSON cannot be read: {error}") from error


def _of_page(members: dict[str, RawJson]) -> dict[str, Any]:
    decoded = {name: decode_element(members[name].text) for name in OF_PAGE if name in members}
    return {name: element.value for name, element in decoded.items() if isinstance(element, JsonElement)}
