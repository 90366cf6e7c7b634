"""A real Spark cluster on loopback: a standalone master and workers, each a process of its own that can be killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

# Processes wait for each other on a machine that may be slow: no test is about how long.
PATIENCE: Final = 1800.0
HOST: Final = "127.0.0.1"

_MASTER: Final = "org.apache.spark.deploy.master.Master"
_WORKER: Final = "org.apache.spark.deploy.worker.Worker"
_ADDRESS: Final = re.compile(r"Starting Spark master at (spark://\S+)")
_PAGE: Final = re.compile(r"service 'MasterUI' on port (\d+)")
# Jobs come from drivers alone: the second way in would take a fixed port.
_NO_REST: Final = "-Dspark.master.rest.enabled=false"


class Cluster:
    """A master and its workers. `master` is the address to give to `--master`."""

    def __init__(self, folder: Path, memory: str = "1g") -> None:
        self._folder, self._memory = folder, memory
        self._daemons: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.master = self._page = ""

    def start_master(self) -> None:
        """Start the master, and learn where it listens."""
        log = self._start("master", _MASTER, "--host", HOST, "--port", "0", "--webui-port", "0")
        self.master = _said(log, _ADDRESS)
        self._page = f"http://{HOST}:{_said(log, _PAGE)}/json/"

    def add_worker(self) -> None:
        """Start one more worker, which registers in its own time."""
        name = f"worker{len(self._daemons)}"
        places = ("--host", HOST, "--port", "0", "--webui-port", "0", "--work-dir", str(self._folder / name))
        self._start(name, _WORKER, *places, "--cores", "1", "--memory", self._memory, self.master)
        self.workers.append(self._daemons[-1])

    def be(self, count: int) -> None:
        """Start workers until there are `count`, and wait until the master has just these, with nothing to do."""
        for _ in range(count - len(self.workers)):
            self.add_worker()
        until(lambda: len(self._living()) == count and self.cores_used() == 0, f"{count} workers wait for work")

    def cores_used(self) -> int:
        """How many cores have been given to executors."""
        return sum(int(worker["coresused"]) for worker in self._living())

    def _living(self) -> list[dict[str, Any]]:
        return [worker for worker in self._status()["workers"] if worker["state"] == "ALIVE"]

    def kill_worker(self, number: int = 0) -> int:
        """End a worker and its executors at once (SIGKILL), as a machine that fails; return how many processes died."""
        return kill_all(self.workers.pop(number))

    def close(self) -> None:
        """End everything that was started."""
        for daemon in reversed(self._daemons):
            kill_all(daemon)

    def _status(self) -> dict[str, Any]:
        with urllib.request.urlopen(self._page, timeout=PATIENCE) as answer:
            text = answer.read()
        # A master that has just begun to listen may answer nothing yet.
        return dict(json.loads(text)) if text else {"workers": []}

    def _start(self, name: str, main: str, *arguments: str) -> Path:
        home = Path(find_spec("pyspark").submodule_search_locations[0])  # type: ignore[union-attr,index]
        log = self._folder / f"{name}.log"
        with log.open("wb") as file:
            daemon = subprocess.Popen(
                [home / "bin" / "spark-class", main, *arguments],
                env=environment() | {"SPARK_HOME": str(home), "SPARK_LOCAL_DIRS": str(self._folder / f"{name}-local")},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                # Executors and their Python stay in this session: so all of a worker can be found.
                start_new_session=True,
            )
        self._daemons.append(daemon)
        return log


@contextmanager
def cluster(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """Give a cluster of workers with a core and `memory` each, with its logs in `folder`; no process stays."""
    started = Cluster(folder, memory)
    try:
        started.start_master()
        started.be(workers)
        yield started
    finally:
        started.close()


def environment() -> dict[str, str]:
    """The environment of a process that talks with the cluster: loopback only, this Python, small daemons."""
    return os.environ | {
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_MASTER_OPTS": _NO_REST,
        # Masters and workers have little to do: what they compile thoroughly they would hardly use. Executors and
        # drivers get what the build says.
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "PYSPARK_PYTHON": sys.executable,
    }


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds`. Fails after the time that no machine that works needs."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} seconds in vain: {what}"
        time.sleep(0.05)


def kill_all(process: subprocess.Popen[Any]) -> int:
    """Kill a process and all of its session with SIGKILL, until none is left; return how many there were."""
    killed: set[int] = set()
    while found := processes_of(process.pid):
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed.add(pid)
        process.poll()
        time.sleep(0.01)
    process.wait()
    return len(killed)


def processes_of(leader: int) -> Sequence[int]:
    """The processes of a session that still run; those that ended and wait for somebody to ask do not count."""
    return processes_by_session()[leader]


def processes_by_session() -> dict[int, list[int]]:
    """The processes of all sessions that still run, by the leader of each."""
    found: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name in parentheses may hold anything.
            state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if state != "Z":
            found[int(session)].append(int(entry.name))
    return found


def _said(log: Path, pattern: re.Pattern[str]) -> str:
    """Wait until the log has what `pattern` describes, and return it."""
    until(lambda: pattern.search(_text(log)) is not None, f"{pattern.pattern} in {log}")
    found = pattern.search(_text(log))
    assert found is not None
    return found[1]


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
