"""Readers, one module a format: a document goes in, digest records come out. Pure; raw text is kept."""
