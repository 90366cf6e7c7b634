"""The tests: readers, links, titles and dates by example and property; everything else by running it."""
