"""Tables of lookup ids, deliveries and packs (`voute.core.ports_deliveries`)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, exists, func, literal_column, select, update

from voute.core.ids import DeliveryId, Hash, LookupId, Slug, VaultId
from voute.core.rows import DeliveryRow, LookupRow, PackRow
from voute.store.schema import deliveries, document_parts, documents, events, lookups, packs, vaults
from voute.store.sql import Session, chunks

_LOOKUP: Final = select(lookups).where(lookups.c.lookup_id == bindparam("lookup_id"))
_LOOKUPS: Final = select(lookups).where(lookups.c.lookup_id.in_(bindparam("lookup_ids", expanding=True)))
# Against removing alone: a claim of one of them need not wait for a pack of thousands.
_HOLD: Final = _LOOKUPS.order_by(lookups.c.lookup_id).with_for_update(read=True, key_share=True)
_LOOKUPS_OF: Final = select(lookups).where(lookups.c.vault_id == bindparam("vault_id")).order_by(lookups.c.lookup_id)
_VAULTS_OF: Final = (
    select(lookups.c.vault_id)
    .join(vaults, vaults.c.vault_id == lookups.c.vault_id)
    .where(
        lookups.c.issuer == bindparam("issuer"),
        lookups.c.state == "bound",
        lookups.c.vault_id.in_(bindparam("vault_ids", expanding=True)),
        lookups.c.frozen_at.is_(None) | (lookups.c.frozen_at > bindparam("opened_at")),
        vaults.c.state == "open",
    )
    .distinct()
)
_WAITING: Final = update(lookups).where(lookups.c.lookup_id == bindparam("key"), lookups.c.state == "waiting")
_BIND: Final = _WAITING.where(lookups.c.frozen_at.is_(None)).values(
    state="bound",
    vault_id=bindparam("vault"),
    bind=bindparam("proof"),
    claimed_at=bindparam("now"),
    claim_event=bindparam("event"),
)
_REVOKE: Final = _WAITING.values(state="revoked", revoked_at=bindparam("now"))
_FREEZE: Final = (
    update(lookups)
    .where(lookups.c.lookup_id == bindparam("key"), lookups.c.frozen_at.is_(None))
    .values(frozen_at=bindparam("now"), frozen_event=bindparam("event"))
)
_BOUND_EVENT: Final = (
    update(lookups)
    .where(lookups.c.lookup_id == bindparam("key"), lookups.c.state == "bound", lookups.c.bound_event.is_(None))
    .values(bound_event=bindparam("event"))
)

_DELIVERY: Final = select(deliveries).where(deliveries.c.delivery_id == bindparam("delivery_id"))
# States stand in the text, not in a parameter: only so do the engines use the partial indexes.
_DRAFT_OF: Final = select(deliveries).where(
    deliveries.c.issuer == bindparam("issuer"),
    deliveries.c.run == bindparam("run"),
    deliveries.c.state == literal_column("'draft'"),
)
_COMMITTED: Final = (
    select(deliveries)
    .where(deliveries.c.state == literal_column("'committed'"))
    # Events of a batch get their places in the order of their numbers: whose last event comes first is shown first, and a
    # catalogue that is made anew from the log has the same positions.
    .order_by(
        select(func.max(documents.c.event_id)).where(documents.c.delivery_id == deliveries.c.delivery_id).scalar_subquery(),
        deliveries.c.delivery_id,
    )
)
_COMMIT: Final = (
    update(deliveries)
    .where(deliveries.c.delivery_id == bindparam("key"), deliveries.c.state == "draft")
    .values(state="committed", documents=bindparam("count"), bytes=bindparam("size"), committed_at=bindparam("now"))
)
_SHOW: Final = (
    update(deliveries)
    .where(deliveries.c.delivery_id == bindparam("key"), deliveries.c.state == "committed")
    .values(state="visible", visible_at=bindparam("now"))
)
# Events of a delivery are numbered in the order of their ids, so the last one tells of all.
_LAST_EVENT_STATE: Final = (
    select(events.c.state)
    .join(documents, documents.c.event_id == events.c.event_id)
    .where(documents.c.delivery_id == bindparam("delivery_id"))
    .order_by(documents.c.event_id.desc())
    .limit(1)
)
_UNNUMBERED: Final = select(exists().where(events.c.delivery_id == bindparam("delivery_id"), events.c.log_index.is_(None)))
_FIRST_EVENT: Final = select(func.min(documents.c.event_id)).where(documents.c.delivery_id == bindparam("delivery_id"))
_LAST_POSITION: Final = select(func.max(documents.c.position))
_PLACE: Final = (
    update(documents)
    .where(documents.c.delivery_id == bindparam("key"))
    .values(position=documents.c.event_id + bindparam("shift"))
)

_PACK: Final = select(packs).where(packs.c.delivery_id == bindparam("delivery_id"), packs.c.pack_hash == bindparam("pack_hash"))
_PACK_USED: Final = select(exists().where(packs.c.pack_hash == bindparam("pack_hash")))
_PACKS_AFTER: Final = (
    select(packs.c.pack_hash)
    .join(deliveries, deliveries.c.delivery_id == packs.c.delivery_id)
    .where(packs.c.pack_hash > bindparam("pack_hash"), deliveries.c.state != literal_column("'draft'"))
    .distinct()
    .order_by(packs.c.pack_hash)
    .limit(bindparam("most"))
)
_PACKS: Final = select(packs).where(packs.c.delivery_id == bindparam("delivery_id")).order_by(packs.c.pack_hash)


class SqlLookups:
    """`Lookups` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add_missing(self, rows: Sequence[LookupRow]) -> int:
        """Keep those that are not known (`Lookups.add_missing`)."""
        # In one order: two drafts that bring the same codes would wait for each other.
        return self._session.upsert(lookups, sorted(rows), update=False)

    def get(self, lookup_id: LookupId, *, lock: bool = False) -> LookupRow | None:
        """Return one (`Lookups.get`)."""
        statement = _LOOKUP.with_for_update(key_share=True) if lock else _LOOKUP
        return self._session.one(LookupRow._make, statement, {"lookup_id": lookup_id})

    def hold(self, lookup_ids: Sequence[LookupId]) -> Mapping[LookupId, LookupRow]:
        """Return those that are known and keep them (`Lookups.hold`)."""
        rows = self._session.among(LookupRow._make, _HOLD, "lookup_ids", sorted(lookup_ids))
        return {row.lookup_id: row for row in rows}

    def get_many(self, lookup_ids: Sequence[LookupId]) -> Mapping[LookupId, LookupRow]:
        """Return those that are known (`Lookups.get_many`)."""
        rows = self._session.among(LookupRow._make, _LOOKUPS, "lookup_ids", lookup_ids)
        return {row.lookup_id: row for row in rows}

    def of_vault(self, vault_id: VaultId) -> tuple[LookupRow, ...]:
        """Return those bound to a vault (`Lookups.of_vault`)."""
        return self._session.all(LookupRow._make, _LOOKUPS_OF, {"vault_id": vault_id})

    def vaults_of(self, issuer: Slug, vault_ids: Sequence[VaultId], opened_at: int) -> frozenset[VaultId]:
        """Return the open vaults that this issuer has to do with (`Lookups.vaults_of`)."""
        asked = {"issuer": issuer, "opened_at": opened_at}
        return frozenset(VaultId(row[0]) for row in self._session.among(tuple, _VAULTS_OF, "vault_ids", vault_ids, asked))

    def bind(self, lookup_id: LookupId, vault_id: VaultId, bind: Hash, claimed_at: int, claim_event: int) -> bool:
        """Bind a waiting one (`Lookups.bind`)."""
        values = {"key": lookup_id, "vault": vault_id, "proof": bind, "now": claimed_at, "event": claim_event}
        return self._session.changes(_BIND, values)

    def set_bound_event(self, lookup_id: LookupId, event_id: int) -> bool:
        """Note the issuer's event, once (`Lookups.set_bound_event`)."""
        return self._session.changes(_BOUND_EVENT, {"key": lookup_id, "event": event_id})

    def revoke(self, lookup_id: LookupId, now: int) -> bool:
        """Revoke a waiting one (`Lookups.revoke`)."""
        return self._session.changes(_REVOKE, {"key": lookup_id, "now": now})

    def freeze(self, lookup_id: LookupId, now: int, event_id: int) -> bool:
        """Freeze one, once (`Lookups.freeze`)."""
        return self._session.changes(_FREEZE, {"key": lookup_id, "now": now, "event": event_id})


class SqlDeliveries:
    """`Deliveries` in one table, with what hangs on it."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add(self, row: DeliveryRow) -> None:
        """Keep a new one (`Deliveries.add`)."""
        self._session.insert_all(deliveries, [row])

    def get(self, delivery_id: DeliveryId, *, lock: bool = False) -> DeliveryRow | None:
        """Return one (`Deliveries.get`)."""
        # On SQLite the clause says nothing: a writing transaction is alone anyway.
        statement = _DELIVERY.with_for_update() if lock else _DELIVERY
        return self._session.one(DeliveryRow._make, statement, {"delivery_id": delivery_id})

    def draft_of(self, issuer: Slug, run: str) -> DeliveryRow | None:
        """Return the draft of a run (`Deliveries.draft_of`)."""
        return self._session.one(DeliveryRow._make, _DRAFT_OF, {"issuer": issuer, "run": run})

    def commit(self, delivery_id: DeliveryId, documents: int, size: int, now: int) -> bool:
        """Commit a draft: one row (`Deliveries.commit`)."""
        return self._session.changes(_COMMIT, {"key": delivery_id, "count": documents, "size": size, "now": now})

    def committed(self) -> tuple[DeliveryRow, ...]:
        """Return those that wait for the log (`Deliveries.committed`)."""
        return self._session.all(DeliveryRow._make, _COMMITTED)

    def publish(self, delivery_id: DeliveryId, now: int) -> bool:
        """Make one visible with all its documents (`Deliveries.publish`)."""
        key = {"delivery_id": delivery_id}
        unnumbered = self._session.run(_UNNUMBERED, key).scalar_one()
        last = self._session.run(_LAST_EVENT_STATE, key).scalar()
        if unnumbered or last not in {None, "logged"}:
            return False
        if not self._session.changes(_SHOW, {"key": delivery_id, "now": now}):
            return False
        first = self.first_event(delivery_id)
        if first is not None:
            shift = (self._session.run(_LAST_POSITION).scalar() or 0) + 1 - first
            self._session.run(_PLACE, {"key": delivery_id, "shift": shift})
        return True

    def first_event(self, delivery_id: DeliveryId) -> int | None:
        """Return its first event (`Deliveries.first_event`)."""
        first: int | None = self._session.run(_FIRST_EVENT, {"delivery_id": delivery_id}).scalar()
        return first

    def remove(self, delivery_id: DeliveryId) -> tuple[Hash, ...] | None:
        """Remove a draft with all that hangs on it (`Deliveries.remove`)."""
        row = self.get(delivery_id, lock=True)
        if row is None or row.state != "draft":
            return None
        hashes = [pack.pack_hash for pack in SqlPacks(self._session).of_delivery(delivery_id)]
        ours_too = select(documents.c.event_id).where(documents.c.delivery_id == delivery_id)
        self._session.run(delete(document_parts).where(document_parts.c.event_id.in_(ours_too)))
        for table in (documents, events, packs):
            self._session.run(delete(table).where(table.c.delivery_id == delivery_id))
        used = exists().where(documents.c.box_id == lookups.c.lookup_id)
        ours = (lookups.c.created_delivery == delivery_id, lookups.c.state == "waiting")
        # Waits for transactions that hold one of them; only the statement after it sees the documents that they added.
        self._session.run(select(lookups.c.lookup_id).where(*ours).order_by(lookups.c.lookup_id).with_for_update()).all()
        self._session.run(delete(lookups).where(*ours, ~used))
        self._session.run(delete(deliveries).where(deliveries.c.delivery_id == delivery_id))
        shared = select(packs.c.pack_hash).where(packs.c.pack_hash.in_(bindparam("hashes", expanding=True)))
        parts = (self._session.run(shared, {"hashes": part}) for part in chunks(hashes))
        kept = {row[0] for part in parts for row in part}
        return tuple(name for name in hashes if name not in kept)


class SqlPacks:
    """`Packs` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def put(self, row: PackRow) -> None:
        """Store or replace (`Packs.put`)."""
        self._session.upsert(packs, [row])

    def get(self, delivery_id: DeliveryId, pack_hash: Hash) -> PackRow | None:
        """Return one (`Packs.get`)."""
        return self._session.one(PackRow._make, _PACK, {"delivery_id": delivery_id, "pack_hash": pack_hash})

    def of_delivery(self, delivery_id: DeliveryId) -> tuple[PackRow, ...]:
        """Return a delivery's packs (`Packs.of_delivery`)."""
        return self._session.all(PackRow._make, _PACKS, {"delivery_id": delivery_id})

    def is_used(self, pack_hash: Hash) -> bool:
        """Tell whether a delivery refers to it (`Packs.is_used`)."""
        return bool(self._session.run(_PACK_USED, {"pack_hash": pack_hash}).scalar_one())

    def after(self, pack_hash: Hash, limit: int) -> tuple[Hash, ...]:
        """Return the next packs by name (`Packs.after`)."""
        return tuple(self._session.run(_PACKS_AFTER, {"pack_hash": pack_hash, "most": limit}).scalars())
