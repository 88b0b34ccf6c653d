"""What a signed-in holder's page fetches first: records, keyring, and the salts of the vault's chains."""

from collections.abc import Mapping
from dataclasses import dataclass

from voute.app.boxes import boxes_of
from voute.app.city import City
from voute.app.errors import NotSignedInError
from voute.app.ports import Holder
from voute.core.ids import MethodId, VaultId
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


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The unlock methods that the city knows of, and when each was last used (microseconds), by its id, if it was."""

    methods: tuple[MethodRow, ...]
    used: Mapping[MethodId, int]


def read_ways_in(city: City, holder: Holder) -> WaysIn:
    """Return how the holder's vault is opened: to its holder alone."""
    with city.catalogue.read() as tx:
        credentials = tx.credentials.of_vault(holder.vault_id)
        methods = tx.vaults.methods(holder.vault_id)
    passkeys = {row.credential_id: row.last_used_at for row in credentials}
    uses = {row.method_id: row.last_used_at if row.credential_id is None else passkeys.get(row.credential_id) for row in methods}
    return WaysIn(methods, {method_id: at for method_id, at in uses.items() if at is not None})
