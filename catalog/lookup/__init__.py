"""Questions to an open catalogue, answered with the records of `catalog.results`. Nothing here writes or prints."""
