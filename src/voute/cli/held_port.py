"""Holds a port of this machine for a server that this process starts, so that nobody else can take it before or meanwhile."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from voute.core.errors import StateError

HOST: Final = "127.0.0.1"
_CHOICES: Final = 20
"""Ports that the system is asked for at most: each is free when it is named, and may be gone a moment later."""


class PortTakenError(StateError):
    """Another program, or another demonstration, has the port."""

    code: ClassVar[str] = "port-taken"


def any_ports() -> Iterator[int]:
    """Give ports of the system's choice, a new one each time."""
    for _ in range(_CHOICES):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        yield port


@contextmanager
def held_port(ports: Iterable[int]) -> Iterator[int]:
    """Hold the first of these ports that is free for as long as the context lasts.

    Between two processes that ask for one port at the same moment, the kernel decides. A server that this process starts can
    take the port (Granian's sockets share theirs), as often as it is started again; nobody is answered while there is none.

    Raises:
        PortTakenError: none is free.
    """
    taken = 0
    for port in ports:
        with socket.socket() as holder:
            if _take(holder, port):
                yield port
                return
        taken = port
    raise PortTakenError("the port is taken", port=str(taken))


def _take(holder: socket.socket, port: int) -> bool:
    # What remains of a server's last connections must not keep the port from the next one.
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind((HOST, port))
        # Of sockets that were bound like this at the same moment, one at most may listen.
        holder.listen()
    except OSError:
        return False
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    # It no longer listens and stays bound, for the port was named, not 0. From now on a server that shares ports may join.
    holder.shutdown(socket.SHUT_RDWR)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return True
