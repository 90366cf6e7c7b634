"""The systemd unit of deploy/: systemd reads it without a word, and its own command line runs within its limits."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.proxied_site import (
    NGINX,
    PROXY,
    UNIT,
    Site,
    can_sandbox,
    recipe,
    run,
    running,
    sandboxed,
    unit_values,
)

needs_systemd_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
needs_sandbox = pytest.mark.skipif(
    not can_sandbox(), reason="this account may not make mounts (root with unshare, setpriv and prlimit may)"
)
MOST_EXPOSURE = 1.5
BOMB = (
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 500000) "
    "select json_group_array(i || :visit) from n"
)


def complaints(folder: Path, text: str) -> list[str]:
    """Return what systemd says of the unit; its program is replaced by one that is installed everywhere."""
    unit = folder / UNIT.name
    unit.write_text(text.replace("/opt/paper-catalogue/bin/catalog", "/bin/true"), encoding="utf-8")
    done = _analyze("verify", "--man=no", str(unit))
    # It reads the machine's own units, too, and has its own opinion of them.
    return [line for line in done.stderr.splitlines() if UNIT.stem in line]


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("systemd-analyze", *arguments)


@needs_systemd_analyze
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")

    assert complaints(tmp_path, text) == []
    assert complaints(tmp_path, text.replace("MemoryMax=", "MemoryMost="))
    assert complaints(tmp_path, text.replace("TasksMax=64", "TasksMax=many"))


@needs_systemd_analyze
def test_systemd_calls_the_unit_little_exposed(tmp_path: Path) -> None:
    shutil.copy(UNIT, tmp_path)
    done = _analyze("security", "--offline=true", "--no-pager", str(tmp_path / UNIT.name))
    if "offline" in done.stderr:
        pytest.skip("this systemd-analyze is older than 250 and judges only units that run")

    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)

    assert exposure is not None, done.stdout + done.stderr
    assert float(exposure[1]) <= MOST_EXPOSURE


def test_unit_and_proxy_speak_of_the_same_port() -> None:
    (command,) = unit_values("ExecStart")
    (bound,) = unit_values("SocketBindAllow")

    assert "--host 127.0.0.1 --port 8001 " in command
    assert bound == "tcp:8001"
    assert "server 127.0.0.1:8001 " in PROXY.read_text(encoding="utf-8")


@needs_sandbox
def test_in_the_sandbox_nothing_can_be_written(tmp_path: Path) -> None:
    for target in (tmp_path / "new", Path("/etc/new"), Path("/tmp/new-of-paper-catalogue")):
        tried = run(*sandboxed(["touch", str(target)], tmp_path))
        assert "Read-only file system" in tried.stderr, target


@needs_sandbox
def test_the_command_of_the_unit_serves_within_its_limits_and_writes_nothing(catalogue: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in catalogue.parent.iterdir() if path.is_file()}
    (high,) = unit_values("MemoryHigh")
    with running(Site(catalogue, tmp_path / "log", is_sandboxed=True)) as site:

        def ask(path: str, **parameters: str | int) -> int:
            return httpx.get(f"http://127.0.0.1:{site.port}{path}", params=parameters or None, timeout=60).status_code

        with ThreadPoolExecutor(12) as pool:
            bombs = set(pool.map(lambda visit: ask("/catalog.json", sql=BOMB, visit=visit), range(24)))
        paths = (
            "/",
            "/catalog",
            "/catalog/papers",
            "/catalog/papers/1",
            "/catalog.db",
            "/catalog/papers?_search=boats",
        )
        answers = {path: ask(path) for path in paths}
        peak = site.memory_peak()
        code = site.stop()

    assert bombs <= {400, 503}  # too much for one, or for all at the moment
    assert set(answers.values()) == {200}, answers
    assert peak < int(high.removesuffix("M")) << 20
    assert {path.name: path.read_bytes() for path in catalogue.parent.iterdir() if path.is_file()} == before
    # systemd takes either as an orderly end.
    assert code in (0, -signal.SIGTERM)
    assert "Traceback" not in site.log.read_text(encoding="utf-8")


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_the_recipe_fits_into_the_main_file_of_the_distribution(tmp_path: Path) -> None:
    assert NGINX is not None
    main = Path("/etc/nginx/nginx.conf")
    text = main.read_text(encoding="utf-8") if main.exists() else ""
    if "include /etc/nginx/conf.d/*.conf;" not in text:
        pytest.skip("this nginx has no main file that reads /etc/nginx/conf.d")
    (tmp_path / "recipe.conf").write_text(recipe(8001, 8080, tmp_path), encoding="utf-8")
    # What the main file would write, it writes here; the sites of this machine are left out.
    text = re.sub(r"^\s*include /etc/nginx/(modules|sites)-enabled/.*$", "", text, flags=re.MULTILINE)
    text = text.replace("include /etc/nginx/conf.d/*.conf;", f"include {tmp_path}/recipe.conf;")
    text = text.replace("/var/log/nginx", str(tmp_path)).replace("/run/nginx.pid", f"{tmp_path}/nginx.pid")
    text = text.replace("include /etc/nginx/mime.types;", "include /etc/nginx/mime.types;")
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")

    done = run(NGINX, "-t", "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log"))

    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr, done.stderr
