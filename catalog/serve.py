"""Publish a catalogue file with Datasette: read-only, immutable, with metadata.yml and the site folder applied."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sqlite3
import sys
import webbrowser
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.database import require_current
from catalog.errors import CatalogError, ExitCode
from catalog.inspect import inspect_data
from catalog.models import SEARCH_TABLE, metadata
from catalog.resources import resource

if TYPE_CHECKING:
    from datasette.app import Datasette  # type: ignore[import-untyped]

DATABASE_NAME = "catalog"
"""Under this name, whatever the file is called, the site has the file: metadata.yml, templates and addresses use it."""

_SITE = Path(__file__).parent / "site"
_ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never listened on unasked


def site(path: Path) -> Datasette:
    """Return a Datasette for the catalogue file at `path`, as `catalog serve` runs it.

    The file is opened as immutable: nobody may write to it while the site is up. Raises CatalogError where it is no
    catalogue of this version's schema, or is in a journal mode that an immutable reader cannot see whole.
    """
    from datasette.app import Datasette
    from datasette.database import Database  # type: ignore[import-untyped]
    from datasette.utils import parse_metadata  # type: ignore[import-untyped]

    require_current(path)
    _require_rollback_journal(path)

    class CatalogDatabase(Database):  # type: ignore[misc]
        def connect(self, write: bool = False) -> sqlite3.Connection:
            return ready.pop() if ready else self.open()

        def open(self) -> sqlite3.Connection:
            # Datasette's own puts the path into the URI as it stands: a `?`, `#` or `%` in it names another file.
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._all_file_connections.append(connection)
            return connection

    # One for each thread, opened now: one opened later would read the file that has replaced this one by then.
    ready: list[sqlite3.Connection] = []

    described = parse_metadata(resource("metadata.yml").read_text(encoding="utf-8"))
    known = inspect_data(path, DATABASE_NAME)
    _require_tables(path, known[DATABASE_NAME]["tables"])
    datasette = Datasette(memory=True, metadata=described, config_dir=_SITE, inspect_data=known)
    datasette.remove_database("_memory")
    database = CatalogDatabase(datasette, str(path.absolute()), is_mutable=False)
    datasette.add_database(database, name=DATABASE_NAME)
    ready.extend(database.open() for _ in range(datasette.setting("num_sql_threads")))
    return datasette


def _require_tables(path: Path, names: Container[str]) -> None:
    missing = sorted(table for table in (*metadata.tables, SEARCH_TABLE) if table not in names)
    if missing:
        lacks = f"is damaged, it has no table {missing[0]}"
        raise CatalogError(f"{path}: {lacks}; run `catalog check -d {path}`, which says what to do.", ExitCode.BAD_DATA)


def serve(path: Path, host: str, port: int, open_browser: bool) -> None:
    """Publish the catalogue file at `path` at `http://host:port/` until Ctrl-C; port 0 takes a free one.

    Prints the address once, when the site answers there. Raises CatalogError where the file cannot be served (see
    `site`) or the address cannot be listened on.
    """
    import uvicorn

    datasette = site(path)
    asyncio.run(datasette.invoke_startup())
    app = datasette.app()
    listener = _listen(host, port)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce()

    def announce() -> None:
        url = _url(host, listener.getsockname()[1])
        print(f"{path} is at {url} - stop with Ctrl-C", flush=True)
        if open_browser:
            webbrowser.open(url)

    config = uvicorn.Config(app, log_level="warning", lifespan="on", server_header=False, timeout_graceful_shutdown=3)
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        # uvicorn has ended in order by now and says again what ended it.
        sys.stderr.write("\n")
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # asyncio sets this only where the socket names its protocol; each answer would wait 40 ms for the kernel.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        # The error's own text repeats the address; an unknown name has a number that is not the system's.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise CatalogError(
            f"{host}:{port}: cannot be listened on ({reason}); name another address with --host or --port.",
            ExitCode.BUSY if error.errno == errno.EADDRINUSE else ExitCode.CANNOT_CREATE,
        ) from error


def _url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in _ANY_ADDRESS else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def _require_rollback_journal(path: Path) -> None:
    # Bytes 18 and 19 of the header are 2 in WAL mode, where the newest rows are in another file.
    with path.open("rb") as file:
        if file.read(20)[18:] != b"\x01\x01":
            raise CatalogError(
                f"{path}: is in WAL mode, in which a reader of this one file can miss rows; "
                f"run `sqlite3 {path} 'PRAGMA journal_mode = DELETE'` first.",
                ExitCode.WRONG_FILE,
            )
