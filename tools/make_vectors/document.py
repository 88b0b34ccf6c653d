"""Cases of `vectors/document`: manifests, and opening a document in six checks."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.make_vectors import holder
from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import ISSUER_KEY, OLD_ISSUER_KEY, PERMITS_KEY, trust_root
from tools.make_vectors.frozen import FROZEN
from tools.make_vectors.receipt import DOCUMENT, manifest
from tools.make_vectors.seeds import seed
from voute.core.ids import DocumentId, Hash, LookupId, Slug
from voute.format.age_header import from_raw_base64, to_raw_base64
from voute.format.canonical import dumps
from voute.format.dsse import Kind, SigningKey, sign
from voute.format.manifest import Manifest, ToClaim, ToVault
from voute.seal.agefile import FileKey, seal_header, seal_payload
from voute.seal.hybrid import HybridIdentity

FOLDER = "document"
FILE_KEY = seed("file key", 16)
Tree = dict[str, Any]
Change = Callable[[Tree], None]


def _payload(name: str, plaintext: bytes, key: bytes = FILE_KEY) -> bytes:
    mark = hashlib.sha256(key + plaintext).hexdigest()[:16]
    return FROZEN.get(f"payload/{name}/{mark}", lambda: seal_payload(FileKey(key), plaintext))


def _header(name: str, *to: HybridIdentity, key: bytes = FILE_KEY) -> bytes:
    return FROZEN.get(f"header/{name}", lambda: seal_header(FileKey(key), [one.recipient for one in to]))


@dataclass(frozen=True)
class Sealed:
    """A document as a server hands it over, and who opens it."""

    header: bytes
    card: bytes
    body: bytes | None
    identities: tuple[HybridIdentity, ...]
    holder: Values
    wanted: DocumentId | None

    def case(self, name: str, verdict: str, **changes: object) -> Case:
        """Make a case of it."""
        given: Values = {
            "header": b64encode(self.header).decode("ascii"),
            "card": b64encode(self.card).decode("ascii"),
            "body": None if self.body is None else b64encode(self.body).decode("ascii"),
            "identities": [one.seed.hex() for one in self.identities],
            "trust_root": trust_root().encode().decode("utf-8"),
            "holder": self.holder,
            "wanted": None if self.wanted is None else self.wanted.hex(),
        }
        return Case(FOLDER, name, "document-open", verdict, {**given, **changes})


NOBODY: Values = {"vault_id": None, "claims": [], "code": None}


def _claim_of(to: Manifest) -> Values:
    place = to.recipient
    lookup_id = place.lookup_id.hex() if isinstance(place, ToClaim) else ""
    slot, code_epoch = (place.slot, place.code_epoch) if isinstance(place, ToClaim) else (0, 0)
    return {
        "issuer": to.issuer,
        "party": to.party,
        "lookup_id": lookup_id,
        "slot": slot,
        "code_epoch": code_epoch,
    }


def _to_vault() -> Sealed:
    bill = replace(manifest(), recipient=ToVault(holder.vault_id()))
    return Sealed(
        header=_header("vault", holder.READING_1),
        card=_payload("card-vault", bill.sign(ISSUER_KEY)),
        body=_payload("body", DOCUMENT),
        identities=(holder.READING_1,),
        holder={**NOBODY, "vault_id": holder.vault_id().hex()},
        wanted=bill.document_id,
    )


def _to_claim() -> Sealed:
    bill = manifest()
    return Sealed(
        header=_header("claim", holder.CLAIM),
        card=_payload("card-claim", bill.sign(ISSUER_KEY)),
        body=_payload("body", DOCUMENT),
        identities=(holder.READING_1, holder.CLAIM),
        holder={"vault_id": holder.vault_id().hex(), "claims": [_claim_of(bill)], "code": None},
        wanted=bill.document_id,
    )


def _good() -> Iterator[Case]:
    vault, claim = _to_vault(), _to_claim()
    yield vault.case("ok-vault", "ok")
    yield vault.case("ok-card-alone", "ok", body=None)
    yield vault.case("ok-not-asked-for-by-id", "ok", wanted=None)
    second = (holder.READING_2.seed.hex(), holder.READING_1.seed.hex())
    yield vault.case("ok-older-epoch", "ok", identities=list(second))
    yield claim.case("ok-claim", "ok")
    code: Values = {**NOBODY, "code": holder.LOOKUP.hex()}
    yield claim.case("ok-code-in-hand", "ok", holder=code, identities=[holder.CLAIM.seed.hex()])
    rewrapped = replace(claim, header=_header("rewrapped", holder.READING_1))
    yield rewrapped.case("ok-rewrapped", "ok", identities=[holder.READING_1.seed.hex()])
    both = replace(vault, header=_header("both", holder.READING_2, holder.READING_1))
    yield both.case("ok-second-stanza", "ok")
    old = replace(vault, card=_card("old-key", _vault_manifest(), OLD_ISSUER_KEY))
    yield old.case("ok-older-key-is-the-receipts-matter", "ok")
    large = seed("large", 200_000)
    bill = replace(_vault_manifest(), sha256=Hash(hashlib.sha256(large).digest()), size=len(large))
    chunks = replace(vault, card=_card("large", bill), body=_payload("large", large))
    yield chunks.case("ok-four-chunks", "ok")


def _vault_manifest() -> Manifest:
    return replace(manifest(), recipient=ToVault(holder.vault_id()))


def _card(name: str, of: Manifest, key: SigningKey = ISSUER_KEY) -> bytes:
    return _payload(f"card-{name}", of.sign(key))


def _spoil(data: bytes, place: int = -1) -> bytes:
    at = place % len(data)
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def _low_order(header: bytes) -> bytes:
    """Give the first stanza a share whose X25519 part is zero: everyone derives the same secret."""
    start = header.index(b"mlkem768x25519 ") + 15
    end = header.index(b"\n", start)
    share = from_raw_base64(header[start:end])
    return header[:start] + to_raw_base64(share[:-32] + bytes(32)) + header[end:]


def _headers() -> Iterator[Case]:
    good = _to_vault()
    yield good.case("header-for-another", "not-for-this-key", identities=[holder.READING_2.seed.hex()])
    yield good.case("header-no-identities", "not-for-this-key", identities=[])
    bad = {
        "header-empty": b"",
        "header-cut-short": good.header[:-1],
        "header-more-behind": good.header + b"x",
        "header-crlf": good.header.replace(b"\n", b"\r\n", 1),
        "header-version-2": good.header.replace(b"/v1\n", b"/v2\n"),
        "header-share-of-low-order": _low_order(good.header),
        "header-other-stanza": good.header.replace(b"-> mlkem768x25519 ", b"-> X25519 "),
    }
    for name, header in bad.items():
        yield replace(good, header=header).case(name, "format")
    # The tag's last symbol but two: the base64 stays canonical, the MAC does not hold.
    changed = bytearray(good.header)
    changed[-10] = ord("A") if changed[-10] != ord("A") else ord("B")
    yield replace(good, header=bytes(changed)).case("header-mac", "verification")
    other = _header("other-file-key", holder.READING_1, key=seed("other key", 16))
    yield replace(good, header=other).case("header-of-another-document", "verification")


def _cards() -> Iterator[Case]:
    good, bill = _to_vault(), _vault_manifest()
    envelope = bill.sign(ISSUER_KEY)
    yield replace(good, card=_spoil(good.card)).case("card-changed", "verification")
    yield replace(good, card=good.card[:-1]).case("card-cut-short", "verification")
    yield replace(good, card=b"").case("card-empty", "format")
    yield replace(good, card=good.body or b"").case("card-is-the-body", "format")
    yield replace(good, card=_payload("card-no-envelope", b"{}")).case("card-no-envelope", "format")
    act = sign(Kind.ACT, bill.encode(), ISSUER_KEY)
    yield replace(good, card=_payload("card-act", act)).case("card-other-kind", "wrong-statement")
    no_manifest = sign(Kind.MANIFEST, b'{"version":1}', ISSUER_KEY)
    yield replace(good, card=_payload("card-no-manifest", no_manifest)).case("card-no-manifest", "format")
    stranger = _card("inconnu", replace(bill, issuer=Slug("inconnu")))
    yield replace(good, card=stranger).case("issuer-unknown", "unknown-issuer")
    by_stranger = _card("stranger", bill, SigningKey(seed("stranger")))
    yield replace(good, card=by_stranger).case("issuer-key-unknown", "unknown-key")
    by_permits = _card("permits", bill, PERMITS_KEY)
    yield replace(good, card=by_permits).case("issuer-key-of-another", "unknown-key")
    foreign = replace(bill, title="Autre").sign(ISSUER_KEY)
    mixed = envelope.split(b'"signatures"')[0] + b'"signatures"' + foreign.split(b'"signatures"')[1]
    yield replace(good, card=_payload("card-mixed", mixed)).case("issuer-signature", "bad-signature")


def _recipients() -> Iterator[Case]:
    good, claim, bill = _to_vault(), _to_claim(), manifest()
    there = _card("autre-ville", replace(_vault_manifest(), city=Slug("autre-ville")))
    yield replace(good, card=there).case("city-other", "wrong-city")
    yield good.case("document-other", "wrong-document", wanted=seed("x", 16).hex())
    elsewhere = {**NOBODY, "vault_id": seed("x").hex()}
    yield good.case("vault-other", "wrong-vault", holder=elsewhere)
    yield good.case("vault-none", "wrong-vault", holder={**NOBODY, "code": holder.LOOKUP.hex()})
    mine = _claim_of(bill)
    changes: dict[str, Values] = {
        "issuer": {"issuer": "permis"},
        "party": {"party": "T-004418"},
        "lookup-id": {"lookup_id": seed("x").hex()},
        "slot": {"slot": 1},
        "code-epoch": {"code_epoch": 2},
    }
    for name, change in changes.items():
        changed = {"vault_id": holder.vault_id().hex(), "claims": [{**mine, **change}], "code": None}
        yield claim.case(f"claim-other-{name}", "wrong-vault", holder=changed)
    nothing = {**NOBODY, "vault_id": holder.vault_id().hex()}
    yield claim.case("claim-none", "wrong-vault", holder=nothing)
    code = {**NOBODY, "code": seed("x").hex()}
    yield claim.case("code-other", "wrong-vault", holder=code)
    swapped = _card("lookup-x", replace(bill, recipient=ToClaim(LookupId(seed("x")), 0, 1)))
    yield replace(claim, card=swapped).case("claim-of-another-party-sealed-to-us", "wrong-vault")


def _bodies() -> Iterator[Case]:
    good = _to_vault()
    body = good.body or b""
    bad = {
        "changed": _spoil(body),
        "nonce-changed": _spoil(body, 0),
        "cut-short": body[:-1],
        "tag-alone": body[:32],
        "empty": b"",
        "more-behind": body + b"x",
        "of-another-document": _payload("other-body", DOCUMENT, seed("other key", 16)),
        "other-bytes-same-key": _payload("body-other", DOCUMENT.replace(b"bill", b"fine")),
        "longer-same-key": _payload("body-longer", DOCUMENT + b"\n"),
        "nothing-same-key": _payload("body-nothing", b""),
        "is-the-card": good.card,
    }
    for name, changed in bad.items():
        yield replace(good, body=changed).case(f"body-{name}", "body-mismatch")
    larger = replace(_vault_manifest(), size=len(DOCUMENT) + 1)
    yield replace(good, card=_card("larger", larger)).case("body-smaller-than-said", "body-mismatch")


def _set(*path: str | int, value: object) -> Change:
    def change(tree: Tree) -> None:
        at: Any = tree
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


def _drop(key: str) -> Change:
    def change(tree: Tree) -> None:
        del tree[key]

    return change


def _reverse_instalments(tree: Tree) -> None:
    tree["instalments"].reverse()


_GOOD: dict[str, Change] = {
    "as-is": _set("version", value=1),
    "to-vault": _set("recipient", value={"kind": "vault", "vault_id": "00" * 32}),
    "all-null": lambda tree: tree.update(
        dict.fromkeys(("due", "reply_by", "amount", "payment_reference", "action", "supersedes")), instalments=[]
    ),
    "reply": lambda tree: tree.update(action="reply", reply_by="2026-03-02"),
    "supersedes": _set("supersedes", value="00" * 16),
    "double-sensitive": lambda tree: tree.update(minimum_assurance="double", sensitive=True),
    "largest": _set("plaintext", "size", value=50 * 1024 * 1024),
    "same-day-instalments": _set("instalments", 1, "due", value="2026-03-02"),
}
_BAD: dict[str, Change] = {
    "version-2": _set("version", value=2),
    "missing-key": _drop("sensitive"),
    "unknown-key": _set("note", value="x"),
    "city": _set("city", value="Saint-Aurele"),
    "document-id-long": _set("document_id", value="00" * 32),
    "nonce-short": _set("nonce", value="00" * 16),
    "party-empty": _set("party", value=""),
    "party-long": _set("party", value="x" * 201),
    "title-long": _set("title", value="x" * 201),
    "title-override": _set("title", value="a\u202eb"),
    "title-not-nfc": _set("title", value="e\u0301"),
    "title-null": _set("title", value=None),
    "language": _set("language", value="de"),
    "media-type": _set("media_type", value="text/html"),
    "size-0": _set("plaintext", "size", value=0),
    "size-too-large": _set("plaintext", "size", value=50 * 1024 * 1024 + 1),
    "hash-upper-case": _set("plaintext", "sha256", value="AA" * 32),
    "due-time": _set("due", value="2026-03-02T00:00:00Z"),
    "due-empty": _set("due", value=""),
    "amount-negative": _set("amount", "cents", value=-1),
    "amount-number": _set("amount", value=100),
    "instalments-null": _set("instalments", value=None),
    "instalments-13": _set("instalments", value=[{"cents": 1, "currency": "CAD", "due": "2026-03-02"}] * 13),
    "instalments-not-sorted": _reverse_instalments,
    "instalment-without-day": _set("instalments", 0, value={"cents": 1, "currency": "CAD"}),
    "payment-reference-long": _set("payment_reference", value="1" * 65),
    "action": _set("action", value="sign"),
    "supersedes-number": _set("supersedes", value=1),
    "assurance": _set("minimum_assurance", value="triple"),
    "sensitive-1": _set("sensitive", value=1),
    "recipient-null": _set("recipient", value=None),
    "recipient-kind": _set("recipient", "kind", value="everyone"),
    "recipient-kind-null": _set("recipient", "kind", value=None),
    "recipient-both": _set("recipient", "vault_id", value="00" * 32),
    "recipient-slot-negative": _set("recipient", "slot", value=-1),
    "recipient-epoch-too-large": _set("recipient", "code_epoch", value=2**32),
}


def _manifests(name: str, verdict: str, change: Change) -> Case:
    tree = json.loads(manifest().encode())
    change(tree)
    return Case(FOLDER, f"manifest-{name}", "manifest", verdict, {"payload": dumps(tree).decode("utf-8")})


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    groups: Sequence[Callable[[], Iterator[Case]]] = (_good, _headers, _cards, _recipients, _bodies)
    for group in groups:
        yield from group()
    for name, change in _GOOD.items():
        yield _manifests(f"ok-{name}", "ok", change)
    for name, change in _BAD.items():
        yield _manifests(f"bad-{name}", "format", change)
    spaced = manifest().encode().decode("utf-8").replace(",", ", ", 1)
    yield Case(FOLDER, "manifest-bad-space", "manifest", "format", {"payload": spaced})
