"""On PYTHONPATH, this makes every process use the SQLite of the pysqlite3 wheel, which is newer than most systems'."""

import sys

import pysqlite3  # type: ignore[import-not-found]
from pysqlite3 import dbapi2  # type: ignore[import-not-found]

sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = dbapi2
