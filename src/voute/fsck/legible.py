"""Bytes that a disk can no longer give are damage of one file, to be named like any other, and no end of the check."""

from collections.abc import Callable
from typing import TypeVar

from voute.core.ports_store import StoreUnreadableError

Name = TypeVar("Name")


def legible(get: Callable[[Name], bytes], name: Name) -> bytes:
    """Return what is stored under a name; nothing, which no stored file is, of one that the disk cannot give.

    Raises:
        StoreError: nothing is stored there, or the store failed as a whole.
    """
    try:
        return get(name)
    except StoreUnreadableError:
        return b""
