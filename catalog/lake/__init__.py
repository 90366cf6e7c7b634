"""The same catalogue as Parquet tables that Apache Spark makes: for more documents than one process loads in time.

Readers, links, titles and dates are the unchanged functions, run inside Spark. What each document says is kept as
evidence (`catalog.lake.evidence`); every table is made anew from it (`catalog.lake.tables`), as DataFrame operations,
and is the same whatever the number and the order of tasks.
"""
