"""Cases of `vectors/receipt`: the verdict on (document, receipt, trust root), and the lines of receipts.ndjson."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import (
    CITY,
    COSIGNED,
    DELIVERED,
    FINANCE,
    ISSUED,
    ISSUER_KEY,
    LOG,
    OLD_ISSUER_KEY,
    PERMITS,
    PERMITS_KEY,
    ending,
    prove,
    trust_root,
)
from tools.make_vectors.seeds import seed
from voute.core.ids import DeliveryId, DocumentId, Hash, LookupId, Slug, VaultId
from voute.core.values import Money, parse_date
from voute.format.canonical import dumps
from voute.format.dsse import Kind, SigningKey, sign, statement_hash
from voute.format.event import NO_CHAIN, Event, blind, chain_link
from voute.format.manifest import Instalment, Manifest, ToClaim
from voute.format.receipt import CheckpointLine, DeletedLine, Receipt, ReceiptLine
from voute.format.subject import Deliver, Opened, issuer_actor, vault_actor
from voute.tlog.proof import TlogProof
from voute.verify.receipt import digest_bytes

FOLDER = "receipt"
DOCUMENT = b"%PDF-1.7 a bill, for the vectors only\n"
INDEX, SIZE = 7, 13
CHAIN = chain_link(seed("chain salt"), 1, NO_CHAIN)


def manifest() -> Manifest:
    """Give the manifest of the bill."""
    digest = digest_bytes(DOCUMENT)
    half = Money(123_456)
    return Manifest(
        city=CITY,
        issuer=FINANCE,
        type=Slug("compte-de-taxes"),
        document_id=DocumentId(seed("document", 16)),
        nonce=Hash(seed("manifest nonce")),
        party="T-004417",
        recipient=ToClaim(LookupId(seed("lookup")), 0, 1),
        title="Compte de taxes 2026",
        language="fr",
        sha256=digest.sha256,
        size=digest.size,
        issued_at=ISSUED,
        due=parse_date("2026-03-02"),
        amount=Money(246_912),
        instalments=(Instalment(half, parse_date("2026-03-02")), Instalment(half, parse_date("2026-06-01"))),
        payment_reference="8741260931",
        action="pay",
    )


@dataclass(frozen=True)
class World:
    """All that a receipt is made of; a case replaces one part."""

    manifest: Manifest
    key: SigningKey = ISSUER_KEY
    event: Event | None = None
    chain: Hash = CHAIN
    index: int = INDEX
    witnesses: int = 3
    origin: str = LOG

    def envelope(self) -> bytes:
        """Sign the manifest."""
        return self.manifest.sign(self.key)

    def event_bytes(self) -> bytes:
        """Write the event, by default the one that delivers the manifest."""
        return (deliver(self.manifest) if self.event is None else self.event).encode()

    def proof(self) -> TlogProof:
        """Log the event among others and prove it."""
        entries = [seed(f"entry {n}") for n in range(SIZE)]
        entries[self.index] = blind(seed("salt"), self.chain, self.event_bytes())
        return prove(entries, self.index, self.witnesses, self.origin)

    def receipt(self) -> Receipt:
        """Put the receipt together."""
        proof = self.proof().encode().decode("utf-8")
        return Receipt(CITY, self.event_bytes(), Hash(seed("salt")), self.chain, self.envelope(), proof)


def delivery(of: Manifest) -> Deliver:
    """Give what is said when a manifest's document is delivered."""
    manifest_hash = statement_hash(of.encode())
    return Deliver(DeliveryId(seed("delivery", 16)), of.document_id, manifest_hash, Hash(seed("sealed body")))


def deliver(of: Manifest) -> Event:
    """Give the event that delivers a manifest's document."""
    return Event(of.city, DELIVERED, issuer_actor(of.issuer), Hash(seed("pack statement")), delivery(of))


def _case(name: str, verdict: str, receipt: bytes, **changes: object) -> Case:
    given: Values = {
        "document": DOCUMENT.hex(),
        "receipt": receipt.decode("utf-8"),
        "trust_root": trust_root().encode().decode("utf-8"),
        "require_witnessed": False,
    }
    return Case(FOLDER, name, "receipt", verdict, {**given, **changes})


def _good(world: World) -> Iterator[Case]:
    yield _case("ok-witnessed", "ok", world.receipt().encode())
    yield _case("ok-witnessed-demanded", "ok", world.receipt().encode(), require_witnessed=True)
    yield _case("ok-two-witnesses", "ok", replace(world, witnesses=2).receipt().encode(), require_witnessed=True)
    yield _case("ok-one-witness-is-logged", "ok", replace(world, witnesses=1).receipt().encode())
    yield _case("ok-no-box", "ok", replace(world, chain=NO_CHAIN).receipt().encode())
    old = replace(world, key=OLD_ISSUER_KEY, index=4)
    yield _case("ok-old-key-in-its-time", "ok", old.receipt().encode())
    lone = replace(world.receipt(), timestamps=(b"a token",))
    yield _case("ok-timestamp-is-carried", "ok", lone.encode())
    quiet = replace(trust_root(), quorum=0).encode().decode("utf-8")
    yield _case("ok-quorum-0-is-logged", "ok", world.receipt().encode(), trust_root=quiet)
    one = replace(world, witnesses=1).receipt().encode()
    yield _case("no-quorum", "no-quorum", one, require_witnessed=True)


def _other_parts(world: World) -> Iterator[Case]:
    receipt, bill = world.receipt(), world.manifest
    yield _case("city-of-receipt", "wrong-city", replace(receipt, city=Slug("autre")).encode())
    there = replace(bill, city=Slug("autre"))
    yield _case("city-of-manifest", "wrong-city", replace(receipt, manifest=there.sign(ISSUER_KEY)).encode())
    event = replace(deliver(bill), city=Slug("autre"))
    yield _case("city-of-event", "wrong-city", replace(world, event=event).receipt().encode())
    yield _case("document-changed", "document-differs", receipt.encode(), document=(DOCUMENT + b"x").hex())
    yield _case("document-empty", "document-differs", receipt.encode(), document="")
    longer = replace(bill, size=bill.size + 1)
    yield _case("document-size", "document-differs", replace(world, manifest=longer).receipt().encode())
    stranger = replace(bill, issuer=Slug("inconnu"))
    yield _case("issuer-unknown", "unknown-issuer", replace(world, manifest=stranger).receipt().encode())
    other_key = replace(world, key=SigningKey(seed("stranger")))
    yield _case("issuer-key-unknown", "unknown-key", other_key.receipt().encode())
    yield _case("issuer-key-of-another", "unknown-key", replace(world, key=PERMITS_KEY).receipt().encode())
    envelope, foreign = world.envelope(), replace(bill, title="Autre").sign(ISSUER_KEY)
    mixed = envelope.split(b'"signatures"')[0] + b'"signatures"' + foreign.split(b'"signatures"')[1]
    yield _case("issuer-signature", "bad-signature", replace(receipt, manifest=mixed).encode())
    yield _case("key-too-late", "key-not-valid-then", replace(world, key=OLD_ISSUER_KEY, index=5).receipt().encode())
    yield _case("key-too-early", "key-not-valid-then", replace(world, index=4).receipt().encode())
    act = sign(Kind.ACT, bill.encode(), ISSUER_KEY)
    yield _case("manifest-other-kind", "wrong-statement", replace(receipt, manifest=act).encode())


def _other_events(world: World) -> Iterator[Case]:
    bill = world.manifest
    event = deliver(bill)
    opened = Opened(bill.document_id, statement_hash(bill.encode()))
    by_vault = Event(CITY, DELIVERED, vault_actor(VaultId(seed("vault"))), Hash(seed("act")), opened)
    subject = delivery(bill)
    changes = {
        "event-other-type": by_vault,
        "event-other-issuer": replace(event, actor=issuer_actor(PERMITS)),
        "event-other-manifest": replace(event, subject=replace(subject, manifest_hash=Hash(seed("x")))),
        "event-other-document": replace(event, subject=replace(subject, document_id=DocumentId(seed("x", 16)))),
    }
    for name, change in changes.items():
        yield _case(name, "event-differs", replace(world, event=change).receipt().encode())


def _log(world: World) -> Iterator[Case]:
    receipt = world.receipt()
    yield _case("salt", "not-in-log", replace(receipt, salt=Hash(seed("x"))).encode())
    yield _case("chain", "not-in-log", replace(receipt, chain=NO_CHAIN).encode())
    later = replace(deliver(world.manifest), time=ISSUED)
    yield _case("event-time-changed", "not-in-log", replace(receipt, event=later.encode()).encode())
    proof = world.proof()
    shifted = replace(proof, index=INDEX + 1)
    yield _case("index", "not-in-log", replace(receipt, proof=_text(shifted)).encode())
    short = replace(proof, path=proof.path[:-1])
    yield _case("path-short", "not-in-log", replace(receipt, proof=_text(short)).encode())
    long = replace(proof, path=(*proof.path, bytes(32)))
    yield _case("path-long", "not-in-log", replace(receipt, proof=_text(long)).encode())
    for name, verdict, until in (
        ("ok-log-ended-a-second-later", "ok", COSIGNED + 1),
        ("log-ended-that-very-second", "log-ended", COSIGNED),
    ):
        yield _case(name, verdict, receipt.encode(), trust_root=ending(until).encode().decode("utf-8"))
    yield _case("log-unknown", "unknown-log", replace(world, origin="autre.example/log").receipt().encode())
    note = proof.checkpoint.note
    for name, keep in (("ed25519", 1), ("mldsa44", 0)):
        lines = tuple(line for place, line in enumerate(note.signatures) if place >= 2 or place == keep)
        signed = replace(proof.checkpoint, note=replace(note, signatures=lines))
        text = _text(replace(proof, checkpoint=signed))
        yield _case(f"log-no-{name}", "bad-checkpoint", replace(receipt, proof=text).encode())
    for place, name in enumerate(("log-ed25519", "log-mldsa44", "witness")):
        lines = tuple(_spoil(line) if at == place else line for at, line in enumerate(note.signatures))
        signed = replace(proof.checkpoint, note=replace(note, signatures=lines))
        text = _text(replace(proof, checkpoint=signed))
        yield _case(f"{name}-signature", "bad-checkpoint", replace(receipt, proof=text).encode())


def _text(proof: TlogProof) -> str:
    return proof.encode().decode("utf-8")


def _spoil(line: Any) -> Any:  # noqa: ANN401 (a signature line in, another out)
    return replace(line, signature=line.signature[:-1] + bytes((line.signature[-1] ^ 1,)))


def _malformed(world: World) -> Iterator[Case]:
    raw = world.receipt().encode()
    tree = json.loads(raw)
    changes: dict[str, Values] = {
        "version-2": {"version": 2},
        "unknown-key": {"note": "x"},
        "no-manifest": {"manifest": None},
        "salt-short": {"salt": "00"},
        "chain-null": {"chain": None},
        "event-empty": {"event": ""},
        "event-not-json": {"event": "AAAA"},
        "manifest-not-envelope": {"manifest": "AAAA"},
        "proof-empty": {"proof": ""},
        "timestamps-number": {"timestamps": [1]},
        "timestamps-null": {"timestamps": None},
    }
    for name, change in changes.items():
        yield _case(f"bad-{name}", "format", dumps({**tree, **change}))
    yield _case("bad-cut-short", "format", raw[:-1])
    yield _case("bad-space", "format", raw.replace(b",", b", ", 1))
    yield _case("bad-proof-header", "tlog-proof", dumps({**tree, "proof": tree["proof"].replace("@v1", "@v2")}))
    yield _case("bad-proof-extra", "tlog-proof", dumps({**tree, "proof": tree["proof"].replace("index", "extra A\nindex")}))
    yield _case("bad-proof-cut", "note", dumps({**tree, "proof": tree["proof"][:-1]}))


def _lines(world: World) -> Iterator[Case]:
    proof = world.proof()
    checkpoint = CheckpointLine(proof.checkpoint.encode().decode("utf-8"))
    line = ReceiptLine(
        row=1,
        reference="8741-26-0931",
        document_id=world.manifest.document_id,
        checkpoint=checkpoint.id,
        index=proof.index,
        path=tuple(Hash(one) for one in proof.path),
        event=world.event_bytes(),
        salt=Hash(seed("salt")),
        chain=world.chain,
        manifest=world.envelope(),
    )
    gone = DeletedLine(line.row, line.reference, line.document_id, line.index)
    written_lines = (("checkpoint", checkpoint.encode()), ("receipt", line.encode()), ("deleted", gone.encode()))
    for name, written in written_lines:
        yield Case(FOLDER, f"line-ok-{name}", "receipt-line", "ok", {"line": written.decode("utf-8")})
    trees = {name: json.loads(written) for name, written in written_lines}
    changes: dict[str, tuple[str, Values]] = {
        "checkpoint-id": ("checkpoint", {"id": "00" * 32}),
        "checkpoint-extra": ("checkpoint", {"row": 1}),
        "kind": ("receipt", {"kind": "other"}),
        "row-0": ("receipt", {"row": 0}),
        "deleted-row-0": ("deleted", {"row": 0}),
        "deleted-with-salt": ("deleted", {"salt": "00" * 32}),
        "path-text": ("receipt", {"path": "x"}),
        "path-item": ("receipt", {"path": ["00"]}),
        "path-null": ("receipt", {"path": [None]}),
        "path-long": ("receipt", {"path": ["00" * 32] * 64}),
        "reference-empty": ("receipt", {"reference": ""}),
    }
    for name, (kind, change) in changes.items():
        written = dumps({**trees[kind], **change})
        yield Case(FOLDER, f"line-bad-{name}", "receipt-line", "format", {"line": written.decode("utf-8")})


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    world = World(manifest())
    yield from _good(world)
    yield from _other_parts(world)
    yield from _other_events(world)
    yield from _log(world)
    yield from _malformed(world)
    yield from _lines(world)
