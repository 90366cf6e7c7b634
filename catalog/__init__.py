"""A relational catalogue of research papers, built from the digests that announce them."""
