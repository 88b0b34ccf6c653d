"""Table of choices (`voute.core.ports_vaults.Consents`)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, select

from voute.core.ids import Slug, VaultId
from voute.core.rows import ConsentRow
from voute.store.schema import consents
from voute.store.sql import Session, chunks

_ORDER: Final = (consents.c.vault_id, consents.c.issuer, consents.c.document_type)
_OF_VAULT: Final = select(consents).where(consents.c.vault_id == bindparam("vault_id")).order_by(*_ORDER)
_OF_VAULTS: Final = (
    select(consents)
    .where(consents.c.vault_id.in_(bindparam("vault_ids", expanding=True)), consents.c.issuer == bindparam("issuer"))
    .order_by(*_ORDER)
)
_ONE: Final = select(consents).where(
    consents.c.vault_id == bindparam("vault_id"),
    consents.c.issuer == bindparam("issuer"),
    consents.c.document_type == bindparam("document_type"),
)
_NEXT: Final = (
    consents.update()
    .where(
        consents.c.vault_id == bindparam("new_vault_id"),
        consents.c.issuer == bindparam("new_issuer"),
        consents.c.document_type == bindparam("new_document_type"),
        consents.c.number == bindparam("before"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("number", "paperless", "chosen_at", "event_id")})
)


class SqlConsents:
    """`Consents` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def of_vault(self, vault_id: VaultId) -> tuple[ConsentRow, ...]:
        """Return a vault's choices (`Consents.of_vault`)."""
        return self._session.all(ConsentRow._make, _OF_VAULT, {"vault_id": vault_id})

    def of_vaults(self, vault_ids: Sequence[VaultId], issuer: Slug) -> Mapping[VaultId, tuple[ConsentRow, ...]]:
        """Return what vaults chose about one issuer (`Consents.of_vaults`)."""
        found: dict[VaultId, list[ConsentRow]] = {}
        for part in chunks(vault_ids):
            for row in self._session.all(ConsentRow._make, _OF_VAULTS, {"vault_ids": part, "issuer": issuer}):
                found.setdefault(row.vault_id, []).append(row)
        return {vault_id: tuple(rows) for vault_id, rows in found.items()}

    def get(self, vault_id: VaultId, issuer: Slug, document_type: Slug) -> ConsentRow | None:
        """Return one choice (`Consents.get`)."""
        values = {"vault_id": vault_id, "issuer": issuer, "document_type": document_type}
        return self._session.one(ConsentRow._make, _ONE, values)

    def put(self, before: int, row: ConsentRow) -> bool:
        """Keep a choice (`Consents.put`)."""
        if before == 0:
            self._session.insert_all(consents, [row])
            return True
        return self._session.changes(_NEXT, {f"new_{name}": value for name, value in row._asdict().items()} | {"before": before})
