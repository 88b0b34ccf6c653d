"""vault-index.age: sealed to the vault's newest reading recipient, signed by its root key.

Source: `docs/spec/index-directory.md`. The server keeps these bytes and can neither read nor make them.
"""

from collections.abc import Iterable

from voute.core.ids import Slug, VaultId
from voute.format import dsse
from voute.format.dsse import Kind, SigningKey
from voute.format.signed_manifest import WrongCityError
from voute.format.vault_index import MAX_INDEX, VaultIndex, parse_vault_index
from voute.seal.agefile import open_file, seal_file
from voute.seal.document import WrongVaultError
from voute.seal.hybrid import HybridIdentity, HybridRecipient


def seal_vault_index(index: VaultIndex, key: SigningKey, recipient: HybridRecipient) -> bytes:
    """Sign and seal an index; raises `FormatError` for one that the specification does not allow."""
    return seal_file((recipient,), dsse.sign(Kind.VAULT_INDEX, index.encode(), key))


def open_vault_index(
    data: bytes, identities: Iterable[HybridIdentity], root_key: bytes, city: Slug, vault_id: VaultId
) -> VaultIndex:
    """Open an index and check it: 1 to 3 of the specification (a reader who keeps no pins has no fourth).

    Raises `VouteError` alone, with the codes of the specification.
    """
    envelope = dsse.parse(open_file(data, identities), MAX_INDEX)
    dsse.verify(envelope, Kind.VAULT_INDEX, [root_key])
    index = parse_vault_index(envelope.payload)
    if index.city != city:
        raise WrongCityError("an index of another city", city=index.city)
    if index.vault_id != vault_id:
        raise WrongVaultError("an index of another vault")
    return index
