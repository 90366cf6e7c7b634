"""Classes of small values that are made by the thousand: entries, links, places. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True)
def value(*, kw_only: bool = False) -> Callable[[type[Class]], type[Class]]:
    """Make a class a dataclass with slots, equal and hashed by its fields, that the type checker takes for frozen.

    It is not frozen at run time: to make a frozen one takes four to six times as long, since each field is set through
    a call.
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
