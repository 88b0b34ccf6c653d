"""Ports for servers of tests."""

import os
import socket
from collections.abc import Iterator
from functools import cache
from typing import Final

HOST: Final = "127.0.0.1"
FIRST: Final = 20_000
SLICE: Final = 100
SLICES: Final = 120
"""Twelve thousand ports below those that the kernel gives to connections and to whoever asks for any (32768 and up)."""


def free_port() -> int:
    """A port that nobody has, and that nobody else is given before its server starts.

    A port of the system's choice would be free again until then, and suites run side by side: each process has its own ports.
    """
    _, ports = _own(os.getpid())
    for _ in range(SLICE):
        port = next(ports)
        # One that the last connections of an earlier server still hold is none.
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        return port
    raise AssertionError("none of this process's ports is free")


@cache
def _own(process: int) -> tuple[socket.socket, Iterator[int]]:
    """Take a slice of the ports for as long as this process lives; one that was forked takes another."""
    holder = socket.socket(socket.AF_UNIX)
    for number in range(SLICES):
        first = FIRST + (process + number) % SLICES * SLICE
        try:
            # A name that the kernel forgets with the process.
            holder.bind(f"\0voute-test-ports-{first}")
        except OSError:
            continue
        return holder, _again(first)
    raise AssertionError("all ports for tests are taken")


def _again(first: int) -> Iterator[int]:
    while True:
        yield from range(first, first + SLICE)
