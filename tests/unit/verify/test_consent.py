"""The proof that a vault gave up paper, as an issuer's client checks it: one thing wrong at a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tools.make_vectors import city, holder
from tools.make_vectors.seeds import seed
from voute.core.errors import VouteError
from voute.core.ids import Hash, Slug, VaultId
from voute.format.act import Act
from voute.format.consent import PAPER, PAPERLESS, WORDS
from voute.format.dsse import SigningKey, parse, statement_hash
from voute.format.event import NO_CHAIN, Event, blind
from voute.format.subject import Claim, Consent, vault_actor
from voute.format.vault_record import verify_chain
from voute.tlog.policy import checkpoint_policy, verify_checkpoint
from voute.verify.binding import LeafProof
from voute.verify.consent import ProvenConsent, verify_consent

VAULT = holder.vault_id()
CHAIN = verify_chain([one.encode("ascii") for one in holder.offered().envelopes()])
TYPE = Slug("compte-de-taxes")
SUBJECT = Consent(city.FINANCE, TYPE, 1, paperless=True, text=PAPERLESS, language="fr", words=WORDS[PAPERLESS, "fr"])
ACT = Act(city.CITY, vault_actor(VAULT), SUBJECT, city.DELIVERED, Hash(seed("nonce")))
OTHER = vault_actor(VaultId(seed("other vault")))


@dataclass(frozen=True)
class Shown:
    """What a city shows, and for which row it is asked."""

    act: Act = ACT
    key: SigningKey = holder.ROOT
    event: Event | None = None
    of_city: Slug = city.CITY
    issuer: Slug = city.FINANCE
    document_type: Slug = SUBJECT.document_type
    salt: bytes = seed("salt")
    index: int = 1

    def verify(self) -> ProvenConsent:
        raw = self.act.sign(self.key)
        digest = statement_hash(parse(raw).payload)
        data = (self.event or Event(city.CITY, city.DELIVERED, self.act.actor, digest, self.act.subject)).encode()
        proof = city.prove([seed("other entry"), blind(seed("salt"), NO_CHAIN, data), seed("third entry")], 1)
        checkpoint = verify_checkpoint(proof.checkpoint, *checkpoint_policy(city.trust_root()))
        checkpoint.require_quorum()
        leaf = LeafProof(data, self.salt, NO_CHAIN, self.index, proof.path)
        return verify_consent(
            raw, leaf, checkpoint, CHAIN, city=self.of_city, issuer=self.issuer, document_type=self.document_type
        )


def test_consent_good_one_is_proven() -> None:
    proven = Shown().verify()
    digest = statement_hash(ACT.encode())
    assert proven == ProvenConsent(SUBJECT.number, paperless=True, act=digest, index=1, at=city.DELIVERED)


def test_consent_of_paper_again_is_taken_in_any_words() -> None:
    back = replace(SUBJECT, number=9, paperless=False, words=Hash(seed("words of another release")))
    proven = Shown(act=replace(ACT, subject=back)).verify()
    assert (proven.number, proven.paperless) == (9, False)


def other_event(**changes: object) -> Event:
    event = Event(city.CITY, city.DELIVERED, ACT.actor, statement_hash(ACT.encode()), SUBJECT)
    return replace(event, **changes)  # type: ignore[arg-type]


CLAIM = Claim(holder.LOOKUP, city.FINANCE, VAULT, Hash(seed("head")), Hash(seed("bind")))
WRONG: dict[str, tuple[str, Callable[[], Shown]]] = {
    "another-key": ("unknown-key", lambda: Shown(key=SigningKey(seed("mallory")))),
    "another-vault": ("consent-differs", lambda: Shown(act=replace(ACT, actor=OTHER))),
    "another-city": ("consent-differs", lambda: Shown(act=replace(ACT, city=Slug("autre")))),
    "asked-in-another-city": ("consent-differs", lambda: Shown(of_city=Slug("autre"))),
    "no-consent": ("consent-differs", lambda: Shown(act=replace(ACT, subject=CLAIM))),
    "another-issuer": ("consent-differs", lambda: Shown(issuer=city.PERMITS)),
    "another-type": ("consent-differs", lambda: Shown(document_type=Slug("permis"))),
    "unknown-words": ("verification", lambda: Shown(act=replace(ACT, subject=replace(SUBJECT, words=Hash(seed("x")))))),
    "contrary-words": (
        "verification",
        lambda: Shown(act=replace(ACT, subject=replace(SUBJECT, text=PAPER, words=WORDS[PAPER, "fr"]))),
    ),
    "event-of-another-act": ("consent-differs", lambda: Shown(event=other_event(act=Hash(seed("x"))))),
    "event-of-another-vault": ("consent-differs", lambda: Shown(event=other_event(actor=OTHER))),
    "event-of-another-city": ("consent-differs", lambda: Shown(event=other_event(city=Slug("autre")))),
    "event-of-another-number": ("consent-differs", lambda: Shown(event=other_event(subject=replace(SUBJECT, number=2)))),
    "not-in-the-log": ("merkle-proof", lambda: Shown(salt=seed("x"))),
    "at-another-index": ("merkle-proof", lambda: Shown(index=0)),
}


@pytest.mark.parametrize("name", WRONG)
def test_consent_one_that_does_not_hold_is_refused(name: str) -> None:
    code, shown = WRONG[name]
    with pytest.raises(VouteError) as caught:
        shown().verify()
    assert caught.value.code == code
