"""The recipe in deploy/ as real processes: the unit's own command line, and nginx in front with the recipe's file."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from catalog.cli import main
from tests.conftest import ROOT

UNIT = ROOT / "deploy" / "paper-catalogue.service"
PROXY = ROOT / "deploy" / "paper-catalogue.nginx.conf"
NAME = "catalogue.example.org"
DOCUMENT = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
# Debian keeps it where an ordinary account does not look.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
# Elsewhere only 127.0.0.1 is an address of the machine, and visitors could not be told apart.
needs_nginx = pytest.mark.skipif(
    NGINX is None or not Path("/proc/net/tcp").exists(), reason="nginx is not installed, or this is not Linux"
)
_PATIENCE = 60

# What ProtectSystem=strict, PrivateTmp, NoNewPrivileges and CapabilityBoundingSet= do: nothing can be written but in a
# new /var/tmp, and root is an account like others. The folder can be a mount of its own, so it is named, too.
_SANDBOX = """
mount -o remount,bind,ro /
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t tmpfs tmpfs /var/tmp
TMPDIR=/var/tmp exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


def unit_values(key: str) -> list[str]:
    """Return the values that the unit gives a key, in order."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def sandboxed(command: list[str], folder: Path) -> list[str]:
    """Return the command as it runs where it may write nothing and has the unit's limit of memory.

    RLIMIT_AS stands in for MemoryMax: it counts addresses, which are more than the memory behind them.
    """
    (most,) = unit_values("MemoryMax")
    limit = f"prlimit --as={int(most.removesuffix('M')) << 20} -- "
    return ["unshare", "--mount", "sh", "-ec", _SANDBOX.replace("setpriv", f"{limit}setpriv"), str(folder), *command]


def can_sandbox() -> bool:
    """Whether this process may make mounts of its own, as systemd does for a unit."""
    tools = ("unshare", "setpriv", "prlimit")
    return all(map(shutil.which, tools)) and run(*sandboxed(["true"], Path.cwd())).returncode == 0


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command of the documentation to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, env=environment)


def catalog(*arguments: str, cwd: Path = ROOT) -> None:
    """Run one of our own commands, in this process."""
    with chdir(cwd):
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr


@dataclass
class Site:
    """`catalog serve` as the unit starts it, for a file of this folder; the port stays the same from start to start."""

    database: Path
    log: Path
    is_sandboxed: bool = False
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def command(self) -> list[str]:
        """Return the unit's command line, with program, file and port put in."""
        (line,) = unit_values("ExecStart")
        given = {"/srv/paper-catalogue/catalog.db": str(self.database), "8001": str(self.port)}
        program, *arguments = shlex.split(line)
        assert program == "/opt/paper-catalogue/bin/catalog"
        assert set(given) <= set(arguments)
        words = [sys.executable, "-m", "catalog", *(given.get(word, word) for word in arguments)]
        return sandboxed(words, self.database.parent) if self.is_sandboxed else words

    def start(self) -> None:
        """Start it and return when it answers."""
        environment = dict(value.split("=", 1) for value in unit_values("Environment"))
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, **environment},
            )
        self.port = self._port()

    def _port(self) -> int:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            address = re.search(r"http://127\.0\.0\.1:(\d+)/", self.log.read_text(encoding="utf-8"))
            if address is not None:
                return int(address[1])
            time.sleep(0.02)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def stop(self) -> int:
        """Stop it as systemd does, and return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=_PATIENCE)

    def memory_peak(self) -> int:
        """Return the most memory in bytes that was resident so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """Run the site for as long as the block lasts."""
    site.start()
    try:
        yield site
    finally:
        site.process.kill()
        site.process.wait()


@dataclass
class Proxy:
    """nginx with the recipe's file; every visitor has an address of its own in 127.0.0.0/8."""

    folder: Path
    port: int

    def client(self, address: str, scheme: str = "http", **headers: str) -> httpx.Client:
        """Return a visitor who comes from this address and asks for the site by its name."""
        return httpx.Client(
            base_url=f"{scheme}://127.0.0.1:{self.port}",
            headers={"Host": NAME, **headers},
            transport=httpx.HTTPTransport(local_address=address, verify=False),
            timeout=_PATIENCE,
        )

    def connect(self, address: str) -> socket.socket:
        """Return a bare connection from this address."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE, source_address=(address, 0))


def recipe(site_port: int, port: int, folder: Path) -> str:
    """Return the recipe's file with its two ports and one path replaced, and nothing else."""
    text = PROXY.read_text(encoding="utf-8")
    changes = {
        "listen 80 default_server;": f"listen 127.0.0.1:{port} default_server;",
        "    listen [::]:80 default_server;\n": "",
        "127.0.0.1:8001": f"127.0.0.1:{site_port}",
        "/var/cache/paper-catalogue": str(folder / "cache"),
    }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def proxy(site_port: int, folder: Path, http: str = "", change: Callable[[str], str] = str) -> Iterator[Proxy]:
    """Run nginx in front of the site; `http` is put before the recipe, and `change` may edit it."""
    assert NGINX is not None
    port = free_port()
    folder.mkdir()
    (folder / "recipe.conf").write_text(change(recipe(site_port, port, folder)), encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    (folder / "nginx.conf").write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""} daemon off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/error.log; events {{ worker_connections 512; }}
http {{
types {{ application/json json; text/html html; }} access_log {folder}/access.log; {temporary}
{http} include {folder}/recipe.conf;
}}
""",
        encoding="utf-8",
    )
    process = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        _wait_for(port, process, folder / "error.log")
        yield Proxy(folder, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=_PATIENCE)


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


def assert_is_a_sentence(response: httpx.Response, status: int) -> None:
    """Check that an answer is one of nginx itself: a sentence of plain text."""
    assert response.status_code == status
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert re.fullmatch(r"[A-Z][^\n<]+\.\n", response.text)
    assert response.headers["Server"] == "nginx"
