"""Two servers of one file: the site as `catalog serve` runs it, and Datasette as it comes."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

STARTED_WITHIN: Final = 120
"""Seconds; stock Datasette counts every table of an immutable file before it answers."""

_ADDRESS = re.compile(r" is at (http://\S+/) ")
# What somebody writes who wants a title and names his source, and knows no setting.
_STOCK_METADATA: Final = {"title": "Paper catalogue", "source": "Daily Papers digests", "license": "Apache-2.0"}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its address, without the last stroke, and its process."""

    address: str
    process_id: int

    def cpu_milliseconds(self) -> float:
        """Return the time that all threads of the process have had on a processor; NaN where /proc does not tell."""
        try:
            tasks = Path(f"/proc/{self.process_id}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6
        except (OSError, ValueError, IndexError):
            return float("nan")


@contextmanager
def our_site(database: Path) -> Iterator[Server]:
    """Run `catalog serve` on a free port."""
    command = [sys.executable, "-m", "catalog", "serve", "--database", str(database), "--port", "0"]
    with _running(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := _ADDRESS.search(line):
                yield Server(found[1].rstrip("/"), process.pid)
                return
        raise RuntimeError("catalog serve ended before it named its address")


@contextmanager
def stock_datasette(database: Path, folder: Path) -> Iterator[Server]:
    """Run `datasette -i` on a free port, with metadata that is written to `folder`."""
    metadata = folder / "stock-metadata.json"
    metadata.write_text(json.dumps(_STOCK_METADATA))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(database), "--port", str(port)]
    with _running([*command, "--metadata", str(metadata)], stdout=subprocess.DEVNULL) as process:
        _wait_for(f"http://127.0.0.1:{port}/-/versions.json", process)
        yield Server(f"http://127.0.0.1:{port}", process.pid)


def name_at(server: Server) -> str:
    """Return the path segment under which stock Datasette has its one database."""
    (database,) = httpx.get(f"{server.address}/-/databases.json", timeout=60).json()
    path: str = database["route"]
    return path


@contextmanager
def _running(command: list[str], *, stdout: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.stdout is not None:
            process.stdout.close()


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(address, timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("Datasette did not answer")
