"""Where Prometheus reads: an address of its own, apart from the city's, answered by one process of the server.

Binding is the election: whoever has the address answers for all, and when it ends another process takes it within seconds.
"""

import errno
import socket
import threading
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Final

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from typing_extensions import override

PATH: Final = "/metrics"
OURS: Final = "voute"
"""How a process of ours names itself to whoever asks for measurements."""
RETRY: Final = 2.0
"""Seconds between looks whether the address is free: the process that had it may have ended."""
_PATIENCE: Final = 10
"""Seconds for which a connection may say nothing."""

_log = structlog.get_logger("voute.metrics")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    timeout = 0.2
    """Seconds between looks whether it is to end."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)


def _handler(registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout: ClassVar[float] = _PATIENCE
        server_version = OURS
        sys_version = ""

        def do_GET(self) -> None:
            if self.path != PATH:
                self.send_error(404)
                return
            encode, media_type = choose_encoder(self.headers.get("accept", ""))
            body = encode(registry)
            self.send_response(200)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Write nothing: a measurement every few seconds is no event."""

    return Handler


def _held_by_another(address: tuple[str, int]) -> bool:
    """Say whether what answers there is no process of ours; one that has just ended is nobody."""
    connection = HTTPConnection(*address, timeout=_PATIENCE)
    try:
        connection.request("HEAD", PATH)
        return not (connection.getresponse().getheader("server") or "").startswith(OURS)
    except ConnectionError:
        return False
    except (OSError, HTTPException):
        return True
    finally:
        connection.close()


class MetricsListener:
    """A thread that answers at an address as soon as it is free, until `stop`."""

    def __init__(self, registry: CollectorRegistry, address: tuple[str, int]) -> None:
        """Take what is read, and where."""
        self._registry = registry
        self._address = address
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        told = False
        while not self._stopping.is_set():
            try:
                server = _Server(self._address, _handler(self._registry))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    _log.error("no measurements", code=type(error).__name__, detail=error.strerror)
                elif not told and _held_by_another(self._address):
                    told = True
                    _log.error("no measurements", code="address-held", detail="another program has the address")
                self._stopping.wait(RETRY)
                continue
            with server:
                while not self._stopping.is_set():
                    server.handle_request()
