"""Tables of devices and messages to them (`voute.core.ports_push.Devices`)."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import bindparam, delete, exists, or_, select, text, update

from voute.core.ids import DeliveryId, VaultId
from voute.core.ports_notices import FARTHEST
from voute.core.rows_push import DeviceRow, PushRow
from voute.store.schema import documents, lookups, push_devices, push_messages
from voute.store.sql import Session, chunks

_GET: Final = select(push_devices).where(push_devices.c.device_id == bindparam("device_id"))
_OF: Final = (
    select(push_devices)
    .where(push_devices.c.vault_id == bindparam("vault_id"))
    .order_by(push_devices.c.created_at, push_devices.c.device_id)
)
_AT: Final = select(push_devices).where(push_devices.c.endpoint == bindparam("endpoint"))
_HAS: Final = (
    select(push_devices.c.device_id)
    .where(push_devices.c.device_id == bindparam("device_id"), push_devices.c.endpoint == bindparam("endpoint"))
    .with_for_update()
)
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(:key)")
"""By 64 bits of an endpoint: other keys than the pairs of `CityLock`."""
_PUT_OFF: Final = update(push_messages).where(push_messages.c.message_id == bindparam("key")).values(due_at=bindparam("until"))
_ANY: Final = select(exists().where(push_devices.c.device_id.is_not(None)))
_IN_BOX: Final = select(documents.c.box_id).where(documents.c.delivery_id == bindparam("delivery_id"))
_UNDER_CODE: Final = (
    select(lookups.c.vault_id)
    .join(documents, documents.c.box_id == lookups.c.lookup_id)
    .where(documents.c.delivery_id == bindparam("delivery_id"), lookups.c.vault_id.is_not(None))
)
_REACHED: Final = (
    select(push_devices)
    .where(or_(push_devices.c.vault_id.in_(_IN_BOX), push_devices.c.vault_id.in_(_UNDER_CODE)))
    .order_by(push_devices.c.device_id)
    # Against removing alone.
    .with_for_update(read=True, key_share=True)
)
_WAITING: Final = (
    select(push_messages)
    .where(
        push_messages.c.device_id.in_(bindparam("device_ids", expanding=True)),
        push_messages.c.kind == bindparam("of"),
        push_messages.c.tries == 0,
    )
    .order_by(push_messages.c.message_id)
    .with_for_update()
)
_LEAVING: Final = (
    select(push_devices.c.device_id)
    .where(push_devices.c.device_id.in_(bindparam("device_ids", expanding=True)))
    .order_by(push_devices.c.device_id)
    .with_for_update()
)
_DUE: Final = (
    select(push_messages)
    .where((push_messages.c.due_at <= bindparam("now")) | (push_messages.c.due_at > bindparam("never")))
    .order_by(push_messages.c.due_at, push_messages.c.message_id)
    .limit(bindparam("most"))
)
# Two machines never send the same message at once: the second one passes it over.
_TAKE: Final = _DUE.with_for_update(skip_locked=True)


class SqlDevices:
    """`Devices` in two tables."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def get(self, device_id: bytes) -> DeviceRow | None:
        """Return a device (`Devices.get`)."""
        return self._session.one(DeviceRow._make, _GET, {"device_id": device_id})

    def of(self, vault_id: VaultId, *, lock: bool = False) -> tuple[DeviceRow, ...]:
        """Return a vault's devices (`Devices.of`)."""
        statement = _OF.with_for_update(read=True, key_share=True) if lock else _OF
        return self._session.all(DeviceRow._make, statement, {"vault_id": vault_id})

    def at(self, endpoint: str, *, lock: bool = False) -> DeviceRow | None:
        """Return the device of an endpoint (`Devices.at`)."""
        if lock and not self._session.is_sqlite:
            # A row that is not there can't be locked, and two that are made at once are one too many for the unique key.
            self._session.run(_ONE_AT_A_TIME, {"key": int.from_bytes(sha256(endpoint.encode()).digest()[:8], signed=True)})
        return self._session.one(DeviceRow._make, _AT, {"endpoint": endpoint})

    def put(self, row: DeviceRow) -> None:
        """Store or replace a device (`Devices.put`)."""
        self._session.upsert(push_devices, [row])

    def remove(self, device_ids: Sequence[bytes]) -> None:
        """Forget devices and their messages (`Devices.remove`)."""
        for part in chunks(device_ids):
            # The devices first: whoever leaves a message for one just now ends before the messages are looked for.
            self._session.run(_LEAVING, {"device_ids": part}).all()
            self._session.run(delete(push_messages).where(push_messages.c.device_id.in_(part)))
            self._session.run(delete(push_devices).where(push_devices.c.device_id.in_(part)))

    def gone(self, device_id: bytes, endpoint: str) -> None:
        """Forget a device that has this endpoint (`Devices.gone`)."""
        if self._session.run(_HAS, {"device_id": device_id, "endpoint": endpoint}).first() is not None:
            self.remove([device_id])

    def reached_by(self, delivery_id: DeliveryId) -> Sequence[DeviceRow]:
        """Return what a delivery reaches (`Devices.reached_by`)."""
        # Most cities begin without any: a large delivery is not read for nobody.
        if not self._session.run(_ANY).scalar_one():
            return ()
        return self._session.all(DeviceRow._make, _REACHED, {"delivery_id": delivery_id})

    def waiting(self, device_ids: Sequence[bytes], kind: str) -> Mapping[bytes, PushRow]:
        """Return untried messages (`Devices.waiting`)."""
        found = (
            row
            for part in chunks(device_ids)
            for row in self._session.all(PushRow._make, _WAITING, {"device_ids": part, "of": kind})
        )
        return {row.device_id: row for row in found}

    def put_messages(self, rows: Sequence[PushRow]) -> None:
        """Store or replace messages (`Devices.put_messages`)."""
        self._session.upsert(push_messages, rows)

    def due(self, now: int, limit: int, *, lock: bool = False) -> tuple[PushRow, ...]:
        """Return messages that are due (`Devices.due`)."""
        return self._session.all(PushRow._make, _TAKE if lock else _DUE, {"now": now, "never": now + FARTHEST, "most": limit})

    def put_off(self, message_id: bytes, due_at: int) -> None:
        """Let a message wait (`Devices.put_off`)."""
        self._session.run(_PUT_OFF, {"key": message_id, "until": due_at})

    def message_done(self, message_id: bytes) -> None:
        """Forget a message (`Devices.message_done`)."""
        self._session.run(delete(push_messages).where(push_messages.c.message_id == message_id))
