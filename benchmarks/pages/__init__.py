"""What bench_pages.py measures: the kinds of pages of the site, and two servers of one file."""
