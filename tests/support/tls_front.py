"""What stands between a command and a city: TLS with a certificate made in the test, an organisation's proxy."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
_END = b"\r\n\r\n"
_PIECE = 65_536


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _join(client: socket.socket, port: int) -> None:
    with socket.create_connection((HOST, port)) as server:
        there = threading.Thread(target=_pump, args=(client, server), daemon=True)
        there.start()
        _pump(server, client)
        there.join()


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection in a thread of its own; gives the port."""
    listener = socket.create_server((HOST, 0))

    def one(client: socket.socket) -> None:
        # Who is refused goes away in the middle: that is what is tested.
        with client, contextlib.suppress(OSError):
            serve(client)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextmanager
def tls_front(certificate: Path, port: int) -> Iterator[int]:
    """Speak TLS with this certificate before a port of this machine; gives the port to ask."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as inside:
            _join(inside, port)

    with listening(serve) as own:
        yield own


@contextmanager
def proxy_of_an_organisation(port: int) -> Iterator[tuple[str, list[str]]]:
    """A proxy that connects to one port, whomever it is asked for; gives its address, and the first lines that it was asked."""
    asked: list[str] = []

    def serve(client: socket.socket) -> None:
        head = b""
        while _END not in head:
            head += client.recv(_PIECE) or _END
        asked.append(head.partition(b"\r\n")[0].decode("ascii"))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _join(client, port)

    with listening(serve) as own:
        yield f"http://{HOST}:{own}", asked
