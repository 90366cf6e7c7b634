"""Spark, started with what the lake needs and ended again; what is missing for it is told in a sentence."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.errors import CatalogError, ExitCode

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS: Final = {
    "spark.app.name": "catalog lake",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    # A query of the catalogue is in UTC and says so; nothing here depends on where the machine stands.
    "spark.sql.session.timeZone": "UTC",
    # Papers are written by year: files of several years are open, instead of sorting all rows once more.
    "spark.sql.maxConcurrentOutputFileWriters": "16",
    "spark.sql.parquet.compression.codec": "zstd",
    # Spark takes the size of a file for that of its rows and sends what is small, up to 10 MB, to every worker, through
    # the memory of the driver. Parquet holds many times its size: with this factor, files of a third of a MB are sent.
    "spark.sql.sources.fileCompressionFactor": "30",
    # Text of a title may look like a number or a date; only the columns say what they are.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # Rows with long texts are small batches, so that Python holds little at a time.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "2000",
}

_LOCAL: Final = {
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}

_CONNECT_SECONDS: Final = 10.0


@contextmanager
def spark_session(master: str, settings: Mapping[str, str], log: Path) -> Iterator[SparkSession]:
    """Give a Spark session on `master` (`local[*]`, or the address of a cluster), which ends with the block.

    `settings` are Spark's own, and have the last word. What Spark prints goes to the file `log`. In a program that has
    a session already that one is given, and goes on. Raises CatalogError where pyspark or Java is missing, nobody
    answers at `master`, or Spark does not start.
    """
    session_class = _session_class()
    _require_java()
    _require_master(master)
    active = session_class.getActiveSession()
    if active is not None:
        with _without_warnings():
            yield active
        return
    # Python of the workers: the same as here, where nobody said otherwise; else it would be any `python3` of PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = session_class.builder
    own = _SETTINGS | (_LOCAL if master.startswith("local") else {})
    for key, value in (own | dict(settings)).items():
        builder = builder.config(key, value)
    with _quietly(log):
        try:
            session = builder.master(master).getOrCreate()
        except Exception as error:
            raise CatalogError(
                f"Spark could not be started on {master} ({_first_line(error)}); {log} says more.", ExitCode.IO
            ) from error
    try:
        with _without_warnings():
            yield session
    finally:
        with _quietly(log):
            session.stop()


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep still what pyspark says of versions of pandas, which it asks for and the lake does not use."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        yield


@contextmanager
def told_as_sentence(what: str, log: Path) -> Iterator[None]:
    """Turn what Spark raises while it does `what` into one sentence (CatalogError)."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        with suppress(OSError), log.open("a", encoding="utf-8") as file:
            print(error, file=file)  # of what is raised here Spark itself writes nothing
        raise CatalogError(
            f"{what} failed in Spark ({_first_line(error)}), so nothing was changed; {log} says more.", ExitCode.IO
        ) from error


def _session_class() -> type[SparkSession]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyspark on versions of pandas, which the lake does without
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise CatalogError(
            "A lake needs the package pyspark, which is not installed here; run `pip install 'paper-catalog[spark]'`."
        ) from error
    found: type[SparkSession] = SparkSession
    return found


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else shutil.which("java")
    if java is None or not os.path.exists(java):
        where = f"in JAVA_HOME, which is {home}" if home else "on this machine"
        raise CatalogError(f"Spark needs Java 17 or newer, and there is none {where}; install it, or set JAVA_HOME.")


def _require_master(master: str) -> None:
    """Ask whether anybody listens at a standalone master: Spark would try for a minute and end in a traceback."""
    if not master.startswith("spark://"):
        return
    reasons = []
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
        except (OSError, ValueError, OverflowError) as error:
            reasons.append(str(error))
        else:
            return
    raise CatalogError(
        f"{master}: nobody answers there ({reasons[-1]}, waited up to {_CONNECT_SECONDS:.0f} seconds); "
        "start the master, or correct --master.",
        ExitCode.IO,
    )


@contextmanager
def _quietly(log: Path) -> Iterator[None]:
    """Let what processes that are started meanwhile print go to `log`: Java and its loggers are never silent."""
    sys.stderr.flush()
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        try:
            for descriptor in (1, 2):
                os.dup2(file.fileno(), descriptor)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.stderr.flush()
            sys.stdout.flush()
            for descriptor, copy in zip((1, 2), kept, strict=True):
                os.dup2(copy, descriptor)
                os.close(copy)


def _first_line(error: BaseException) -> str:
    """Return the first line that says what happened; what py4j puts before what Java says is none."""
    lines = [line.strip().removeprefix(": ") for line in str(error).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("An error occurred while calling "):
        del lines[0]
    return lines[0][:300].rstrip(".") if lines else type(error).__name__
