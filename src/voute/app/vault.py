"""What a signed-in holder's page fetches first: records, keyring, and the salts of the vault's chains."""

from dataclasses import dataclass

from voute.app.boxes import boxes_of
from voute.app.city import City
from voute.app.errors import NotSignedInError
from voute.app.ports import Holder
from voute.core.ids import VaultId
from voute.core.rows import ChainRow, MethodRow


@dataclass(frozen=True, slots=True)
class VaultView:
    """A vault as its holder sees it; nothing here opens without a way in."""

    vault_id: VaultId
    v: int
    records: tuple[bytes, ...]
    keyring: bytes
    chains: tuple[ChainRow, ...]


def read_vault(city: City, holder: Holder) -> VaultView:
    """Return the holder's vault."""
    vault = holder.vault_id
    with city.catalogue.read() as tx:
        row = tx.vaults.get(vault)
        keyring = tx.vaults.keyring(vault)
        if row is None or keyring is None:
            raise NotSignedInError
        records = tx.vaults.records((vault,))[vault]
        boxes = boxes_of(tx, vault)
        chains = tx.chains.get_many(boxes)
    return VaultView(vault, row.v, records, keyring.data, tuple(chains[box] for box in boxes if box in chains))


def read_methods(city: City, holder: Holder) -> tuple[MethodRow, ...]:
    """Return the unlock methods that the city knows of."""
    with city.catalogue.read() as tx:
        return tx.vaults.methods(holder.vault_id)
