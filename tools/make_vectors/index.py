"""Cases of `vectors/index`: the payload of a vault's index, and the sealed, signed file (docs/spec/index-directory.md)."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from tools.make_vectors import holder
from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import CITY, FINANCE, ISSUED, city_keys
from tools.make_vectors.frozen import FROZEN
from tools.make_vectors.seeds import seed
from voute.core.ids import DocumentId, Hash, Slug, VaultId, hash_of
from voute.core.values import Money, UnixTime
from voute.format.canonical import dumps
from voute.format.dsse import Kind, SigningKey, sign
from voute.format.index_segments import MAX_HEAD, IndexHead, Segment, encode_segment, parse_segment, segmented
from voute.format.manifest import Instalment
from voute.format.vault_index import IndexEntry, Marks, Offer, VaultIndex
from voute.seal.agefile import seal_file
from voute.seal.hybrid import HybridIdentity
from voute.seal.vault_index import framed

FOLDER = "index"
Tree = dict[str, Any]


@cache
def entries() -> tuple[IndexEntry, ...]:
    """Give two documents: one with everything, one with nothing that may be left out."""
    full = IndexEntry(
        document_id=DocumentId(bytes((1,)) * 16),
        manifest_hash=Hash(seed("manifest 1")),
        file_key=seed("file key 1", 16),
        issuer_key=Hash(city_keys()[0].public),
        issuer=FINANCE,
        type=Slug("tax-bill"),
        title="Compte de taxes 2026 — été",
        language="fr",
        issued_at=ISSUED,
        size=184_320,
        due=date(2026, 3, 2),
        reply_by=date(2026, 4, 1),
        amount=Money(348_712),
        instalments=(Instalment(Money(174_356), date(2026, 3, 2)), Instalment(Money(174_356), date(2026, 6, 1))),
        payment_reference="4021 8837 112",
        action="pay",
        supersedes=DocumentId(bytes((9,)) * 16),
        sensitive=True,
        marks=Marks(handled=True, own_title="Taxes de la maison", folder="Maison", note="Payé chez Desjardins"),
    )
    bare = replace(
        full,
        document_id=DocumentId(bytes((2,)) * 16),
        due=None,
        reply_by=None,
        amount=None,
        instalments=(),
        payment_reference=None,
        action=None,
        supersedes=None,
        sensitive=False,
        marks=Marks(),
    )
    return full, bare


@cache
def index(number: int = 1) -> VaultIndex:
    """Give the holder's index."""
    previous = None if number == 1 else Hash(seed("previous index"))
    return VaultIndex(CITY, holder.vault_id(), number, previous, ISSUED, entries())


OFFERS = (Offer(FINANCE, Slug("tax-bill")), Offer(FINANCE, Slug("tax-receipt")))


def _offered() -> Iterator[Case]:
    """The second version: what the holder was offered, sorted by issuer, then type, each once."""
    with_offers = replace(index(), offered=OFFERS).encode().decode("utf-8")
    yield _payload("ok-offered", "ok", with_offers)
    offer = {"issuer": "finances", "type": "tax-bill"}
    # By parts, not by the joined text, where "-" stands before "/".
    apart = [{"issuer": "a", "type": "b"}, {"issuer": "a-b", "type": "a"}]
    yield _payload("ok-offered-by-parts", "ok", dumps({**json.loads(with_offers), "offered": apart}).decode("utf-8"))
    changes: dict[str, Tree] = {
        "offered-none": {"offered": []},
        "offered-version-1": {"version": 1},
        "offered-object": {"offered": {}},
        "offered-twice": {"offered": [offer, offer]},
        "offered-not-sorted": {"offered": apart[::-1]},
        "offered-no-slug": {"offered": [{**offer, "type": "Tax bill"}]},
        "offered-unknown-key": {"offered": [{**offer, "on": "2026-02-03"}]},
        "offered-missing-key": {"offered": [{"issuer": "finances"}]},
    }
    for name, change in changes.items():
        yield _payload(name, "format", dumps({**json.loads(with_offers), **change}).decode("utf-8"))


def _payload(name: str, verdict: str, payload: str) -> Case:
    return Case(FOLDER, f"payload-{name}", "vault-index", verdict, {"payload": payload})


def _payloads() -> Iterator[Case]:
    good = index().encode().decode("utf-8")
    yield _payload("ok", "ok", good)
    yield _payload("ok-next", "ok", index(2).encode().decode("utf-8"))
    yield _payload("ok-empty", "ok", replace(index(), documents=()).encode().decode("utf-8"))
    first: Tree = json.loads(good)["documents"][0]
    tops: dict[str, Tree] = {
        "version-2": {"version": 2},
        "number-0": {"number": 0},
        "previous-short": {"previous": "00" * 31},
        "unknown-key": {"note": "x"},
        "city-upper-case": {"city": "Laval"},
        "document-twice": {"documents": [first, first]},
        "not-sorted": {"documents": [{**first, "document_id": "ff" * 16}, first]},
        "documents-object": {"documents": {}},
    }
    for name, change in tops.items():
        yield _payload(name, "format", dumps({**json.loads(good), **change}).decode("utf-8"))
    inner: dict[str, Tree] = {
        "file-key-short": {"file_key": b64encode(bytes(15)).decode("ascii")},
        "file-key-long": {"file_key": b64encode(bytes(17)).decode("ascii")},
        "file-key-hex": {"file_key": "00" * 16},
        "issuer-key-short": {"issuer_key": "00" * 16},
        "title-empty": {"title": ""},
        "title-long": {"title": "é" * 201},
        "own-title-long": {"own_title": "é" * 201},
        "folder-long": {"folder": "é" * 101},
        "note-long": {"note": "é" * 501},
        "note-control": {"note": "a\nb"},
        "handled-number": {"handled": 1},
        "size-0": {"size": 0},
        "action-unknown": {"action": "keep"},
        "due-no-day": {"due": "2026-02-30"},
        "instalments-not-sorted": {"instalments": list(reversed(first["instalments"]))},
        "unknown-key-inside": {"card": ""},
    }
    for name, change in inner.items():
        tree = {**json.loads(good), "documents": [{**first, **change}]}
        yield _payload(name, "format", dumps(tree).decode("utf-8"))
    missing = {key: value for key, value in first.items() if key != "note"}
    yield _payload("missing-key", "format", dumps({**json.loads(good), "documents": [missing]}).decode("utf-8"))
    yield _payload("space", "format", good.replace(":", ": ", 1))
    yield _payload("empty", "format", "")


def sealed(name: str, envelope: bytes, to: HybridIdentity = holder.READING_1) -> bytes:
    """Seal an envelope, once; the name says which."""
    mark = hashlib.sha256(envelope).hexdigest()[:16]
    return FROZEN.get(f"index/{name}/{mark}", lambda: seal_file((to.recipient,), envelope))


def _open(name: str, verdict: str, file: bytes, **changes: object) -> Case:
    given: Values = {
        "file": b64encode(file).decode("ascii"),
        "identities": [holder.READING_2.seed.hex(), holder.READING_1.seed.hex()],
        "root_key": holder.ROOT.public.hex(),
        "city": CITY,
        "vault_id": holder.vault_id().hex(),
    }
    return Case(FOLDER, f"open-{name}", "vault-index-open", verdict, {**given, **changes})


def _signed(what: VaultIndex, key: SigningKey = holder.ROOT, kind: Kind = Kind.VAULT_INDEX) -> bytes:
    return sign(kind, what.encode(), key)


def _openings() -> Iterator[Case]:
    good = sealed("good", _signed(index()))
    yield _open("ok", "ok", good)
    yield _open("ok-new-epoch", "ok", sealed("second", _signed(index(2)), holder.READING_2))
    yield _open("not-for-this-key", "not-for-this-key", sealed("stranger", _signed(index()), HybridIdentity(seed("stranger"))))
    yield _open("payload-changed", "verification", good[:-1] + bytes((good[-1] ^ 1,)))
    yield _open("cut", "verification", good[:-20])
    yield _open("no-age-file", "format", b"not an age file")
    yield _open("no-envelope", "format", sealed("text", b"not an envelope"))
    yield _open("other-kind", "wrong-statement", sealed("act", _signed(index(), kind=Kind.ACT)))
    yield _open("signed-by-stranger", "unknown-key", sealed("forged", _signed(index(), SigningKey(seed("stranger")))))
    yield _open("root-key-of-another", "unknown-key", good, root_key=SigningKey(seed("other")).public.hex())
    moved = _signed(index()).split(b'"signatures"')[0] + b'"signatures"' + _signed(index(2)).split(b'"signatures"')[1]
    yield _open("signature-of-another", "bad-signature", sealed("moved", moved))
    wide = dumps({**json.loads(index().encode()), "extra": 1})
    yield _open("payload-not-ours", "format", sealed("wide", sign(Kind.VAULT_INDEX, wide, holder.ROOT)))
    yield _open("city-of-another", "wrong-city", sealed("city", _signed(replace(index(), city=Slug("autre-ville")))))
    yield _open("vault-of-another", "wrong-vault", sealed("vault", _signed(replace(index(), vault_id=VaultId(seed("x"))))))


def _heads() -> Iterator[Case]:
    """Version 3: what is signed."""
    head, _ = segmented(replace(index(), offered=OFFERS))
    good: Tree = json.loads(head.encode())
    (named,) = good["segments"]

    def case(name: str, verdict: str, **change: Any) -> Case:  # noqa: ANN401 -- a value of the JSON, good or not
        return Case(FOLDER, f"head-{name}", "index-head", verdict, {"payload": dumps({**good, **change}).decode("utf-8")})

    yield case("ok", "ok")
    yield case("ok-empty", "ok", segments=[], offered=[])
    yield case("ok-next", "ok", number=2, previous="00" * 32)
    yield case("ok-segments", "ok", segments=[named, {**named, "count": 200, "size": 131_072}])
    yield case("version-2", "format", version=2)
    yield case("number-0", "format", number=0)
    yield case("documents", "format", documents=[])
    yield case("segments-object", "format", segments={})
    yield case("segment-count-0", "format", segments=[{**named, "count": 0}])
    yield case("segment-size-0", "format", segments=[{**named, "size": 0}])
    yield case("segment-long", "format", segments=[{**named, "size": 131_073}])
    yield case("segment-hash-short", "format", segments=[{**named, "sha256": "00" * 31}])
    yield case("segment-unknown-key", "format", segments=[{**named, "key": ""}])
    yield case("documents-too-many", "format", segments=[{**named, "count": 10_001}] * 2)
    yield case("bytes-too-many", "format", segments=[{**named, "count": 1, "size": 131_072}] * 129)
    yield case("offered-twice", "format", offered=[good["offered"][0]] * 2)


def _segments() -> Iterator[Case]:
    """Version 3: documents newest first, what says nothing left out."""
    older = replace(entries()[0], document_id=DocumentId(bytes((3,)) * 16), issued_at=UnixTime(ISSUED - 1), type=Slug("permit"))
    good: Tree = json.loads(encode_segment((*entries(), older)))
    full, bare, last = good["documents"]
    permit, bill = good["sources"]

    def case(name: str, verdict: str, **change: Any) -> Case:  # noqa: ANN401 -- a value of the JSON, good or not
        return Case(FOLDER, f"segment-{name}", "index-segment", verdict, {"segment": dumps({**good, **change}).decode("utf-8")})

    def other(name: str, at: int, value: Any) -> Case:  # noqa: ANN401 -- the same
        changed = [*bare[:at], value, *bare[at + 1 :]]
        return case(name, "format", documents=[full, changed, last])

    def more(name: str, said: Tree, verdict: str = "format") -> Case:
        return case(name, verdict, documents=[full, [*bare[:-1], said], last])

    yield case("ok", "ok")
    yield case("ok-one", "ok", documents=[[*bare[:3], 0, *bare[4:]]], sources=[bill])
    yield more("ok-note", {"note": "Payé"}, "ok")
    yield case("empty", "format", documents=[], sources=[])
    yield case("older-first", "format", documents=[last, full, bare])
    yield case("same-instant-not-sorted", "format", documents=[bare, full, last])
    yield case("document-twice", "format", documents=[full, full, last])
    yield case("sources-not-sorted", "format", sources=[bill, permit])
    yield case("source-twice", "format", sources=[permit, permit])
    yield case("source-of-none", "format", documents=[full, bare])
    yield case("source-unknown", "format", documents=[full, bare, [*last[:3], 2, *last[4:]]])
    yield case("source-short", "format", sources=[permit[:2], bill])
    yield case("source-no-slug", "format", sources=[permit, [bill[0], "Tax bill", bill[2]]])
    yield case("row-short", "format", documents=[full, bare[:-1], last])
    yield case("row-long", "format", documents=[full, [*bare, {}], last])
    yield case("row-object", "format", documents=[full, {}, last])
    yield case("unknown-key", "format", note="")
    yield other("source-true", 3, value=True)
    yield other("source-below", 3, -1)
    yield other("file-key-short", 2, b64encode(bytes(15)).decode("ascii"))
    yield other("size-0", 6, 0)
    yield other("title-empty", 7, "")
    yield other("title-long", 7, "é" * 201)
    yield other("more-null", 8, None)
    nothing: Tree = {"due": None, "handled": False, "sensitive": False, "instalments": [], "note": None}
    for key, value in nothing.items():
        yield more(f"says-nothing-{key.replace('_', '-')}", {key: value})
    yield more("handled-number", {"handled": 1})
    yield more("handled-0", {"handled": 0})
    yield more("note-long", {"note": "é" * 501})
    yield more("unknown-key-inside", {"card": ""})
    yield more("size-inside", {"size": 1})
    yield more("instalments-not-sorted", {"instalments": list(reversed(full[8]["instalments"]))})


def _in_segments() -> Iterator[Case]:
    """Version 3: the whole file."""
    whole = replace(index(), offered=OFFERS)
    older = replace(entries()[1], document_id=DocumentId(bytes((3,)) * 16), issued_at=UnixTime(ISSUED - 1))
    head, (first,) = segmented(whole)
    second = encode_segment((older,))
    both = replace(head, segments=(*head.segments, _named(second)))

    def made(name: str, what: IndexHead, *parts: bytes, key: SigningKey = holder.ROOT) -> bytes:
        return sealed(f"segments-{name}", framed(sign(Kind.VAULT_INDEX, what.encode(), key), parts))

    good = made("good", both, first, second)
    yield _open("segments-ok", "ok", good)
    yield _open("segments-ok-empty", "ok", made("empty", replace(head, segments=())))
    yield _open("segments-changed", "verification", good[:-1] + bytes((good[-1] ^ 1,)))
    yield _open("segments-cut", "verification", good[:-20])
    yield _open("segments-other-order", "verification", made("order", both, second, first))
    yield _open("segments-older-first", "format", made("older", replace(both, segments=both.segments[::-1]), second, first))
    yield _open("segments-too-few", "verification", made("few", both, first))
    yield _open("segments-too-many", "format", made("many", head, first, second))
    foreign = encode_segment((replace(older, title="Menti"),))
    yield _open("segments-of-another", "verification", made("foreign", both, first, foreign))
    twice = encode_segment((replace(older, document_id=entries()[0].document_id),))
    named = replace(head, segments=(*head.segments, _named(twice)))
    yield _open("segments-document-twice", "format", made("twice", named, first, twice))
    counted = replace(head, segments=(replace(head.segments[0], count=3),))
    yield _open("segments-other-count", "format", made("count", counted, first))
    yield _open(
        "segments-signed-by-stranger", "unknown-key", made("forged", both, first, second, key=SigningKey(seed("stranger")))
    )
    yield _open("segments-city-of-another", "wrong-city", made("city", replace(both, city=Slug("autre-ville")), first, second))
    yield _open(
        "segments-vault-of-another", "wrong-vault", made("vault", replace(both, vault_id=VaultId(seed("x"))), first, second)
    )
    envelope = sign(Kind.VAULT_INDEX, both.encode(), holder.ROOT)
    yield _open("segments-head-alone", "verification", sealed("segments-alone", framed(envelope, ())))
    yield _open("segments-head-cut", "format", sealed("segments-head-cut", framed(envelope, ())[:-9]))
    yield _open("segments-no-head", "format", sealed("segments-no-head", bytes(3)))
    yield _open("segments-head-too-long", "format", sealed("segments-head-long", (MAX_HEAD + 1).to_bytes(4, "big") + envelope))
    yield _open("segments-head-of-version-1", "format", sealed("segments-v1", framed(_signed(index()), ())))
    yield _open("segments-head-as-whole", "format", sealed("segments-whole", envelope))


def _named(segment: bytes) -> Segment:
    return Segment(len(parse_segment(segment)), len(segment), hash_of(hashlib.sha256(segment).digest()))


def _places() -> Iterator[Case]:
    """Which documents there are, by the hash of the rows."""
    rows: list[Tree] = [
        {"document_id": f"{number:02x}" * 16, "position": position, "opened": opened}
        for number, position, opened in ((3, 2**53 - 1, False), (1, 258, True), (2, 1, False))
    ]
    packed = b"".join(
        bytes.fromhex(row["document_id"]) + row["position"].to_bytes(8, "big") + bytes((row["opened"],)) for row in rows
    )

    def case(name: str, places: list[Tree], data: bytes) -> Case:
        sha256 = hashlib.sha256(data).hexdigest()
        return Case(FOLDER, f"places-{name}", "places-hash", "ok", {"places": places}, {"sha256": sha256})

    yield case("none", [], b"")
    yield case("one", rows[1:2], packed[25:50])
    yield case("three", rows, packed)
    yield case("three-rising", rows[::-1], packed[50:] + packed[25:50] + packed[:25])


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _payloads()
    yield from _offered()
    yield from _openings()
    yield from _heads()
    yield from _segments()
    yield from _in_segments()
    yield from _places()
