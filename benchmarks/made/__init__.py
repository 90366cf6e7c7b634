"""Made digests: source documents of any number, about invented papers, with the statistics of real ones."""
