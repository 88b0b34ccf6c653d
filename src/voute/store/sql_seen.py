"""Sums over tables, and the table of notes (`voute.core.ports_seen`)."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Executable, bindparam, exists, func, literal_column, or_, select

from voute.core.ports_seen import DeadCount, DeliveryCount, JobCount, MailCount, MarkRow
from voute.store.schema import deliveries, documents, events, jobs, marks, notice_mails, notices, push_messages, sessions
from voute.store.sql import Session

_ALL: Final = func.count()
_DELIVERIES: Final = select(
    deliveries.c.state,
    _ALL,
    func.coalesce(func.sum(deliveries.c.documents), 0),
    func.coalesce(func.sum(deliveries.c.bytes), 0),
).group_by(deliveries.c.state)
_COMMITTED: Final = select(deliveries.c.delivery_id).where(deliveries.c.state == literal_column("'committed'"))
# The index of what waits for the log, which also has the events of drafts: those are left out by their delivery.
_UNSEQUENCED: Final = select(_ALL).where(
    events.c.log_index.is_(None), or_(events.c.delivery_id.is_(None), events.c.delivery_id.in_(_COMMITTED))
)
_JOBS: Final = select(jobs.c.kind, _ALL, func.min(jobs.c.created_at)).group_by(jobs.c.kind)
# A literal: PostgreSQL takes two parameters for two expressions, whatever their values.
_TRIED: Final = notice_mails.c.tries > literal_column("0")
_PUSHED: Final = push_messages.c.tries > literal_column("0")
_MESSAGES: Final = select(_PUSHED, _ALL, func.min(push_messages.c.created_at)).group_by(_PUSHED)
_MAILS: Final = select(_TRIED, _ALL, func.min(notice_mails.c.created_at)).group_by(_TRIED)
_ADDRESSES: Final = select(notices.c.state, _ALL).group_by(notices.c.state)
_SESSIONS: Final = select(sessions.c.kind, _ALL).where(sessions.c.expires_at > bindparam("now")).group_by(sessions.c.kind)
_GONE: Final = documents.c.deleted_at.is_not(None)
_DEAD: Final = select(_ALL, func.coalesce(func.sum(documents.c.body_length), 0)).where(_GONE)
_TO_DO: Final = exists().where(
    or_(
        (jobs.c.kind == literal_column("'destroy'")) & (jobs.c.subject == documents.c.document_id),
        (jobs.c.kind == literal_column("'compact'")) & (jobs.c.subject == documents.c.pack_hash),
    )
)
_HELD: Final = select(func.coalesce(func.sum(documents.c.body_length), 0)).where(_GONE, _TO_DO)
_MARK: Final = select(marks).where(marks.c.name == bindparam("name"))


class SqlCounts:
    """`Counts` over the tables."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def deliveries(self) -> Mapping[str, DeliveryCount]:
        """Return counts by state (`Counts.deliveries`)."""
        return {state: DeliveryCount(many, int(held), int(size)) for state, many, held, size in self._session.run(_DELIVERIES)}

    def unsequenced(self) -> int:
        """Return how many events wait (`Counts.unsequenced`)."""
        many: int = self._session.run(_UNSEQUENCED).scalar_one()
        return many

    def jobs(self) -> Mapping[str, JobCount]:
        """Return what waits (`Counts.jobs`)."""
        return {kind: JobCount(many, oldest) for kind, many, oldest in self._session.run(_JOBS)}

    def mails(self) -> MailCount:
        """Return what waits to be sent (`Counts.mails`)."""
        return self._waiting(_MAILS)

    def messages(self) -> MailCount:
        """Return what waits for devices (`Counts.messages`)."""
        return self._waiting(_MESSAGES)

    def _waiting(self, statement: Executable) -> MailCount:
        found = {bool(tried): (many, oldest) for tried, many, oldest in self._session.run(statement)}
        tried, oldest = found.get(True, (0, None))
        return MailCount(found.get(False, (0, None))[0], tried, oldest)

    def addresses(self) -> Mapping[str, int]:
        """Return addresses by state (`Counts.addresses`)."""
        return dict(self._session.run(_ADDRESSES).all())

    def sessions(self, now: int) -> Mapping[str, int]:
        """Return sessions by kind (`Counts.sessions`)."""
        return dict(self._session.run(_SESSIONS, {"now": now}).all())

    def dead(self) -> DeadCount:
        """Return what was deleted (`Counts.dead`)."""
        many, size = self._session.run(_DEAD).one()
        return DeadCount(many, int(size), int(self._session.run(_HELD).scalar_one()))


class SqlMarks:
    """`Marks` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def get(self, name: str) -> MarkRow | None:
        """Return a note (`Marks.get`)."""
        return self._session.one(MarkRow._make, _MARK, {"name": name})

    def put(self, row: MarkRow) -> None:
        """Store or replace it (`Marks.put`)."""
        self._session.upsert(marks, [row])
