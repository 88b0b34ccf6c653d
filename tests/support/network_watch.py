"""Sees every call to a network that this process makes, whoever makes it, by an audit hook of the interpreter."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

NETWORK = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})
_watching: list[list[str]] = []
_installed: list[bool] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    if _watching and event in NETWORK:
        for one in _watching:
            one.append(f"{event} {args!r}")


@contextmanager
def network_watched() -> Iterator[list[str]]:
    """Give the list of calls, filled for as long as the context lasts."""
    if not _installed:
        # A hook cannot be taken out again: it is put in once, and listens only inside the context.
        sys.addaudithook(_hook)
        _installed.append(True)
    seen: list[str] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
