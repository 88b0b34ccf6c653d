"""Where a short read of the catalogue runs: on the event loop when it is local, else in a thread."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from litestar.concurrency import sync_to_thread

from voute.server.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


async def quick(settings: Settings, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a short read that writes nothing.

    On SQLite it is a millisecond of processor time that no other thread could use meanwhile, and the way through a
    thread costs as much again; over a network it would keep everyone else waiting.
    """
    if settings.is_catalogue_local:
        return read(*args, **kwargs)
    return await sync_to_thread(read, *args, **kwargs)
