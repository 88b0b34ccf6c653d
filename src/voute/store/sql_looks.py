"""Looks at the catalogue (`voute.core.ports_looks.Look`): prepared text straight to the driver, no transaction.

A statement costs a few microseconds on SQLite, where the library takes ten times as long for its way around one
(docs/adr/0048). The text is still the library's, made once for each engine.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Dialect, Engine, PoolProxiedConnection, Select, bindparam, exc, func, select, union_all

from voute.core.ids import DocumentId, Hash, VaultId
from voute.core.ports_looks import HeldBody, ListSums
from voute.core.rows import ListedDocument, SessionRow
from voute.store.schema import documents, lookups, sessions
from voute.store.sql import translating
from voute.store.sql_documents import listed

_SESSION: Final = select(sessions).where(sessions.c.token_hash == bindparam("token_hash"))
# The boxes of a vault: its own, and every lookup id that was bound to it.
_VAULT: Final = bindparam("vault_id", type_=documents.c.box_id.type)
_BOXES: Final = union_all(select(_VAULT), select(lookups.c.lookup_id).where(lookups.c.vault_id == _VAULT))
# The page is first found in the index alone, as in `sql_documents`.
_ON_PAGE: Final = (
    select(documents.c.position)
    .where(
        documents.c.box_id.in_(_BOXES),
        documents.c.position > bindparam("after"),
        documents.c.deleted_at.is_(None),
    )
    .order_by(documents.c.position)
    .limit(bindparam("most"))
)
_PAGE: Final = listed(documents.c.position.in_(_ON_PAGE)).order_by(documents.c.position)
_COUNTED: Final = (
    select(documents.c.position, documents.c.opened_at, documents.c.deleted_at)
    .where(documents.c.box_id.in_(_BOXES), documents.c.position > bindparam("after"))
    .limit(bindparam("most"))
    .subquery("counted")
)
_SUMS: Final = select(
    func.count(),
    func.coalesce(func.sum(_COUNTED.c.position), 0),
    func.coalesce(func.sum(_COUNTED.c.opened_at), 0),
    func.coalesce(func.sum(_COUNTED.c.deleted_at), 0),
).select_from(_COUNTED)
_BODY: Final = select(*(documents.c[name] for name in HeldBody._fields)).where(
    documents.c.document_id == bindparam("document_id"),
    documents.c.position.is_not(None),
    documents.c.box_id.in_(_BOXES),
)
STATEMENTS: Final = {"session": _SESSION, "page": _PAGE, "sums": _SUMS, "body": _BODY}


class _Text(NamedTuple):
    """A statement as one engine's driver takes it, with the names of its values in their order, and the values it brings."""

    text: str
    names: tuple[str, ...]
    own: dict[str, Any]


class SqlLook:
    """`Look` by one cursor of a driver."""

    def __init__(self, cursor: Any, texts: Mapping[str, _Text]) -> None:  # noqa: ANN401 -- the drivers share no type
        """Take a cursor and the prepared texts."""
        self._cursor = cursor
        self._texts = texts

    def session(self, token_hash: Hash) -> SessionRow | None:
        """Return a session (`Look.session`)."""
        rows = self._all("session", token_hash=token_hash)
        return SessionRow._make(rows[0]) if rows else None

    def page(self, vault_id: VaultId, after: int, limit: int) -> tuple[ListedDocument, ...]:
        """Return a page of visible documents (`Look.page`)."""
        return tuple(map(ListedDocument._make, self._all("page", vault_id=vault_id, after=after, most=limit)))

    def sums(self, vault_id: VaultId, after: int, most: int) -> ListSums:
        """Return the sums of a list (`Look.sums`)."""
        (row,) = self._all("sums", vault_id=vault_id, after=after, most=most)
        # PostgreSQL adds whole numbers up to decimals.
        return ListSums(*map(int, row))

    def body(self, vault_id: VaultId, document_id: DocumentId) -> HeldBody | None:
        """Return where a body lies (`Look.body`)."""
        rows = self._all("body", vault_id=vault_id, document_id=document_id)
        return HeldBody._make(rows[0]) if rows else None

    def _all(self, name: str, **values: object) -> Sequence[Sequence[Any]]:
        text, names, own = self._texts[name]
        given = own | values
        self._cursor.execute(text, [given[one] for one in names])
        rows: Sequence[Sequence[Any]] = self._cursor.fetchall()
        return rows


class SqlLooks:
    """Lends connections of an engine for looks."""

    def __init__(self, engine: Engine) -> None:
        """Prepare the statements for an engine; nothing is connected yet."""
        self._engine = engine
        self._error: type[Exception] = cast("Any", engine.dialect.loaded_dbapi).Error
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._texts = {name: _prepared(statement, engine.dialect) for name, statement in STATEMENTS.items()}

    @contextmanager
    def open(self) -> Iterator[SqlLook]:
        """Lend a connection (`Catalogue.look`); one whose driver raised is not lent again.

        Raises:
            StoreError: the database failed.
        """
        with translating():
            connection = self._engine.raw_connection()
            try:
                with self._alone(connection):
                    yield SqlLook(connection.cursor(), self._texts)
            except self._error as error:
                connection.invalidate()
                # No values in the message: logs hold no personal data.
                raise exc.DBAPIError.instance("", None, error, self._error, dialect=self._engine.dialect) from error
            finally:
                connection.close()

    @contextmanager
    def _alone(self, connection: PoolProxiedConnection) -> Iterator[None]:
        """Let each statement stand alone: so our connections to SQLite are anyway, psycopg would begin a transaction."""
        if self._is_sqlite:
            yield
            return
        driver = cast("Any", connection.driver_connection)
        driver.autocommit = True
        try:
            yield
        finally:
            if not driver.closed:
                driver.autocommit = False


def _prepared(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Text:
    compiled = cast("Any", statement.compile(dialect=dialect))
    return _Text(str(compiled), tuple(compiled.positiontup), {name: compiled.params[name] for name in compiled.positiontup})
