"""The catalogue's driver: engines, transactions, their commit (`voute.core.ports_store.Catalogue`)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from threading import Lock, get_ident
from typing import Final

from sqlalchemy import Connection, Engine, inspect, make_url, text

from voute.core.errors import StoreError
from voute.core.ports_store import CatalogueVersionError
from voute.store.durable import storing
from voute.store.engines import BUSY_SECONDS, sqlite_checkpointer, sqlite_engine
from voute.store.postgres import CityLock, expect_fit, hold, postgres_engine
from voute.store.sql import Session, translating
from voute.store.sql_consents import SqlConsents
from voute.store.sql_deliveries import SqlDeliveries, SqlLookups, SqlPacks
from voute.store.sql_documents import SqlDocuments
from voute.store.sql_events import SqlChains, SqlEvents, SqlJobs, SqlLogStates
from voute.store.sql_looks import SqlLook, SqlLooks
from voute.store.sql_notices import SqlNotices
from voute.store.sql_push import SqlDevices
from voute.store.sql_seen import SqlCounts, SqlMarks
from voute.store.sql_sign_in import SqlChallenges, SqlCredentials, SqlLimits, SqlSessions
from voute.store.sql_vaults import SqlVaults
from voute.store.watch import StepCounter, Watch

SCHEMA_VERSION: Final = "0010"
# As many readers as the server has threads; SQLite's cost a file descriptor each.
_READERS: Final = 40


def schema_of(connection: Connection) -> str | None:
    """Return the schema that a catalogue is at, or None: it has no tables of ours."""
    has_any = inspect(connection).has_table("alembic_version")
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if has_any else None


def check_version(connection: Connection) -> None:
    """Refuse a catalogue of another release.

    Raises:
        CatalogueVersionError: its schema is older, newer, or was never made.
    """
    found = schema_of(connection)
    if found != SCHEMA_VERSION:
        raise CatalogueVersionError("another schema", found=found or "none", needed=SCHEMA_VERSION)


class SqlTransaction:
    """`Transaction`: all tables on one connection."""

    def __init__(self, session: Session) -> None:
        """Take the open session."""
        self._session = session

    @cached_property
    def vaults(self) -> SqlVaults:
        """Vaults."""
        return SqlVaults(self._session)

    @cached_property
    def consents(self) -> SqlConsents:
        """Choices."""
        return SqlConsents(self._session)

    @cached_property
    def notices(self) -> SqlNotices:
        """Addresses and mails."""
        return SqlNotices(self._session)

    @cached_property
    def devices(self) -> SqlDevices:
        """Devices and messages to them."""
        return SqlDevices(self._session)

    @cached_property
    def credentials(self) -> SqlCredentials:
        """WebAuthn credentials."""
        return SqlCredentials(self._session)

    @cached_property
    def challenges(self) -> SqlChallenges:
        """Challenges."""
        return SqlChallenges(self._session)

    @cached_property
    def sessions(self) -> SqlSessions:
        """Sessions."""
        return SqlSessions(self._session)

    @cached_property
    def limits(self) -> SqlLimits:
        """Rate limits."""
        return SqlLimits(self._session)

    @cached_property
    def lookups(self) -> SqlLookups:
        """Lookup ids."""
        return SqlLookups(self._session)

    @cached_property
    def deliveries(self) -> SqlDeliveries:
        """Deliveries."""
        return SqlDeliveries(self._session)

    @cached_property
    def packs(self) -> SqlPacks:
        """Packs."""
        return SqlPacks(self._session)

    @cached_property
    def documents(self) -> SqlDocuments:
        """Documents."""
        return SqlDocuments(self._session)

    @cached_property
    def events(self) -> SqlEvents:
        """Events."""
        return SqlEvents(self._session)

    @cached_property
    def chains(self) -> SqlChains:
        """Chains."""
        return SqlChains(self._session)

    @cached_property
    def log_states(self) -> SqlLogStates:
        """Published state."""
        return SqlLogStates(self._session)

    @cached_property
    def jobs(self) -> SqlJobs:
        """Work to be done afterwards."""
        return SqlJobs(self._session)

    @cached_property
    def counts(self) -> SqlCounts:
        """Sums."""
        return SqlCounts(self._session)

    @cached_property
    def marks(self) -> SqlMarks:
        """Notes of the city's own work."""
        return SqlMarks(self._session)


class SqlCatalogue:
    """`Catalogue` on SQLite or PostgreSQL; `voute.store.migrate.upgrade` makes its tables first.

    On SQLite one writer at a time: threads of a process queue at a lock here, processes at the database's own.
    """

    def __init__(self, url: str, watch: Watch | None = None) -> None:
        """Open `sqlite:////path/to/file` or `postgresql+psycopg://…`; nothing is connected before the first transaction."""
        self._watch = watch or StepCounter()
        parsed = make_url(url)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        self._queue: AbstractContextManager[object] = _Queue() if self._is_sqlite else nullcontext()
        if self._is_sqlite:
            self._reader = sqlite_engine(parsed, "PRAGMA query_only = ON", begin="BEGIN", size=_READERS)
            self._writer = sqlite_engine(parsed, "PRAGMA synchronous = FULL")
            self._light_writer = sqlite_engine(parsed, "PRAGMA synchronous = NORMAL")
            self._scrubber = sqlite_checkpointer(parsed)
        else:
            self._writer = self._light_writer = postgres_engine(parsed)
            self._reader = self._writer.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        self._looks = SqlLooks(self._reader)

    def read(self) -> AbstractContextManager[SqlTransaction]:
        """Open a consistent view (`Catalogue.read`)."""
        return self._reading()

    def look(self) -> AbstractContextManager[SqlLook]:
        """Lend a connection for looks (`Catalogue.look`)."""
        return self._looks.open()

    def write(self, *, durable: bool = True) -> AbstractContextManager[SqlTransaction]:
        """Open a transaction (`Catalogue.write`)."""
        return self._writing(durable=durable)

    def scrub(self) -> bool:
        """Move the write-ahead log into the database and empty it (`Catalogue.scrub`); PostgreSQL's VACUUM comes by itself."""
        if not self._is_sqlite:
            return True
        with self._queue, storing("scrub"), translating(), self._scrubber.connect() as connection:
            self._watch.before("sql-checkpoint")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            self._watch.after("sql-checkpoint")
        return not busy

    def schema(self) -> str | None:
        """Return the schema that the catalogue is at, or None: it has no tables of ours.

        Raises:
            StoreError: it does not answer.
        """
        with translating(), self._reader.connect() as connection:
            return schema_of(connection)

    def check(self) -> None:
        """Prove that the catalogue answers and has our schema (`Catalogue.check`)."""
        with translating(), self._reader.connect() as connection:
            if not self._is_sqlite:
                expect_fit(connection)
            check_version(connection)

    def close(self) -> None:
        """Close all connections; the next transaction opens new ones."""
        for engine in {self._reader, self._writer, self._light_writer}:
            engine.dispose()
        self._looks.close()

    @contextmanager
    def _reading(self) -> Iterator[SqlTransaction]:
        with _connect(self._reader) as connection:
            yield SqlTransaction(Session(connection))

    @contextmanager
    def _writing(self, *, durable: bool) -> Iterator[SqlTransaction]:
        engine = self._writer if durable else self._light_writer
        with self._queue, _connect(engine) as connection:
            if not self._is_sqlite:
                with translating():
                    _begin_postgres(connection, durable=durable)
            session = Session(connection)
            yield SqlTransaction(session)
            if session.failed:
                raise StoreError("a statement of this transaction failed: it was rolled back")
            self._commit(connection, "sql-commit" if durable else "sql-commit-light")

    def _commit(self, connection: Connection, step: str) -> None:
        with storing("commit"), translating():
            self._watch.before(step)
            connection.commit()
            self._watch.after(step)


@contextmanager
def _connect(engine: Engine) -> Iterator[Connection]:
    """Open a connection inside a transaction; what is not committed when the block ends is rolled back."""
    with translating():
        connection = engine.connect()
    try:
        with translating():
            connection.begin()
        yield connection
    finally:
        with translating():
            connection.close()


def _begin_postgres(connection: Connection, *, durable: bool) -> None:
    """Pass the gate that a backup closes for an instant; what may be lost needs neither flush nor gate."""
    if durable:
        hold(connection, CityLock.GATE, shared=True)
    else:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


class _Queue:
    """One writer at a time in this process, in place of SQLite's waiting by polling."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner: int | None = None

    def __enter__(self) -> None:
        if self._owner == get_ident():
            # It would wait for itself.
            raise StoreError("a writing transaction inside another one of the same thread")
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise StoreError("another transaction of this process does not end")
        self._owner = get_ident()

    def __exit__(self, *_: object) -> None:
        self._owner = None
        self._lock.release()
