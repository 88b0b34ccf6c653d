"""Keeps the address of a server for one `voute serve`, whose processes alone share it.

Granian's sockets let every process of the same user share their port, so that several processes of one server can. Two servers
would share it as silently, and each would get half of the visitors of the other.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from voute.core.errors import StateError

_ALSO: Final = {"0.0.0.0": ("127.0.0.1",), "::": ("::1", "127.0.0.1")}  # noqa: S104 -- where this machine asks who has them all
_PATIENCE: Final = 1.0
"""Seconds for an answer of this machine to itself: one that says nothing is nobody."""
_CREDENTIALS: Final = struct.Struct("3i")
"""Process, user and group of who listens on a Unix socket: unix(7), SO_PEERCRED."""


class AddressRefusedError(StateError):
    """The address cannot be listened on: another program has it, or this machine has no such address; facts `host`, `port`."""

    code: ClassVar[str] = "address-refused"


class AddressServedError(StateError):
    """Another server of ours has the address, or is about to; facts `host`, `port`, `process`."""

    code: ClassVar[str] = "address-served"


@contextmanager
def kept_address(host: str, port: int) -> Iterator[None]:
    """Keep an address for as long as the context lasts, against all servers of ours and all who listen there already.

    Of two that ask at the same moment the kernel lets one through, by a name that it forgets with the process. Who only holds
    the port without listening, as `voute demo` does for the server that it starts, keeps nobody out.

    Raises:
        AddressServedError: another server of ours has it.
        AddressRefusedError: another program has it, or this machine has no such address.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise AddressRefusedError(type(error).__name__, host=host, port=str(port)) from error
    name = f"\0voute-serves-{place[0]}-{port}"
    with socket.socket(socket.AF_UNIX) as keeper:
        try:
            keeper.bind(name)
        except OSError as error:
            raise AddressServedError(type(error).__name__, host=host, port=str(port), process=_holder_of(name)) from error
        # Nobody is ever taken in: whoever knocks is told by the kernel which process this is.
        keeper.listen()
        _require_free(host, port, family, kind, place)
        yield


def _require_free(host: str, port: int, family: int, kind: int, place: object) -> None:
    """Take the address for a moment as Granian does, whose own refusal is a fault without a name, and see that nobody answers."""
    try:
        with socket.socket(family, kind) as probe:
            # What remains of a server's last connections keeps nobody out.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind(place)  # type: ignore[arg-type] # as getaddrinfo gave it
    except OSError as error:
        raise AddressRefusedError(type(error).__name__, host=host, port=str(port)) from error
    # A program of the same user that shares its port, such as a server of an earlier release, or a process that one left.
    for address in _ALSO.get(host, (host,)):
        try:
            socket.create_connection((address, port), timeout=_PATIENCE).close()
        except OSError:
            continue
        raise AddressRefusedError("somebody answers", host=host, port=str(port))


def _holder_of(name: str) -> str:
    """Return the process that keeps an address, or a question mark if it has ended meanwhile."""
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_PATIENCE)
            asking.connect(name)
            found = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except OSError:
        return "?"
    return str(_CREDENTIALS.unpack(found)[0])
