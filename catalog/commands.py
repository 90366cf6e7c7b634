"""The group that all commands are in: imports one when it is asked for, and says what went wrong in one place."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from catalog.errors import CatalogError, ExitCode, exit_code_of_writing


class Commands(click.Group):
    """A group of commands, some in modules of their own that are imported when they are asked for.

    `modules` has, by the name of the command, the module that has it under that name. What a person can cause ends in
    one sentence on standard error and the exit code that belongs to it (docs/exit-codes.md).
    """

    def __init__(self, *arguments: Any, modules: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._modules = dict(modules or {})

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line, as click does, with something in the place of each standard stream that is closed."""
        _fill_closed_streams()
        return super().main(*arguments, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted; none is imported for it."""
        return sorted({*super().list_commands(ctx), *self._modules})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None where there is none."""
        if cmd_name in self._modules:
            self.add_command(getattr(import_module(self._modules[cmd_name]), cmd_name), cmd_name)
            del self._modules[cmd_name]
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; CatalogError, and an OSError that nobody expected, end it with a sentence."""
        try:
            return super().invoke(ctx)
        except CatalogError as error:
            from catalog.terminal import plain

            raise _Failure(plain(str(error)), error.exit_code) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader has seen enough; click ends quietly
                raise
            raise _Failure(_sentence(error), exit_code_of_writing(error)) from error


def _fill_closed_streams() -> None:
    """Let nothing else be opened under the number of a standard stream: what is printed would go there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - to the end of the process


class _Failure(click.ClickException):
    def __init__(self, sentence: str, exit_code: ExitCode) -> None:
        super().__init__(sentence)
        self.exit_code = int(exit_code)  # type: ignore[misc]  # click has a class for each code


def _sentence(error: OSError) -> str:
    from catalog.terminal import plain

    where = plain(str(error.filename)) if error.filename is not None else "a file or what the command prints"
    remedy = "check its permissions" if isinstance(error, PermissionError) else "make room or try another place"
    return f"{where}: cannot be read or written ({error.strerror or error}); {remedy}."
