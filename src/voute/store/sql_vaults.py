"""Tables of vaults (`voute.core.ports_vaults.Vaults`)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, select, update

from voute.core.ids import Hash, LookupId, MethodId, VaultId
from voute.core.ports_vaults import IndexMark
from voute.core.rows import IndexRow, KeyringRow, MethodRow, NumberRow, RecordRow, VaultRow
from voute.store.schema import keyrings, methods, vault_indexes, vault_numbers, vault_records, vaults
from voute.store.sql import Session, upsertable

_NUMBER: Final = select(vault_numbers.c.v).where(vault_numbers.c.lookup_id == bindparam("lookup_id"))
_GIVEN: Final = select(vault_numbers).where(vault_numbers.c.v == bindparam("v"))
_VAULT: Final = select(vaults).where(vaults.c.vault_id == bindparam("vault_id"))
_KEYRING: Final = select(keyrings).where(keyrings.c.vault_id == bindparam("vault_id"))
_INDEX: Final = select(vault_indexes).where(vault_indexes.c.vault_id == bindparam("vault_id"))
_INDEX_MARK: Final = select(vault_indexes.c.number, vault_indexes.c.sha256).where(
    vault_indexes.c.vault_id == bindparam("vault_id")
)
_PUT_INDEX: Final = (
    update(vault_indexes)
    .where(vault_indexes.c.vault_id == bindparam("key"), vault_indexes.c.number == bindparam("after"))
    .values(
        number=bindparam("new_number"),
        sha256=bindparam("new_sha256"),
        written_at=bindparam("new_time"),
        bytes=bindparam("new_bytes"),
    )
)
_METHODS: Final = select(methods).where(methods.c.vault_id == bindparam("vault_id")).order_by(methods.c.method_id)
_KIT_USED: Final = (
    update(methods)
    .where(methods.c.vault_id == bindparam("vault"), methods.c.method_id == bindparam("method"))
    .values(last_used_at=bindparam("now"))
)
_METHOD: Final = select(methods).where(methods.c.vault_id == bindparam("vault_id"), methods.c.method_id == bindparam("method_id"))
_HEADS: Final = select(vaults.c.vault_id, vaults.c.head_hash).where(vaults.c.vault_id.in_(bindparam("vault_ids", expanding=True)))
_RECORDS: Final = (
    select(vault_records.c.vault_id, vault_records.c.envelope)
    .where(vault_records.c.vault_id.in_(bindparam("vault_ids", expanding=True)))
    .order_by(vault_records.c.vault_id, vault_records.c.number)
)
_ADVANCE: Final = (
    update(vaults)
    .where(vaults.c.vault_id == bindparam("key"), vaults.c.head_hash == bindparam("old_head"))
    .values(
        state=bindparam("state"),
        head_number=bindparam("head_number"),
        head_hash=bindparam("head_hash"),
        keyring_number=bindparam("keyring_number"),
    )
)


class SqlVaults:
    """`Vaults` in six tables."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def number_for(self, lookup_id: LookupId, now: int) -> int:
        """Return the number given to this lookup id (`Vaults.number_for`)."""
        values = {"lookup_id": lookup_id}
        number: int | None = self._session.run(_NUMBER, values).scalar()
        if number is None:
            # Another call may give one at the same moment: whoever comes second takes that one.
            insert = upsertable(vault_numbers, is_sqlite=self._session.is_sqlite).on_conflict_do_nothing()
            self._session.run(insert, {"lookup_id": lookup_id, "given_at": now})
            number = int(self._session.run(_NUMBER, values).scalar_one())
        return number

    def given(self, v: int) -> NumberRow | None:
        """Return to which lookup id a number was given (`Vaults.given`)."""
        return self._session.one(NumberRow._make, _GIVEN, {"v": v})

    def add(self, row: VaultRow) -> None:
        """Keep a new vault (`Vaults.add`)."""
        self._session.insert_all(vaults, [row])

    def get(self, vault_id: VaultId, *, lock: bool = False) -> VaultRow | None:
        """Return a vault (`Vaults.get`)."""
        statement = _VAULT.with_for_update(key_share=True) if lock else _VAULT
        return self._session.one(VaultRow._make, statement, {"vault_id": vault_id})

    def advance(self, old_head: Hash, row: VaultRow) -> bool:
        """Set the head if it still is the old one (`Vaults.advance`)."""
        values = {"key": row.vault_id, "old_head": old_head, "state": row.state, "head_number": row.head_number}
        values |= {"head_hash": row.head_hash, "keyring_number": row.keyring_number}
        return self._session.changes(_ADVANCE, values)

    def add_record(self, row: RecordRow) -> None:
        """Append a record (`Vaults.add_record`)."""
        self._session.insert_all(vault_records, [row])

    def heads(self, vault_ids: Sequence[VaultId]) -> Mapping[VaultId, Hash]:
        """Return the hash of each vault's newest record (`Vaults.heads`)."""
        found = self._session.among(tuple, _HEADS, "vault_ids", vault_ids)
        return {VaultId(vault_id): Hash(head) for vault_id, head in found}

    def records(self, vault_ids: Sequence[VaultId]) -> Mapping[VaultId, tuple[bytes, ...]]:
        """Return the records of vaults (`Vaults.records`)."""
        found: dict[VaultId, list[bytes]] = {}
        for vault_id, envelope in self._session.among(tuple, _RECORDS, "vault_ids", vault_ids):
            found.setdefault(VaultId(vault_id), []).append(envelope)
        return {vault_id: tuple(envelopes) for vault_id, envelopes in found.items()}

    def put_keyring(self, row: KeyringRow) -> None:
        """Store or replace the keyring (`Vaults.put_keyring`)."""
        self._session.upsert(keyrings, [row])

    def keyring(self, vault_id: VaultId) -> KeyringRow | None:
        """Return the keyring (`Vaults.keyring`)."""
        return self._session.one(KeyringRow._make, _KEYRING, {"vault_id": vault_id})

    def index(self, vault_id: VaultId) -> IndexRow | None:
        """Return the sealed index (`Vaults.index`)."""
        return self._session.one(IndexRow._make, _INDEX, {"vault_id": vault_id})

    def index_mark(self, vault_id: VaultId) -> IndexMark | None:
        """Return which index there is (`Vaults.index_mark`)."""
        return self._session.one(IndexMark._make, _INDEX_MARK, {"vault_id": vault_id})

    def put_index(self, after: int, row: IndexRow) -> bool:
        """Replace the index that the writer saw (`Vaults.put_index`)."""
        if after == 0:
            self._session.insert_all(vault_indexes, [row])
            return True
        values = {"key": row.vault_id, "after": after, "new_number": row.number, "new_sha256": row.sha256}
        return self._session.changes(_PUT_INDEX, values | {"new_time": row.written_at, "new_bytes": row.data})

    def replace_methods(self, vault_id: VaultId, rows: Sequence[MethodRow]) -> None:
        """Make these the unlock methods (`Vaults.replace_methods`)."""
        self._session.run(methods.delete().where(methods.c.vault_id == vault_id))
        self._session.insert_all(methods, rows)

    def methods(self, vault_id: VaultId) -> tuple[MethodRow, ...]:
        """Return the unlock methods (`Vaults.methods`)."""
        return self._session.all(MethodRow._make, _METHODS, {"vault_id": vault_id})

    def method(self, vault_id: VaultId, method_id: MethodId) -> MethodRow | None:
        """Return one unlock method (`Vaults.method`)."""
        return self._session.one(MethodRow._make, _METHOD, {"vault_id": vault_id, "method_id": method_id})

    def kit_used(self, vault_id: VaultId, method_id: MethodId, now: int) -> None:
        """Note a use of a recovery kit (`Vaults.kit_used`)."""
        self._session.run(_KIT_USED, {"vault": vault_id, "method": method_id, "now": now})
