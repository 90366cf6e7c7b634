"""Records -> tables, one transaction for each document, or for a batch of many."""

from catalog.load.account import Account, LoadTerms
from catalog.load.again import settle_again
from catalog.load.document import load_document
from catalog.load.session import load_documents, load_terms

__all__ = ["Account", "LoadTerms", "load_document", "load_documents", "load_terms", "settle_again"]
