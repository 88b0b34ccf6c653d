"""Between a city and its PostgreSQL: a socket of the same kind, that cuts connections at a COMMIT, before it or after it."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from tests.support.postgres import PORT, Postgres

COMMIT = b"COMMIT\0"
"""As the driver sends it, by itself in a message."""
PIECE = 65_536


@dataclass
class PostgresProxy:
    """Listens in a folder; `cut_at` says which COMMIT from now on meets a cut, and whether it has reached the server by then."""

    folder: Path
    server: Postgres
    commits: int = 0
    cuts: int = 0
    _at: int = -1
    _is_kept: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, database_url: str) -> str:
        """The address of a database, by way of here."""
        made = make_url(database_url).update_query_dict({"host": str(self.folder)})
        return made.render_as_string(hide_password=False)

    def cut_at(self, number: int, *, kept: bool) -> None:
        with self._lock:
            self._at, self._is_kept = self.commits + number, kept

    def heal(self) -> None:
        self._at = -1

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(str(self.server.folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return
            replies = threading.Thread(target=_copy, args=(server, client), daemon=True)
            replies.start()
            with contextlib.suppress(OSError):
                self._ask(client, server, replies)
            for one in (server, client):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            replies.join()

    def _ask(self, client: socket.socket, server: socket.socket, replies: threading.Thread) -> None:
        while piece := client.recv(PIECE):
            if COMMIT not in piece:
                server.sendall(piece)
                continue
            with self._lock:
                is_hit, is_kept = self.commits == self._at, self._is_kept
                self.commits += 1
                self.cuts += is_hit
            if not is_hit:
                server.sendall(piece)
                continue
            # Nobody hears of it: the way back is closed first.
            client.shutdown(socket.SHUT_RDWR)
            if is_kept:
                server.sendall(piece)
                server.shutdown(socket.SHUT_WR)
                # The server does what it was asked before it sees that nobody is there any more.
                replies.join()
            return


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            with contextlib.suppress(OSError):
                target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def postgres_proxy(folder: Path, server: Postgres) -> Iterator[PostgresProxy]:
    """Serve a proxy before a server whose port is the usual one."""
    folder.mkdir()
    made = PostgresProxy(folder, server)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(folder / f".s.PGSQL.{PORT}"))
        listener.listen(128)
        threading.Thread(target=made.serve, args=(listener,), daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)
