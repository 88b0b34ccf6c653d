"""vault-index.age: sealed to the vault's newest reading recipient, signed by its root key.

Source: `docs/spec/index-directory.md`. The server keeps these bytes and can neither read nor make them. Written in segments
(version 3); versions 1 and 2, one envelope without anything after it, are read.
"""

from collections.abc import Iterable
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import Slug, VaultId
from voute.format import dsse
from voute.format.dsse import Kind, SigningKey
from voute.format.index_segments import LENGTH_SIZE, MAX_HEAD, joined, parse_index_head, segmented
from voute.format.signed_manifest import WrongCityError
from voute.format.vault_index import MAX_INDEX, VaultIndex, parse_vault_index
from voute.seal.agefile import open_file, seal_file
from voute.seal.document import WrongVaultError
from voute.seal.hybrid import HybridIdentity, HybridRecipient

_WHOLE: Final = b"{"
"""How the envelope of versions 1 and 2 begins; a head's length begins with a zero byte."""


def seal_vault_index(index: VaultIndex, key: SigningKey, recipient: HybridRecipient) -> bytes:
    """Sign and seal an index; raises `FormatError` for one that the specification does not allow."""
    head, segments = segmented(index)
    return seal_file((recipient,), framed(dsse.sign(Kind.VAULT_INDEX, head.encode(), key), segments))


def framed(envelope: bytes, segments: Iterable[bytes]) -> bytes:
    """Put a signed head before its segments; raises `FormatError` for more than an index may have."""
    plaintext = b"".join((len(envelope).to_bytes(LENGTH_SIZE, "big"), envelope, *segments))
    if len(envelope) > MAX_HEAD or len(plaintext) > MAX_INDEX:
        raise FormatError("index: too long")
    return plaintext


def open_vault_index(
    data: bytes, identities: Iterable[HybridIdentity], root_key: bytes, city: Slug, vault_id: VaultId
) -> VaultIndex:
    """Open an index of any version and check it: 1 to 3 of the specification (a reader who keeps no pins has no fourth).

    Raises `VouteError` alone, with the codes of the specification.
    """
    plaintext = open_file(data, identities)
    if len(plaintext) > MAX_INDEX:
        raise FormatError("index: too long")
    if plaintext.startswith(_WHOLE):
        index = parse_vault_index(_verified(plaintext, MAX_INDEX, root_key))
        _demand_ours(index.city, index.vault_id, city, vault_id)
        return index
    length = int.from_bytes(plaintext[:LENGTH_SIZE], "big")
    end = LENGTH_SIZE + length
    if length > MAX_HEAD or len(plaintext) < end:
        raise FormatError("index: no head")
    head = parse_index_head(_verified(plaintext[LENGTH_SIZE:end], MAX_HEAD, root_key))
    _demand_ours(head.city, head.vault_id, city, vault_id)
    return joined(head, plaintext[end:])


def _verified(envelope: bytes, maximum: int, root_key: bytes) -> bytes:
    parsed = dsse.parse(envelope, maximum)
    dsse.verify(parsed, Kind.VAULT_INDEX, [root_key])
    return parsed.payload


def _demand_ours(city: Slug, vault_id: VaultId, our_city: Slug, our_vault: VaultId) -> None:
    if city != our_city:
        raise WrongCityError("an index of another city", city=city)
    if vault_id != our_vault:
        raise WrongVaultError("an index of another vault")
