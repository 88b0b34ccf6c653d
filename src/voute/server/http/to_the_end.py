"""Waiting for a thread that must not be left behind."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Awaitable[T]) -> T:
    """Wait for work in a thread; a cancellation takes effect only when the work is over.

    Else the file that a thread writes to would be closed under it, and its descriptor be somebody else's by then.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
