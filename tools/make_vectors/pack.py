"""Cases of `vectors/pack`: packs, their statement, sidecars, drafts."""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import replace

from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import CITY, DELIVERED, FINANCE, ISSUER_KEY
from tools.make_vectors.receipt import deliver, manifest
from tools.make_vectors.seeds import seed
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format.canonical import dumps
from voute.format.pack import FOOTER_SIZE, PackWriter
from voute.format.pack_statement import PackStatement
from voute.format.sidecar import (
    BoxKind,
    DraftRecord,
    Placement,
    Sidecar,
    SidecarRecord,
    deleted,
    encode_draft,
    encode_sidecar,
)

FOLDER = "pack"
IDS = tuple(DocumentId(seed(f"packed {n}", 16)) for n in range(3))
BODIES = (seed("body 0", 33), seed("body 1", 100), seed("body 2", 64))


def _pack() -> bytes:
    parts: list[bytes | memoryview] = []
    writer = PackWriter(parts.append)
    for document_id, body in zip(IDS, BODIES, strict=True):
        writer.add(document_id, body)
    writer.finish()
    return b"".join(parts)


def _assemble(bodies: bytes, entries: list[tuple[bytes, int, int, bytes]], **changes: bytes | int) -> bytes:
    """Write a pack by hand, with a footer that fits its index unless told otherwise."""
    index = b"".join(struct.pack(">16sQQ32s", *entry) for entry in entries)
    magic = changes.get("magic", b"VOUTEPK1")
    count, length = changes.get("count", len(entries)), changes.get("length", len(index))
    digest = changes.get("digest", hashlib.sha256(index).digest())
    return bodies + index + struct.pack(">8sQQ32s", magic, count, length, digest)


def _packs() -> Iterator[Case]:
    good = _pack()
    documents = [{"document_id": one.hex(), "body": body.hex()} for one, body in zip(IDS, BODIES, strict=True)]
    yield Case(FOLDER, "write-three", "pack-write", "ok", {"documents": documents}, {"pack": good.hex()})
    yield Case(FOLDER, "write-none", "pack-write", "format", {"documents": []})
    yield Case(FOLDER, "write-twice", "pack-write", "format", {"documents": [documents[0]] * 2})
    short = {**documents[0], "body": bytes(32).hex()}
    yield Case(FOLDER, "write-body-short", "pack-write", "format", {"documents": [short]})
    yield Case(FOLDER, "write-id-short", "pack-write", "format", {"documents": [{**documents[0], "document_id": "00"}]})
    yield Case(FOLDER, "read-three", "pack", "ok", {"pack": good.hex()})
    for name, raw in _bad_packs(good):
        yield Case(FOLDER, f"read-{name}", "pack", "format", {"pack": raw.hex()})


def _bad_packs(good: bytes) -> Iterator[tuple[str, bytes]]:
    bodies = b"".join(BODIES)
    digests = [hashlib.sha256(body).digest() for body in BODIES]
    a, b, c = (
        (IDS[0], 0, 33, digests[0]),
        (IDS[1], 33, 100, digests[1]),
        (IDS[2], 133, 64, digests[2]),
    )
    yield "empty", b""
    yield "footer-alone", good[-FOOTER_SIZE:]
    yield "cut-short", good[:-1]
    yield "byte-behind", good + b"\0"
    yield "magic", _assemble(bodies, [a, b, c], magic=b"VOUTEPK2")
    yield "count-0", _assemble(b"", [])
    yield "count-too-large", _assemble(bodies, [a, b, c], count=4)
    yield "count-too-small", _assemble(bodies, [a, b, c], count=2)
    yield "count-65537", _assemble(bodies, [a, b, c], count=65_537, length=65_537 * 64)
    yield "length-overflow", _assemble(bodies, [a, b, c], count=2**58, length=2**64 - 64)
    yield "index-longer-than-pack", _assemble(bodies, [a, b, c], count=100, length=6400)
    yield "index-hash", _assemble(bodies, [a, b, c], digest=bytes(32))
    yield "gap", _assemble(bodies, [a, (IDS[1], 34, 99, digests[1]), c])
    yield "overlap", _assemble(bodies, [a, (IDS[1], 32, 101, digests[1]), c])
    yield "not-from-0", _assemble(b"x" + bodies, [(IDS[0], 1, 33, digests[0]), (IDS[1], 34, 100, digests[1])])
    yield "not-in-order", _assemble(bodies, [b, a, c])
    yield "bytes-before-index", _assemble(bodies + b"x", [a, b, c])
    yield "beyond-index", _assemble(bodies[:-1], [a, b, c])
    yield "body-short", _assemble(bytes(65), [a, (IDS[1], 33, 32, digests[1])])
    yield "document-twice", _assemble(bodies, [a, (IDS[0], 33, 100, digests[1]), c])


def statement() -> PackStatement:
    """Give the statement of the vectors' pack."""
    pack = hashlib.sha256(_pack()).digest()
    delivery = DeliveryId(seed("delivery", 16))
    return PackStatement(CITY, FINANCE, delivery, Hash(pack), 3, Hash(seed("root")), DELIVERED)


def _statements() -> Iterator[Case]:
    payload = statement().encode()
    yield Case(FOLDER, "statement-ok", "pack-statement", "ok", {"payload": payload.decode()})
    tree = json.loads(payload)
    changes: dict[str, Values] = {
        "version-2": {"version": 2},
        "unknown-key": {"note": 1},
        "count-0": {"count": 0},
        "count-65537": {"count": 65_537},
        "delivery-id-long": {"delivery_id": "00" * 32},
        "root-null": {"root": None},
        "issuer": {"issuer": "Finances"},
        "time": {"time": "2026-02-01"},
    }
    for name, change in changes.items():
        raw = dumps({**tree, **change}).decode()
        yield Case(FOLDER, f"statement-{name}", "pack-statement", "format", {"payload": raw})
    documents = [
        {
            "document_id": one.hex(),
            "manifest_hash": seed(f"manifest {n}").hex(),
            "sealed_hash": hashlib.sha256(body).hexdigest(),
        }
        for n, (one, body) in enumerate(zip(IDS, BODIES, strict=True))
    ]
    yield Case(FOLDER, "root-one", "pack-root", "ok", {"documents": documents[:1]})
    yield Case(FOLDER, "root-three", "pack-root", "ok", {"documents": documents})
    yield Case(FOLDER, "root-hash-short", "pack-root", "format", {"documents": [{**documents[0], "sealed_hash": "00"}]})


def _placement(number: int, kind: BoxKind) -> Placement:
    token = bytes(32) if kind is BoxKind.VAULT else seed(f"token {number}")
    return Placement(
        document_id=IDS[number],
        header=seed(f"header {number}", 50),
        card=seed(f"card {number}", 60),
        box_id=Hash(seed(f"box {number}")),
        box_kind=kind,
        dedupe_id=Hash(seed(f"dedupe {number}")),
        content_id=Hash(seed(f"content {number}")),
        token_hash=Hash(token),
    )


def sidecar() -> Sidecar:
    """Give the sidecar of the vectors' pack."""
    event = deliver(manifest()).encode()
    claim = SidecarRecord(_placement(0, BoxKind.CLAIM), Hash(seed("salt 0")), event)
    vault = SidecarRecord(_placement(1, BoxKind.VAULT), Hash(seed("salt 1")), event)
    pack = Hash(hashlib.sha256(_pack()).digest())
    return Sidecar(pack, statement().sign(ISSUER_KEY), (claim, vault, deleted(IDS[2])))


def _rehash(raw: bytes) -> bytes:
    return raw + hashlib.sha256(raw).digest()


def _sidecars() -> Iterator[Case]:
    good = encode_sidecar(sidecar())
    body, whole = good[:-32], sidecar()
    yield Case(FOLDER, "sidecar-ok", "sidecar", "ok", {"sidecar": good.hex()}, {"sidecar": good.hex()})
    claim, vault, gone = whole.records
    placement = claim.placement
    bad = {
        "empty": b"",
        "hash": body + bytes(32),
        "cut-short": _rehash(body[:-1]),
        "bytes-behind": _rehash(body + b"\0"),
        "magic": _rehash(b"VOUTESC2" + body[8:]),
        "no-records": encode_sidecar(replace(whole, records=())),
        "document-twice": encode_sidecar(replace(whole, records=(claim, claim))),
        "no-header": encode_sidecar(replace(whole, records=(replace(claim, placement=replace(placement, header=b"")),))),
        "no-card": encode_sidecar(replace(whole, records=(replace(claim, placement=replace(placement, card=b"")),))),
        "deleted-with-salt": encode_sidecar(replace(whole, records=(replace(gone, salt=Hash(seed("x"))),))),
        "deleted-with-header": encode_sidecar(replace(whole, records=(replace(claim, event=b""),))),
        "vault-with-token": encode_sidecar(
            replace(
                whole,
                records=(replace(vault, placement=replace(vault.placement, token_hash=Hash(seed("x")))),),
            )
        ),
        "box-kind": _rehash(body.replace(seed("box 0") + b"\0", seed("box 0") + b"\2")),
        "card-long": encode_sidecar(replace(whole, records=(replace(claim, placement=replace(placement, card=bytes(65_569))),))),
        "event-long": encode_sidecar(replace(whole, records=(replace(claim, event=bytes(4097)),))),
    }
    for name, raw in bad.items():
        yield Case(FOLDER, f"sidecar-{name}", "sidecar", "format", {"sidecar": raw.hex()})


def _drafts() -> Iterator[Case]:
    records = [
        DraftRecord(_placement(0, BoxKind.CLAIM), Hash(seed("manifest 0"))),
        DraftRecord(_placement(1, BoxKind.VAULT), Hash(seed("manifest 1"))),
    ]
    envelope = statement().sign(ISSUER_KEY)
    good = encode_draft(envelope, records)
    yield Case(FOLDER, "draft-ok", "draft", "ok", {"draft": good.hex()}, {"draft": good.hex()})
    bare = replace(records[0], placement=replace(records[0].placement, header=b""))
    bad = {
        "empty": b"",
        "cut-short": good[:-1],
        "bytes-behind": good + b"\0",
        "no-records": encode_draft(envelope, []),
        "document-twice": encode_draft(envelope, [records[0], records[0]]),
        "no-header": encode_draft(envelope, [bare]),
        "statement-length": b"\xff\xff\xff\xff" + good[4:],
        "box-kind": good.replace(seed("box 0") + b"\0", seed("box 0") + b"\3"),
    }
    for name, raw in bad.items():
        yield Case(FOLDER, f"draft-{name}", "draft", "format", {"draft": raw.hex()})


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _packs()
    yield from _statements()
    yield from _sidecars()
    yield from _drafts()
