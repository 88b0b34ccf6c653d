"""Tables of the log's side: events, chains, published state, jobs (`voute.core.ports_events`)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, func, literal_column, select, text, update

from voute.core.rows import ChainRow, EventRow, EventState, JobKind, JobRow, LogStateRow, NewEvent, NumberedEvent
from voute.store.postgres import CityLock
from voute.store.schema import chains, deliveries, events, jobs, log_state
from voute.store.sql import Session, upsertable

_EVENT: Final = select(events).where(events.c.event_id == bindparam("event_id"))
# A literal, or the planner would not see that the partial index holds all that is asked for.
_NEWEST_RELEASE: Final = (
    select(events).where(events.c.type == literal_column("'release'")).order_by(events.c.event_id.desc()).limit(1)
)
_EVENTS: Final = select(events).where(events.c.event_id.in_(bindparam("event_ids", expanding=True)))
# Both engines number events by a counter that never goes back; here so many are taken at once.
_LAST_GIVEN: Final = text("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
_NEXT: Final = text("SELECT nextval(pg_get_serial_sequence('events', 'event_id')) FROM generate_series(1, :many)")
# Two walks along the index of what waits; a draft counts only when the one row of its delivery says so.
_READY: Final = (
    select(events)
    .where(events.c.delivery_id.is_(None), events.c.log_index.is_(None))
    .order_by(events.c.event_id)
    .limit(bindparam("most"))
)
_COMMITTED: Final = (
    select(events)
    .where(events.c.delivery_id == bindparam("delivery_id"), events.c.log_index.is_(None))
    .order_by(events.c.event_id)
    .limit(bindparam("most"))
)
_NUMBER: Final = (
    update(events).where(events.c.event_id == bindparam("key")).values(log_index=bindparam("place"), chain=bindparam("link"))
)
_NUMBERED: Final = (
    select(events).where(events.c.log_index >= bindparam("first")).order_by(events.c.log_index).limit(bindparam("most"))
)
_LAST_INDEX: Final = select(func.max(events.c.log_index)).where(events.c.log_index.is_not(None))
# Logged events are a prefix of the log: this walks back from the end of the new ones and stops at the first old one.
_LAST_LOGGED: Final = (
    select(events.c.log_index)
    .where(events.c.log_index < bindparam("below"), events.c.state == "logged")
    .order_by(events.c.log_index.desc())
    .limit(1)
)
_SET_LOGGED: Final = (
    update(events).where(events.c.log_index > bindparam("after"), events.c.log_index < bindparam("below")).values(state="logged")
)
_CHAINS: Final = select(chains).where(chains.c.box_id.in_(bindparam("boxes", expanding=True)))
_WAITING_DELIVERIES: Final = select(deliveries.c.delivery_id).where(deliveries.c.state == literal_column("'committed'"))
_JOB: Final = (jobs.c.kind == bindparam("of"), jobs.c.subject == bindparam("about"))
_JOBS: Final = (
    select(jobs).where(jobs.c.kind == bindparam("of")).order_by(jobs.c.created_at, jobs.c.subject).limit(bindparam("most"))
)
# On SQLite the clause says nothing: a writing transaction is alone anyway.
_TAKE: Final = select(jobs.c.subject).where(*_JOB).with_for_update()
_DONE: Final = delete(jobs).where(*_JOB)
_LOG_STATE: Final = select(log_state.c.size, log_state.c.root, log_state.c.checkpoint, log_state.c.published_at)


class SqlEvents:
    """`Events` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add_all(self, rows: Sequence[NewEvent]) -> tuple[int, ...]:
        """Keep events and return their ids (`Events.add_all`)."""
        if not rows:
            return ()
        ids = self._reserve(len(rows))
        waiting = {True: EventState.READY.value, False: EventState.DRAFT.value}
        values = [(key, *row, waiting[row.delivery_id is None], None, None) for key, row in zip(ids, rows, strict=True)]
        self._session.insert_all(events, values)
        return ids

    def get(self, event_id: int) -> EventRow | None:
        """Return one (`Events.get`)."""
        return self._session.one(EventRow._make, _EVENT, {"event_id": event_id})

    def get_many(self, event_ids: Sequence[int]) -> Mapping[int, EventRow]:
        """Return those that exist (`Events.get_many`)."""
        return {row.event_id: row for row in self._session.among(EventRow._make, _EVENTS, "event_ids", event_ids)}

    def newest_release(self, *, lock: bool = False) -> EventRow | None:
        """Return the newest release (`Events.newest_release`)."""
        if lock:
            self._session.hold(CityLock.RELEASE)
        return self._session.one(EventRow._make, _NEWEST_RELEASE, {})

    def hold_log(self) -> None:
        """Be the only one who gives places (`Events.hold_log`)."""
        self._session.hold(CityLock.LOG)

    def pending(self, limit: int) -> tuple[EventRow, ...]:
        """Return the next events for the log (`Events.pending`)."""
        found = list(self._session.all(EventRow._make, _READY, {"most": limit}))
        for delivery_id in self._session.run(_WAITING_DELIVERIES).scalars().all():
            values = {"delivery_id": delivery_id, "most": limit}
            found.extend(self._session.all(EventRow._make, _COMMITTED, values))
        return tuple(sorted(found, key=lambda row: row.event_id)[:limit])

    def number(self, rows: Sequence[NumberedEvent]) -> None:
        """Give events their places (`Events.number`)."""
        self._session.run_many(_NUMBER, ("key", "link", "place"), rows)

    def numbered(self, at_or_above: int, limit: int) -> tuple[EventRow, ...]:
        """Return events from a place on (`Events.numbered`)."""
        return self._session.all(EventRow._make, _NUMBERED, {"first": at_or_above, "most": limit})

    def next_index(self) -> int:
        """Return the first free place (`Events.next_index`)."""
        last: int | None = self._session.run(_LAST_INDEX).scalar()
        return 0 if last is None else last + 1

    def _reserve(self, many: int) -> tuple[int, ...]:
        """Take event ids: on SQLite the transaction is the only writer, PostgreSQL has a sequence."""
        if self._session.is_sqlite:
            last = self._session.run(_LAST_GIVEN).scalar() or 0
            return tuple(range(last + 1, last + many + 1))
        return tuple(self._session.run(_NEXT, {"many": many}).scalars())

    def set_logged(self, below: int) -> None:
        """Mark what is in the log (`Events.set_logged`)."""
        last: int | None = self._session.run(_LAST_LOGGED, {"below": below}).scalar()
        self._session.run(_SET_LOGGED, {"after": -1 if last is None else last, "below": below})


class SqlChains:
    """`Chains` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def get_many(self, boxes: Sequence[bytes]) -> Mapping[bytes, ChainRow]:
        """Return chains (`Chains.get_many`)."""
        return {row.box_id: row for row in self._session.among(ChainRow._make, _CHAINS, "boxes", boxes)}

    def put_all(self, rows: Sequence[ChainRow]) -> None:
        """Store or replace chains (`Chains.put_all`)."""
        self._session.upsert(chains, rows)


class SqlLogStates:
    """`LogStates` in one row."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def get(self) -> LogStateRow | None:
        """Return what was last published (`LogStates.get`)."""
        return self._session.one(LogStateRow._make, _LOG_STATE)

    def put(self, row: LogStateRow) -> None:
        """Replace it by what is as long or longer (`LogStates.put`)."""
        insert = upsertable(log_state, is_sqlite=self._session.is_sqlite)
        values = {name: insert.excluded[name] for name in LogStateRow._fields}
        newer = insert.on_conflict_do_update(
            index_elements=["id"], set_=values, where=log_state.c.size <= insert.excluded["size"]
        )
        self._session.run(newer, {"id": 1, **row._asdict()})


class SqlJobs:
    """`Jobs` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add(self, kind: JobKind, subjects: Sequence[bytes], now: int) -> None:
        """Keep work (`Jobs.add`)."""
        self._session.upsert(jobs, [JobRow(kind.value, subject, now) for subject in subjects], update=False)

    def pending(self, kind: JobKind, limit: int) -> tuple[JobRow, ...]:
        """Return work of a kind (`Jobs.pending`)."""
        return self._session.all(JobRow._make, _JOBS, {"of": kind.value, "most": limit})

    def take(self, kind: JobKind, subject: bytes) -> bool:
        """Lock a piece of work (`Jobs.take`)."""
        return self._session.run(_TAKE, {"of": kind.value, "about": subject}).scalar() is not None

    def done(self, kind: JobKind, subjects: Sequence[bytes]) -> None:
        """Forget work (`Jobs.done`)."""
        for subject in subjects:
            self._session.run(_DONE, {"of": kind.value, "about": subject})
