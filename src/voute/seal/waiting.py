"""Documents that wait before a claim code: what they say about the code, and handing them over to a vault.

Source: `docs/spec/claim.md`: issuer, party, slot and code epoch come from verified manifests, and all documents of
one code must agree.
"""

from collections.abc import Iterable
from typing import ClassVar

from voute.core.errors import VerificationError
from voute.core.ids import slug
from voute.format.keyring import KeyringClaim
from voute.format.manifest import ToVault
from voute.seal.claim import ClaimKeys, Party
from voute.seal.document import OpenedCard, WrongVaultError


class ClaimDisagreeError(VerificationError):
    """Documents that wait under one code are made out to different parties."""

    code: ClassVar[str] = "claim-disagree"


def party_of(opened: Iterable[OpenedCard], keys: ClaimKeys) -> Party:
    """Read from opened cards whom their code is for.

    Raises `WrongVaultError` for a card of another code or of a vault, `ClaimDisagreeError` when they differ or there
    is none.
    """
    found: set[Party] = set()
    for one in opened:
        manifest = one.manifest
        to = manifest.recipient
        if isinstance(to, ToVault) or to.lookup_id != keys.lookup_id:
            raise WrongVaultError("not a document of this code")
        found.add(Party(manifest.city, manifest.issuer, manifest.party, to.slot, to.code_epoch))
    if len(found) != 1:
        raise ClaimDisagreeError("the waiting documents do not agree", parties=len(found))
    return found.pop()


def keyring_claim(party: Party, keys: ClaimKeys) -> KeyringClaim:
    """Give the keyring's entry of a claim: with it, what arrives late under the old code still opens."""
    return KeyringClaim(
        issuer=slug(party.issuer),
        party=party.party,
        lookup_id=keys.lookup_id,
        slot=party.slot,
        code_epoch=party.code_epoch,
        secret=keys.identity().to_string(),
    )
