"""Find and open source documents: bytes, content hash, unpacking, decoding.

Nothing here interprets what a document says. A text that fits into memory is opened whole; a larger one, such as a list
of all papers with code, is gone through once for its hash, and given in pieces whenever it is read.
"""

from catalog.documents.errors import DocumentError, printable
from catalog.documents.find import STANDARD_INPUT, find_documents
from catalog.documents.limits import MAX_BYTES, MAX_STREAM_BYTES, OPENING_LENGTH
from catalog.documents.lines import split_lines, with_line_feeds
from catalog.documents.opened import STANDARD_INPUT_NAME, Document, DocumentStream, open_document

__all__ = [
    "MAX_BYTES",
    "MAX_STREAM_BYTES",
    "OPENING_LENGTH",
    "STANDARD_INPUT",
    "STANDARD_INPUT_NAME",
    "Document",
    "DocumentError",
    "DocumentStream",
    "find_documents",
    "open_document",
    "printable",
    "split_lines",
    "with_line_feeds",
]
