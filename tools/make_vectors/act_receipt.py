"""Cases of `vectors/receipt` about acts: the verdict on (act, receipt, a vault's records, trust root)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tools.make_vectors import holder
from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import CITY, COSIGNED, DELIVERED, FINANCE, ISSUED, ISSUER_KEY, ending, prove, trust_root
from tools.make_vectors.holder import offered, vault_id
from tools.make_vectors.receipt import CHAIN, FOLDER, INDEX, SIZE
from tools.make_vectors.seeds import seed
from voute.core.ids import DocumentId, Hash, LookupId, Slug, VaultId, slug
from voute.format.act import Act
from voute.format.consent import PAPER, PAPERLESS, WORDS
from voute.format.dsse import Kind, SigningKey, sign, statement_hash
from voute.format.event import NO_CHAIN, Event, blind
from voute.format.receipt import Receipt
from voute.format.subject import AnySubject, Consent, Delete, Revoked, issuer_actor, vault_actor

DELETE = Delete(DocumentId(seed("document", 16)), Hash(seed("manifest")))


def choice(number: int, text: Slug, language: str) -> Consent:
    """Give a choice in the words of the specification."""
    words = WORDS[text, language]
    return Consent(FINANCE, slug("compte-de-taxes"), number, text == PAPERLESS, text, language, words)


@dataclass(frozen=True)
class Done:
    """An act, its event and its place in the log; a case replaces one part."""

    subject: AnySubject
    witnesses: int = 3

    @property
    def act(self) -> Act:
        """The act that the holder signed."""
        return Act(CITY, vault_actor(vault_id()), self.subject, ISSUED, Hash(seed("act nonce")))

    @property
    def event(self) -> Event:
        """The event that the city logged."""
        return Event(CITY, DELIVERED, vault_actor(vault_id()), statement_hash(self.act.encode()), self.subject)

    def signed(self) -> bytes:
        """Sign the act with the vault's root key."""
        return self.act.sign(holder.ROOT)

    def receipt(self) -> Receipt:
        """Log the event among others, prove it and put the receipt together."""
        entries = [seed(f"entry {n}") for n in range(SIZE)]
        entries[INDEX] = blind(seed("salt"), CHAIN, self.event.encode())
        proof = prove(entries, INDEX, self.witnesses).encode().decode("utf-8")
        return Receipt(CITY, self.event.encode(), Hash(seed("salt")), CHAIN, None, proof)


def _case(name: str, verdict: str, done: Done, **changes: object) -> Case:
    given: Values = {
        "act": done.signed().decode("ascii"),
        "receipt": done.receipt().encode().decode("utf-8"),
        "records": [one.decode("ascii") for one in records()],
        "trust_root": trust_root().encode().decode("utf-8"),
    }
    return Case(FOLDER, f"act-receipt-{name}", "act-receipt", verdict, {**given, **changes})


def records() -> tuple[bytes, ...]:
    """Give the envelopes of the vault's records, genesis first."""
    return tuple(one.encode("ascii") for one in offered().envelopes())


def _acts(done: Done) -> Iterator[Case]:
    yield _case("signed-by-stranger", "unknown-key", done, act=_text(done.act.sign(SigningKey(seed("stranger")))))
    good, other = done.signed(), replace(done.act, nonce=Hash(seed("x"))).sign(holder.ROOT)
    mixed = good.split(b'"signatures"')[0] + b'"signatures"' + other.split(b'"signatures"')[1]
    yield _case("signature", "bad-signature", done, act=_text(mixed))
    yield _case("other-kind", "wrong-statement", done, act=_text(sign(Kind.PACK, done.act.encode(), holder.ROOT)))
    yield _case("other-city", "wrong-city", done, act=_text(replace(done.act, city=Slug("autre")).sign(holder.ROOT)))
    elsewhere = replace(done.act, actor=vault_actor(VaultId(seed("x"))))
    yield _case("other-vault", "event-differs", done, act=_text(elsewhere.sign(holder.ROOT)))
    by_issuer = Act(CITY, issuer_actor(FINANCE), Revoked(LookupId(seed("lookup"))), ISSUED, Hash(seed("act nonce")))
    yield _case("by-issuer", "event-differs", done, act=_text(by_issuer.sign(holder.ROOT)))
    yield _case("by-issuers-key", "unknown-key", done, act=_text(by_issuer.sign(ISSUER_KEY)))
    yield _case("cut-short", "format", done, act=_text(good[:-1]))
    yield _case("no-records", "record-chain", done, records=[])
    yield _case("records-of-nobody", "record-chain", done, records=[_text(one) for one in records()[1:]])


def _events(done: Done) -> Iterator[Case]:
    receipt = done.receipt()
    changes = {
        "act-again-signed": replace(done.event, act=statement_hash(replace(done.act, nonce=Hash(seed("x"))).encode())),
        "event-other-document": replace(done.event, subject=replace(DELETE, document_id=DocumentId(seed("x", 16)))),
        "event-other-vault": replace(done.event, actor=vault_actor(VaultId(seed("x")))),
        "event-other-type": replace(done.event, subject=choice(1, PAPERLESS, "fr")),
    }
    for name, event in changes.items():
        yield _case(name, "event-differs", done, receipt=_text(replace(receipt, event=event.encode()).encode()))
    elsewhere = replace(done.event, city=Slug("autre"))
    yield _case("event-other-city", "wrong-city", done, receipt=_text(replace(receipt, event=elsewhere.encode()).encode()))
    later = replace(done.event, time=ISSUED)
    yield _case("event-time-changed", "not-in-log", done, receipt=_text(replace(receipt, event=later.encode()).encode()))
    yield _case("salt", "not-in-log", done, receipt=_text(replace(receipt, salt=Hash(seed("x"))).encode()))
    yield _case("chain", "not-in-log", done, receipt=_text(replace(receipt, chain=NO_CHAIN).encode()))
    tree = json.loads(receipt.encode())
    spoilt = replace(receipt, proof=tree["proof"].replace(f"index {INDEX}\n", f"index {INDEX + 1}\n"))
    yield _case("index", "not-in-log", done, receipt=_text(spoilt.encode()))
    unknown = replace(trust_root(), logs=tuple(replace(one, ed25519=seed("x")) for one in trust_root().logs))
    yield _case("log-of-another", "bad-checkpoint", done, trust_root=_text(unknown.encode()))
    yield _case("log-ended", "log-ended", done, trust_root=_text(ending(COSIGNED).encode()))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8")


def cases() -> Iterator[Case]:
    """Give every case."""
    done = Done(DELETE)
    yield _case("ok-delete", "ok", done)
    yield _case("ok-delete-first-records", "ok", done, records=[_text(records()[0])])
    yield _case("ok-delete-one-witness-is-logged", "ok", replace(done, witnesses=1))
    yield _case("ok-consent", "ok", Done(choice(1, PAPERLESS, "fr")))
    yield _case("ok-consent-back", "ok", Done(choice(2, PAPER, "en")))
    yield from _acts(done)
    yield from _events(done)
