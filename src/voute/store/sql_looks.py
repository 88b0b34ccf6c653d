"""Looks at the catalogue (`voute.core.ports_looks.Look`): prepared text straight to the driver, no transaction.

A statement costs a few microseconds on SQLite, where the library takes ten times as long for its way around one
(docs/adr/0048). The text is still the library's, made once for each engine.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple, Self, cast

from sqlalchemy import Dialect, Engine, Select, and_, bindparam, exc, func, select, true, union_all

from voute.core.ids import DocumentId, Hash, VaultId
from voute.core.ports_looks import HeldBody, ListSums
from voute.core.rows import ListedDocument, SessionRow
from voute.store.schema import documents, lookups, sessions
from voute.store.sql import translating
from voute.store.sql_documents import listed
from voute.store.sql_lines import Lines, Rows

_SESSION_FIELDS: Final = len(SessionRow._fields)
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
# The same boxes of whoever a session is of: who asks, and what for, are one way to the database.
_TOKEN: Final = sessions.c.token_hash == bindparam("token_hash")
_SUBJECT: Final = select(sessions.c.subject).where(_TOKEN)
_SUBJECTS_BOXES: Final = union_all(_SUBJECT, select(lookups.c.lookup_id).where(lookups.c.vault_id == _SUBJECT.scalar_subquery()))
_COUNTED: Final = (
    select(documents.c.position, documents.c.opened_at, documents.c.deleted_at)
    .where(documents.c.box_id.in_(_SUBJECTS_BOXES), documents.c.position > bindparam("after"))
    .limit(bindparam("most"))
    .subquery("counted")
)
_SUMMED: Final = (
    select(
        func.count().label("many"),
        func.coalesce(func.sum(_COUNTED.c.position), 0).label("positions"),
        func.coalesce(func.sum(_COUNTED.c.opened_at), 0).label("opened_at"),
        func.coalesce(func.sum(_COUNTED.c.deleted_at), 0).label("deleted_at"),
    )
    .select_from(_COUNTED)
    .subquery("summed")
)
_LIST: Final = select(sessions, *_SUMMED.c).join_from(sessions, _SUMMED, true()).where(_TOKEN)
_HELD: Final = [documents.c[name] for name in HeldBody._fields]
_THIS: Final = (documents.c.document_id == bindparam("document_id"), documents.c.position.is_not(None))
_BODY: Final = select(*_HELD).where(*_THIS, documents.c.box_id.in_(_BOXES))
_ASKED_BODY: Final = (
    select(sessions, *_HELD)
    .join_from(sessions, documents, and_(*_THIS, documents.c.box_id.in_(_SUBJECTS_BOXES)), isouter=True)
    .where(_TOKEN)
)
STATEMENTS: Final = {"session": _SESSION, "page": _PAGE, "list": _LIST, "body": _BODY, "asked": _ASKED_BODY}


class _Text(NamedTuple):
    """A statement as one engine's driver takes it, with the names of its values in their order, and the values it brings."""

    text: str
    names: tuple[str, ...]
    own: dict[str, Any]


class SqlLook:
    """`Look` by one connection, lent from where the block begins to where it ends."""

    def __init__(self, lines: Lines, texts: Mapping[str, _Text]) -> None:
        """Take where connections come from, and the prepared texts."""
        self._lines = lines
        self._texts = texts

    def __enter__(self) -> Self:
        """Borrow."""
        self._line = self._lines.take()
        return self

    def __exit__(self, *_: object) -> None:
        """Give back."""
        self._lines.give_back(self._line)

    def session(self, token_hash: Hash) -> SessionRow | None:
        """Return a session (`Look.session`)."""
        rows = self._all("session", token_hash=token_hash)
        return SessionRow._make(rows[0]) if rows else None

    def page(self, vault_id: VaultId, after: int, limit: int) -> tuple[ListedDocument, ...]:
        """Return a page of visible documents (`Look.page`)."""
        return tuple(map(ListedDocument._make, self._all("page", vault_id=vault_id, after=after, most=limit)))

    def asked_list(self, token_hash: Hash, after: int, most: int) -> tuple[SessionRow, ListSums] | None:
        """Return a session and the sums of its vault's list (`Look.asked_list`)."""
        rows = self._all("list", token_hash=token_hash, after=after, most=most)
        if not rows:
            return None
        # PostgreSQL adds whole numbers up to decimals.
        return SessionRow._make(rows[0][:_SESSION_FIELDS]), ListSums(*map(int, rows[0][_SESSION_FIELDS:]))

    def body(self, vault_id: VaultId, document_id: DocumentId) -> HeldBody | None:
        """Return where a body lies (`Look.body`)."""
        rows = self._all("body", vault_id=vault_id, document_id=document_id)
        return HeldBody._make(rows[0]) if rows else None

    def asked_body(self, token_hash: Hash, document_id: DocumentId) -> tuple[SessionRow, HeldBody | None] | None:
        """Return a session and where its vault's body lies (`Look.asked_body`)."""
        rows = self._all("asked", token_hash=token_hash, document_id=document_id)
        if not rows:
            return None
        found = rows[0][_SESSION_FIELDS:]
        return SessionRow._make(rows[0][:_SESSION_FIELDS]), None if found[0] is None else HeldBody._make(found)

    def _all(self, name: str, **values: object) -> Rows:
        text, names, own = self._texts[name]
        given = own | values
        try:
            return self._line.ask(text, [given[one] for one in names])
        except exc.DBAPIError:
            with translating():
                raise


class SqlLooks:
    """Makes looks at the database of an engine."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine; nothing is connected yet."""
        self._lines = Lines(engine)
        self._dialect = engine.dialect

    @cached_property
    def _texts(self) -> Mapping[str, _Text]:
        """The statements, prepared for the engine at the first look: whoever checks, moves or backs up a city makes none."""
        return {name: _prepared(statement, self._dialect) for name, statement in STATEMENTS.items()}

    def open(self) -> SqlLook:
        """Return a look to be entered (`Catalogue.look`); it and what is looked at raise `StoreError`."""
        return SqlLook(self._lines, self._texts)

    def close(self) -> None:
        """Close connections; the next look opens a new one."""
        self._lines.close()


def _prepared(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Text:
    compiled = cast("Any", statement.compile(dialect=dialect))
    return _Text(str(compiled), tuple(compiled.positiontup), {name: compiled.params[name] for name in compiled.positiontup})
