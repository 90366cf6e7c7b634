"""Any working catalogue -> one clean file to hand on, with what stands beside it: whole or not at all."""

from __future__ import annotations

import importlib.metadata
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from catalog.checks import CheckResult, check_copy, check_references
from catalog.database import file_revision, require_current, translated_errors
from catalog.errors import CatalogError, ExitCode, exit_code_of_writing
from catalog.release.beside import SUFFIXES, beside, texts_beside
from catalog.release.copying import STEP_COUNT as _COPYING_STEPS
from catalog.release.copying import CopyError, copy_catalogue
from catalog.release.form import JOURNALS, is_release
from catalog.release.meanwhile import Checking, Meanwhile, StoppedError, same_moment
from catalog.release.pages import PageError, normalise_pages
from catalog.release.search_index import make_search_index

STEP_COUNT: Final = _COPYING_STEPS + 4
"""How often `release_catalog` calls `on_step`."""


def release_catalog(database: Path, release: Path, *, on_step: Callable[[], None] = lambda: None) -> str:
    """Write the catalogue at `database` as a release to `release`, and return the SHA-256 of the new file.

    Equal documents give equal bytes, whatever the history of `database`, which is only read. The file is made under
    another name in the same folder, checked, synced and then put in place; an earlier release there is replaced by a
    whole one or stays. Beside it go `.sha256`, `.json` and `.inspect.json`.

    Raises CatalogError where `database` breaks a rule of the catalogue, where something at `release` is no release
    and would be lost, or where a file cannot be written.
    """
    with _told_as_sentences(database, release):
        _require_free(database, release)
    require_current(database)
    draft = _draft(release)
    try:
        with _told_as_sentences(database, release):
            _write_draft(database, release, draft, on_step)
            texts = _checked(database, release, draft)
            on_step()
            _put_in_place(release, draft, texts)
    finally:
        scratches = (_scratch(release, kind) for kind in ("scratch", "index"))
        _discard(draft, *scratches, *(_draft(beside(release, suffix)) for suffix in SUFFIXES))
    on_step()
    return texts[".sha256"].removeprefix("\\")[:64]


_OF_THE_SOURCE: Final = ("SQLITE_BUSY", "SQLITE_CORRUPT", "SQLITE_NOTADB")
"""Errors that can only come from the working file: the others are made just now."""

_OF_DAMAGED_ROWS: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_ERROR")
"""Errors of a copy of rows or tables that no check would pass."""


def _write_draft(database: Path, release: Path, draft: Path, on_step: Callable[[], None]) -> None:
    """Make the file that is to become the release at `draft`, out of tables that are checked meanwhile."""
    scratch, index = _scratch(release, "scratch"), _scratch(release, "index")
    _discard(draft, scratch, index)
    for path in (scratch, index):
        path.touch(exist_ok=False)
    with ExitStack() as until_begun, ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        until_begun.enter_context(same_moment(database))
        checks = Checking(pool, database)
        stack.callback(checks.stop)
        indexing = Meanwhile(pool, partial(make_search_index, database, index))
        stack.callback(indexing.stop)
        try:
            copy_catalogue(
                database,
                scratch,
                draft,
                importlib.metadata.version("paper-catalog"),
                search_index=indexing.result,
                on_begin=until_begun.close,
                on_step=partial(_go_on, checks, on_step),
            )
            _discard(scratch, index)
            normalise_pages(draft)
        except (StoppedError, CopyError, sqlite3.Error) as error:
            if _may_be_of_damaged_rows(error):
                _refuse_broken_source(database, checks, error)
            raise
        on_step()
        _refuse_broken_source(database, checks)
        on_step()


def _go_on(checks: Checking, on_step: Callable[[], None]) -> None:
    checks.require_sound_so_far()
    on_step()


def _may_be_of_damaged_rows(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorname", "") or ""
    return not isinstance(error, sqlite3.Error) or code.startswith(_OF_DAMAGED_ROWS)


def _checked(database: Path, release: Path, draft: Path) -> dict[str, str]:
    """Return what goes beside the release; meanwhile the file itself is checked, and may be refused."""
    with ThreadPoolExecutor(2) as pool:
        checks = pool.submit(lambda: list(check_copy(draft)))
        references = pool.submit(check_references, draft)
        texts = texts_beside(draft, release)
        _refuse_broken(database, [*checks.result(), references.result()])
    return texts


def _require_free(database: Path, release: Path) -> None:
    """Refuse to put a release where it would replace something else, or where SQLite would change it at once."""
    if any("\ud800" <= character <= "\udfff" for character in release.name):  # bytes that Python could not read
        sentence = f"{release}: is no UTF-8, and what lies beside it names it; name another file."
        raise CatalogError(sentence, ExitCode.USAGE)
    if os.path.lexists(release):
        if not release.is_file():
            raise CatalogError(f"{release}: is no file; name another one.", ExitCode.CANNOT_CREATE)
        if os.path.exists(database) and release.samefile(database):
            raise CatalogError(f"{release}: is the working catalogue itself; name another file.", ExitCode.USAGE)
        if not _is_earlier_release(release):
            sentence = f"{release}: is there and is no release, so it stays; delete it, or name another file."
            raise CatalogError(sentence, ExitCode.CANNOT_CREATE)
    for suffix in SUFFIXES:
        if os.path.isdir(beside(release, suffix)):
            sentence = f"{beside(release, suffix)}: is a folder where a file must go; name another file."
            raise CatalogError(sentence, ExitCode.CANNOT_CREATE)
    for end in JOURNALS:
        if beside(release, end).exists():
            raise CatalogError(
                f"{beside(release, end)}: is left of a change that nobody finished and SQLite would make it to the "
                "release; delete it, or name another file.",
                ExitCode.CANNOT_CREATE,
            )


def _is_earlier_release(path: Path) -> bool:
    try:
        file_revision(path)
        return is_release(path)
    except (CatalogError, sqlite3.Error):
        return False


def _refuse_broken_source(database: Path, checks: Checking, error: Exception | None = None) -> None:
    """Refuse a catalogue that breaks a rule, or one whose references may be what an `error` in copying came of."""
    results = checks.results()
    if error is not None or any(result.broken for result in results):
        _refuse_broken(database, [*results, check_references(database)])


def _refuse_broken(database: Path, results: Iterable[CheckResult]) -> None:
    broken = dict.fromkeys(result.name for result in results if result.broken)  # two may be of the references
    if broken:
        raise CatalogError(
            f"{database}: does not pass every check ({', '.join(broken)}), so nothing was released; "
            f"`catalog check -d {database}` shows the rows."
        )


@contextmanager
def _told_as_sentences(database: Path, release: Path) -> Iterator[None]:
    hint = "so nothing was released, and what was there is as it was"
    try:
        yield
    except (CopyError, PageError) as error:
        raise CatalogError(f"{release}: could not be made ({error}), {hint}; please report it.") from error
    except OSError as error:
        raise CatalogError(
            f"{release}: cannot be written ({error.strerror}), {hint}; "
            "check that its folder exists, may be written to and has room.",
            exit_code_of_writing(error),
        ) from error
    except sqlite3.Error as error:
        if (getattr(error, "sqlite_errorname", "") or "").startswith(_OF_THE_SOURCE):
            with translated_errors(database):
                raise
        sentence = f"{release}: cannot be written ({error}), {hint}; check its folder and disk."
        raise CatalogError(sentence, exit_code_of_writing(error)) from error


def _put_in_place(release: Path, draft: Path, texts: dict[str, str]) -> None:
    """Give all drafts their names, synced before: first the release, then what stands beside it."""
    _sync(draft)
    paths = [beside(release, suffix) for suffix in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        _draft(path).write_text(text, encoding="utf-8", newline="\n")
        _sync(_draft(path))
    os.replace(draft, release)
    try:
        for path in paths:
            os.replace(_draft(path), path)
        _sync(release.absolute().parent)
    except OSError as error:
        raise CatalogError(
            f"{release}: is the new release, but not everything beside it could be put in place ({error.strerror}); "
            "check its folder and disk, and release again."
        ) from error


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk; a system that cannot open a folder keeps its names by itself."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.new")


def _scratch(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def _discard(*paths: Path) -> None:
    for path in paths:
        for leftover in (path, path.with_name(path.name + "-journal")):
            with suppress(OSError):
                leftover.unlink()
