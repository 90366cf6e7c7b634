"""Records -> tables, one transaction for each document, or for a batch of many."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.load.account import Account, LoadTerms
    from catalog.load.again import settle_again
    from catalog.load.document import load_document
    from catalog.load.session import load_documents, load_terms

__all__ = ["Account", "LoadTerms", "load_document", "load_documents", "load_terms", "settle_again"]

_MODULES = {
    "Account": "account",
    "LoadTerms": "account",
    "load_document": "document",
    "load_documents": "session",
    "load_terms": "session",
    "settle_again": "again",
}


def __getattr__(name: str) -> Any:
    """Give what is asked for: checks and exports use parts of this package and need no reader."""
    if name in _MODULES:
        return getattr(import_module(f"catalog.load.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
