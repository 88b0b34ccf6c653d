"""A PostgreSQL of the tests' own: a server in a folder that goes with it, on a socket that nobody else sees."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text

from voute.store.migrate import upgrade
from voute.store.schema import metadata
from voute.store.sql_catalogue import SCHEMA_VERSION

DEBIAN = Path("/usr/lib/postgresql")
MISSING = "PostgreSQL is not installed: `make setup`, or as an administrator `apt-get install postgresql`"
START_SECONDS = 60
PORT = 5432
"""The one that clients assume."""
UNPRIVILEGED = "postgres"
"""Debian's package makes this user; the server refuses to run as root."""
FAST = ("fsync=off", "full_page_writes=off")
"""For what is proven without any crash of the machine."""
COMMON = ("listen_addresses=", "shared_buffers=32MB", "max_connections=120", "autovacuum=off", "logging_collector=off")


def programs() -> Path:
    """The folder of the newest server that is installed; a test that needs one fails here with what to do."""
    found = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    if on_path is not None:
        return Path(on_path).resolve().parent
    pytest.fail(MISSING)


def _as_somebody() -> list[str]:
    """What comes before a command of the server: another user when we are root, and the end when we end."""
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig", "INT"]
    return ["setpriv", "--reuid", UNPRIVILEGED, "--regid", UNPRIVILEGED, "--clear-groups", "--pdeathsig", "INT"]


@dataclass
class Postgres:
    """One server; databases are made in it as tests need them."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = PORT
    """Part of the socket's name, too."""
    within: tuple[str, ...] = ()
    """What comes before each of its commands: the way into a view of the disks of its own."""
    init: tuple[str, ...] = ()
    """How its folder is made, beyond what is usual."""
    _process: "subprocess.Popen[bytes] | None" = None
    _numbers: Iterator[int] = field(default_factory=count)
    _template: str | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def process(self) -> int:
        """The process of the server, or of what runs it as another user."""
        assert self._process is not None
        return self._process.pid

    def initialise(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, UNPRIVILEGED, UNPRIVILEGED)
        command = ["initdb", "--pgdata", str(self.folder / "data"), "--username=voute", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", *self.init]
        self._run(command)

    def start(self) -> None:
        place = (f"unix_socket_directories={self.folder}", f"port={self.port}")
        settings = [f"--{one}" for one in (*COMMON, *place, *self.options)]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*self.within, *_as_somebody(), str(programs() / "postgres"), "-D", str(self.folder / "data"), *settings],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._wait()

    def _wait(self) -> None:
        """Wait until it answers; one that ends meanwhile is started once more."""
        end = time.monotonic() + START_SECONDS
        while True:
            assert self._process is not None
            assert time.monotonic() < end, self.log.read_text()
            if self._process.poll() is not None:
                # One that was killed leaves its memory to children that end a moment later.
                time.sleep(0.1)
                self.start()
                return
            with contextlib.suppress(Exception), self.connected() as connection:
                connection.execute(text("SELECT 1"))
                return
            time.sleep(0.05)

    def ensure(self) -> None:
        """See that it runs and answers; by the thread that stays, for the server ends with the one that started it."""
        if self._process is None:
            self.start()
        else:
            self._wait()

    def stop(self) -> None:
        """End it as an operator does: who is connected is cut off."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a power failure does: every process at once, nothing is written any more."""
        assert self._process is not None
        children = _children(self._process.pid)
        for pid in (self._process.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as a setting holds it."""
        query = {"host": str(self.folder)} if self.port == PORT else {"host": str(self.folder), "port": str(self.port)}
        made = URL.create("postgresql+psycopg", "voute", database=database, query=query)
        return made.render_as_string(hide_password=False)

    @contextmanager
    def connected(self, database: str = "postgres") -> Iterator[Connection]:
        """A connection whose statements count at once."""
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def database(self, *, empty: bool = False) -> str:
        """Make a database, with the tables of this release unless it is to be empty; returns its address."""
        name = f"city_{next(self._numbers)}"
        template = "template0" if empty else self._migrated()
        with self.connected() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return self.url(name)

    def copy(self, url: str) -> str:
        """Make a copy of a database that nobody is connected to; returns its address."""
        name = f"city_{next(self._numbers)}"
        with self.connected() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}"))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        with self.connected() as connection:
            connection.execute(text(f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))

    def empty(self, url: str) -> None:
        """Leave a migrated database as it was made: many times faster than making another one."""
        statements = [str(table.delete()) for table in reversed(metadata.sorted_tables)]
        statements += [f"ALTER SEQUENCE {name} RESTART" for name in ("events_event_id_seq", "vault_numbers_v_seq")]
        with self.connected(make_url(url).database or "") as connection:
            connection.execute(text("; ".join(statements)))
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": SCHEMA_VERSION})

    def _migrated(self) -> str:
        if self._template is None:
            name = "migrated"
            with self.connected() as connection:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
            upgrade(self.url(name))
            self._template = name
        return self._template

    def _run(self, command: list[str]) -> None:
        command = [*self.within, *_as_somebody(), str(programs() / command[0]), *command[1:]]
        ran = subprocess.run(command, cwd=self.folder, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        assert ran.returncode == 0, ran.stderr.decode()


def _children(pid: int) -> list[int]:
    """The server's processes: each is in a session of its own, so no signal to a group reaches them."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def postgres(*options: str) -> Iterator[Postgres]:
    """Run a server."""
    with folder_of_a_server() as folder:
        server = Postgres(folder, options)
        server.initialise()
        with running(server):
            yield server


@contextmanager
def folder_of_a_server() -> Iterator[Path]:
    """Make a folder that is gone afterwards; short-named, as the path of a socket must be."""
    folder = Path(tempfile.mkdtemp(prefix="voute-pg-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(server: Postgres) -> Iterator[None]:
    """Start a server whose folder is made, and stop it."""
    try:
        server.start()
        yield
    finally:
        server.stop()
