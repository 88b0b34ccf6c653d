"""The proof that a vault was claimed with a lookup id, as an issuer's client checks it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tools.make_vectors import city, holder
from tools.make_vectors.seeds import seed
from voute.core.errors import VouteError
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.format.event import NO_CHAIN, Event, blind
from voute.format.subject import Bound, Claim, issuer_actor, vault_actor
from voute.tlog.policy import CheckpointVerdict, checkpoint_policy, verify_checkpoint
from voute.verify.binding import LeafProof, ProvenVault, verify_claim

VAULT = holder.vault_id()
RECORDS = tuple(one.encode("ascii") for one in holder.offered().envelopes())
SUBJECT = Claim(holder.LOOKUP, city.FINANCE, VAULT, holder.record_hash(holder.records()[1]), Hash(seed("bind")))
EVENT = Event(city.CITY, city.DELIVERED, vault_actor(VAULT), Hash(seed("act")), SUBJECT)


@dataclass(frozen=True)
class Asked:
    records: tuple[bytes, ...] = RECORDS
    event: Event = EVENT
    of_city: Slug = city.CITY
    issuer: Slug = city.FINANCE
    lookup_id: LookupId = holder.LOOKUP
    vault_id: VaultId = VAULT
    salt: bytes = seed("salt")

    def verify(self) -> ProvenVault:
        raw = EVENT.encode() if self.event is EVENT else self.event.encode()
        entries = [seed("other entry"), blind(seed("salt"), NO_CHAIN, raw), seed("third entry")]
        proof = city.prove(entries, 1)
        checkpoint: CheckpointVerdict = verify_checkpoint(proof.checkpoint, *checkpoint_policy(city.trust_root()))
        checkpoint.require_quorum()
        claim = LeafProof(raw, self.salt, NO_CHAIN, proof.index, proof.path)
        return verify_claim(
            self.records,
            claim,
            checkpoint,
            city=self.of_city,
            issuer=self.issuer,
            lookup_id=self.lookup_id,
            vault_id=self.vault_id,
        )


def test_binding_good_claim_is_proven() -> None:
    proven = Asked().verify()
    assert (proven.chain.vault_id, proven.bind, proven.claimed_at) == (VAULT, SUBJECT.bind, city.DELIVERED)


WRONG: dict[str, tuple[str, Callable[[], Asked]]] = {
    "city": ("claim-event", lambda: Asked(of_city=Slug("autre"))),
    "issuer": ("claim-event", lambda: Asked(issuer=city.PERMITS)),
    "lookup-id": ("claim-event", lambda: Asked(lookup_id=LookupId(seed("x")))),
    "vault-id": ("claim-event", lambda: Asked(vault_id=VaultId(seed("x")))),
    "records-cut": ("claim-event", lambda: Asked(records=RECORDS[:1])),
    "records-none": ("record-chain", lambda: Asked(records=())),
    "salt": ("merkle-proof", lambda: Asked(salt=seed("x"))),
    "other-event": (
        "claim-event",
        lambda: Asked(
            event=replace(EVENT, actor=issuer_actor(city.FINANCE), subject=Bound(holder.LOOKUP, VAULT, Hash(seed("x"))))
        ),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_binding_wrong_claim_is_refused(name: str) -> None:
    code, make = WRONG[name]
    with pytest.raises(VouteError) as caught:
        make().verify()
    assert caught.value.code == code
