"""A limit to the whole head of an answer.

httpx limits each read alone: a head that comes byte by byte, or after one hint (1xx) and another, would be waited for without
end. Source: the events of httpcore's extension `trace`.
"""

import socket
from collections.abc import Mapping
from threading import Lock, Timer
from typing import Any, Final
from weakref import WeakSet

import httpx

_OPENED: Final = frozenset({"connect_tcp.complete", "start_tls.complete"})
"""Events that bring a connection, plain or wrapped."""
_HEAD: Final = "receive_response_headers"


class HeadLimit:
    """Ends what a client has open once the head of an answer is not whole in time: the call raises an `httpx.TransportError`.

    May be used by several threads; a client whose other call is under way loses that one, too: it is of the same server.
    """

    def __init__(self, seconds: float) -> None:
        """Take how long a head may take, from the end of the request on."""
        self._seconds = seconds
        self._open = WeakSet[socket.socket]()
        self._lock = Lock()

    def watch(self, request: httpx.Request) -> None:
        """Watch one call: a hook of httpx for requests."""
        request.extensions["trace"] = _Wait(self, self._seconds)

    def opened(self, connection: socket.socket) -> None:
        """Keep a connection until it is closed."""
        with self._lock:
            self._open.add(connection)

    def end(self) -> None:
        """End all connections, under the feet of whoever reads from them."""
        with self._lock:
            for connection in self._open:
                try:
                    # Not the method of a wrapped one, which takes away what its reader is in.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
                except OSError:
                    # It has ended by itself.
                    continue


class _Wait:
    """The wait for one head; what httpcore calls at each step of a call."""

    def __init__(self, limit: HeadLimit, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._timer: Timer | None = None

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        step = event.partition(".")[2]
        if step in _OPENED:
            self._limit.opened(info["return_value"].get_extra_info("socket"))
        elif step == f"{_HEAD}.started":
            self._timer = Timer(self._seconds, self._limit.end)
            self._timer.daemon = True
            self._timer.start()
        elif step.startswith(_HEAD) and self._timer is not None:
            self._timer.cancel()
