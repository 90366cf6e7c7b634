"""What tests of the lake share: Spark, started once for all of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.lake import tuning

SMALL = {**tuning.SMALL, **tuning.start_settings(0), "spark.driver.memory": "1g"}
"""Settings of Spark for a few rows: those that a build of few documents has, which each test has from the start."""

CONF = [word for name, value in SMALL.items() for word in ("--conf", f"{name}={value}")]
"""The same as arguments of the command."""


def require_spark() -> None:
    """Skip the test where there is no Spark or no Java."""
    pytest.importorskip("pyspark", reason="the package pyspark is not installed")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("there is no Java on this machine")


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session in this process, on two cores."""
    require_spark()
    from catalog.lake.session import spark_session

    log = Path(tmp_path_factory.mktemp("spark"), "spark.log")
    with spark_session("local[2]", SMALL, log) as started:
        yield started
