"""Port of notices on devices: browsers that a holder wants to be told on, and messages to be sent (docs/spec/push.md)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from voute.core.ids import DeliveryId, VaultId
from voute.core.rows_push import DeviceRow, PushRow


class Devices(Protocol):
    """Devices by vault, and messages that wait."""

    def get(self, device_id: bytes) -> DeviceRow | None:
        """Return a device."""
        ...

    def of(self, vault_id: VaultId, *, lock: bool = False) -> tuple[DeviceRow, ...]:
        """Return a vault's devices, the oldest first; with `lock` they are there until this transaction, which writes, ends."""
        ...

    def at(self, endpoint: str, *, lock: bool = False) -> DeviceRow | None:
        """Return the device of an endpoint, whoever's it is.

        With `lock` nobody else who asks so is answered until this transaction, which writes, ends: also if there is none.
        """
        ...

    def put(self, row: DeviceRow) -> None:
        """Store or replace a device."""
        ...

    def remove(self, device_ids: Sequence[bytes]) -> None:
        """Forget devices and every message to them; what is not there is no error."""
        ...

    def gone(self, device_id: bytes, endpoint: str) -> None:
        """Forget a device, and every message to it, if it still has this endpoint."""
        ...

    def reached_by(self, delivery_id: DeliveryId) -> Sequence[DeviceRow]:
        """Return devices of the vaults that a delivery has a document for, in their box or under a code of theirs.

        They are there until this transaction, which writes, ends: a message may be left for them.
        """
        ...

    def waiting(self, device_ids: Sequence[bytes], kind: str) -> Mapping[bytes, PushRow]:
        """Return a message of this kind to each of these devices that has one which nobody has tried to send yet.

        Nobody tries until this transaction, which writes, ends.
        """
        ...

    def put_messages(self, rows: Sequence[PushRow]) -> None:
        """Store or replace messages."""
        ...

    def due(self, now: int, limit: int, *, lock: bool = False) -> tuple[PushRow, ...]:
        """Return messages that are due as mails are, the longest due first.

        With `lock`, which is for a transaction that writes, without those that another transaction is taking.
        """
        ...

    def put_off(self, message_id: bytes, due_at: int) -> None:
        """Let a message wait until then; one that is not there any more stays so."""
        ...

    def message_done(self, message_id: bytes) -> None:
        """Forget a message; what is not there is no error."""
        ...
