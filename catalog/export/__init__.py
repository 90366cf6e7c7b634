"""`catalog export`: digests as documents that can be loaded again, tables and questions as CSV, JSONL or Parquet."""

from catalog.export.command import export

__all__ = ["export"]
