"""Statements and what carries them: envelopes, payloads, keyrings, registries, receipts, archives."""

import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from struct import Struct

from tests.support.formats.format import Format, good
from tests.support.mutate import Mutator, as_bytes, as_json, as_lines
from tools.make_vectors import city, holder, pack, receipt
from tools.make_vectors import ledger as ledgers
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.core.ids import DocumentId, Slug, hash_of
from voute.format import archive, dsse, ledger, manifest, registry, release, sidecar, succession
from voute.format import pack as packs
from voute.format import receipt as receipts
from voute.format.act import parse_act
from voute.format.event import parse_event
from voute.format.index_segments import encode_segment, parse_index_head, parse_segment
from voute.format.issuer_auth import IssuerAuth, parse_issuer_auth
from voute.format.keyring import parse_keyring
from voute.format.pack_statement import parse_pack_statement
from voute.format.signed_manifest import read_signed
from voute.format.trust_root import TrustRoot, parse_trust_root
from voute.format.vault_index import parse_vault_index
from voute.format.vault_record import parse_vault_record

SHORT_PROOF = (
    "c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
    "\u2014 log.example AAAAAAA=\n"
)


def _envelope(raw: bytes) -> bytes:
    found = dsse.parse(raw)
    return (
        dsse.assemble(dsse.Kind(found.kind), found.payload, found.signatures) if found.kind in set(dsse.Kind) else _foreign(found)
    )


def _foreign(found: dsse.Envelope) -> bytes:
    """Write an envelope of a kind that is not ours: the parser takes it, who expects a kind refuses it."""
    known = dsse.assemble(dsse.Kind.ACT, found.payload, found.signatures)
    return known.replace(b"vnd.voute.act.v1", f"vnd.voute.{found.kind}.v1".encode(), 1)


def _envelopes() -> list[bytes]:
    found = [one["envelope"] for one in good("statements", "envelope")]
    return [bytes.fromhex(one) for one in found] + [signed_manifest()]


def signed_manifest() -> bytes:
    return receipt.manifest().sign(city.city_keys()[0])


def _signed(raw: bytes) -> bytes:
    parsed = read_signed(raw)
    return dsse.assemble(dsse.Kind.MANIFEST, parsed.manifest.encode(), parsed.envelope.signatures)


def _manifests() -> list[bytes]:
    return [one["payload"].encode() for one in good("document", "manifest")]


def _payloads(texts: Sequence[str]) -> list[bytes]:
    return [dsse.parse(one.encode()).payload for one in texts]


def _records() -> list[bytes]:
    return [payload for one in good("vault", "vault-records") for payload in _payloads(one["records"])]


def _small_root() -> TrustRoot:
    root = city.trust_root()
    return replace(root, logs=root.logs[:1], witnesses=root.witnesses[:1], quorum=1)


def _roots() -> list[bytes]:
    root = _small_root()
    return [city.trust_root().encode(), root.encode(), replace(root, witnesses=(), quorum=0, issuers=()).encode()]


def _keyrings() -> list[bytes]:
    return [one["plaintext"].encode() for one in good("vault", "keyring-text")]


def _receipts() -> list[bytes]:
    whole = [receipts.parse_receipt(one["receipt"].encode()) for one in good("receipt", "receipt")[:3]]
    short = [replace(one, proof=SHORT_PROOF) for one in whole]
    more = [replace(short[0], manifest=None), replace(short[0], timestamps=(b"token", bytes(40)))]
    return [one.encode() for one in (*short, *more)]


def _lines() -> list[bytes]:
    return [one["line"].encode() for one in good("receipt", "receipt-line")] + [receipts.CheckpointLine(SHORT_PROOF).encode()]


def _line(raw: bytes) -> bytes:
    written = receipts.parse_line(raw).encode()
    # A line is taken with or without its line end.
    return written if raw.endswith(b"\n") else written.removesuffix(b"\n")


def _registries() -> list[bytes]:
    return [dsse.parse(one["envelope"].encode()).payload for one in good("claim", "registry")]


def _issuer_auths() -> list[bytes]:
    return [IssuerAuth(Slug("laval"), Slug("finances"), seed("challenge"), "https://voute.example", city.ISSUED).encode()]


def _indexes() -> list[bytes]:
    ids = tuple(DocumentId(bytes((number,)) * 16) for number in (1, 2, 3))
    return [archive.ArchiveIndex(city.CITY, holder.vault_id(), city.ISSUED, ids[:count]).encode() for count in (0, 1, 3)]


def _records_files() -> list[bytes]:
    return [archive.encode_records((b"one", b"two")), archive.encode_records((seed("record", 90),))]


def archive_zip() -> bytes:
    """Write a small archive with everything that one may hold."""
    ids = tuple(DocumentId(bytes((number,)) * 16) for number in (1, 2))
    file = io.BytesIO()
    index = archive.ArchiveIndex(city.CITY, holder.vault_id(), city.ISSUED, ids)
    vault = {"trust-root.json": b"root", "vault-records.json": archive.encode_records((b"one",)), "keyring.age": b"keyring"}
    vault[archive.VAULT_INDEX] = b"index"
    documents = (archive.ArchivedDocument(one, b"header", b"card", b"body", b"receipt") for one in ids)
    archive.write_archive(file, index, vault, documents)
    return file.getvalue()


def _archive(raw: bytes) -> bytes:
    """Read all of an archive, and write what was read: a zip has many forms, so only refusals and contents are compared."""
    reader = archive.ArchiveReader(io.BytesIO(raw))
    vault = {"trust-root.json": reader.trust_root(), "keyring.age": reader.keyring()}
    vault["vault-records.json"] = archive.encode_records(reader.records())
    if (listed := reader.vault_index()) is not None:
        vault[archive.VAULT_INDEX] = listed
    documents = (
        archive.ArchivedDocument(one, b"", reader.card(one), reader.body(one), reader.receipt(one))
        for one in reader.index.documents
    )
    file = io.BytesIO()
    archive.write_archive(file, reader.index, vault, documents)
    return file.getvalue()


def _pack(raw: bytes) -> bytes:
    entries = packs.read_index(lambda offset, length: raw[offset : offset + length], len(raw))
    out = bytearray()
    writer = packs.PackWriter(out.extend)
    for one in entries:
        writer.add(one.document_id, raw[one.offset : one.offset + one.length], one.sha256)
    writer.finish()
    return bytes(out)


def _mend_pack(raw: bytes) -> bytes:
    """Give a pack the hash of its index, and sometimes its length."""
    if len(raw) < packs.FOOTER_SIZE:
        return raw
    length = int.from_bytes(raw[-packs.FOOTER_SIZE + 16 : -packs.FOOTER_SIZE + 24], "big")
    end = len(raw) - packs.FOOTER_SIZE
    index = raw[max(0, end - length) : end]
    return raw[:-32] + hash_of(_sha256(index))


def _sha256(data: bytes) -> bytes:
    return dsse.statement_hash(data)


def _mend_sidecar(raw: bytes) -> bytes:
    return raw[:-32] + _sha256(raw[:-32])


def _mend_ledger(raw: bytes) -> bytes:
    return ledgers.resealed(raw[:-66])


def _fields(name: str, kind: str) -> list[bytes]:
    return [bytes.fromhex(one[name]) for one in good("pack", kind)]


def _draft(raw: bytes) -> bytes:
    draft = sidecar.parse_draft(raw)
    return sidecar.encode_draft(draft.statement, draft.records)


def _small_sidecars() -> list[bytes]:
    whole = pack.sidecar()
    short = tuple(
        replace(one, placement=replace(one.placement, header=one.placement.header[:40], card=one.placement.card[:40]))
        for one in whole.records
    )
    gone = tuple(sidecar.deleted(one.placement.document_id) for one in whole.records)
    return [sidecar.encode_sidecar(replace(whole, records=records)) for records in (short, gone[:1], (*gone[:1], *short[1:]))]


def _release_manifests() -> list[bytes]:
    files = {path: release.ServedFile.of(path.encode()) for path in ("index.html", "assets/app-1.js", "a/b/c_d.css")}
    return [release.write_manifest(files), release.write_manifest({"x": files["index.html"]})]


def _releases() -> list[bytes]:
    return [release.Release(city.CITY, city.ISSUED, "0.1.0", hash_of(seed("release"))).encode()]


def as_envelope(mutator: Mutator, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change an envelope: its payload as JSON (behind base64), its signatures, its order, or its bytes."""
    chance = mutator.draw()
    if chance < 0.3 or not data.startswith(b'{"payload":"'):
        return as_bytes(mutator, data, others)
    return mutator.json(data) if chance < 0.9 else mutator.lines(data)


PLACE = Struct(">16sQB")


def _rows(*rows: tuple[int, int, int]) -> bytes:
    return b"".join(PLACE.pack(bytes((one,)) * 16, position, opened) for one, position, opened in rows)


def _places(raw: bytes) -> bytes:
    if len(raw) % PLACE.size:
        raise FormatError("a row is cut")
    rows = list(PLACE.iter_unpack(raw))
    positions = [2**53, *(position for _, position, _ in rows)]
    falling = all(after < before for before, after in pairwise(positions))
    if not falling or len({one for one, _, _ in rows}) < len(rows) or any(opened > 1 for _, _, opened in rows):
        raise FormatError("rows")
    return b"".join(PLACE.pack(*row) for row in rows)


STATEMENTS = (
    Format("envelope", _envelope, _envelopes, ("format.dsse.parse",), as_envelope),
    Format("signed-manifest", _signed, lambda: [signed_manifest()], ("format.signed_manifest.read_signed",), as_envelope),
    Format(
        "manifest", lambda raw: manifest.parse_manifest(raw).encode(), _manifests, ("format.manifest.parse_manifest",), as_json
    ),
    Format(
        "vault-record",
        lambda raw: parse_vault_record(raw).encode(),
        _records,
        ("format.vault_record.parse_vault_record",),
        as_json,
    ),
    Format(
        "event",
        lambda raw: parse_event(raw).encode(),
        lambda: [one["event"].encode() for one in good("receipt", "event")],
        ("format.event.parse_event", "format.subject.read_subject"),
        as_json,
    ),
    Format(
        "act",
        lambda raw: parse_act(raw).encode(),
        lambda: [one["payload"].encode() for one in good("receipt", "act")],
        ("format.act.parse_act",),
        as_json,
    ),
    Format("receipt", lambda raw: receipts.parse_receipt(raw).encode(), _receipts, ("format.receipt.parse_receipt",), as_json),
    Format("trust-root", lambda raw: parse_trust_root(raw).encode(), _roots, ("format.trust_root.parse_trust_root",), as_json),
    Format("keyring", lambda raw: parse_keyring(raw).encode(), _keyrings, ("format.keyring.parse_keyring",), as_lines),
    Format(
        "vault-index",
        lambda raw: parse_vault_index(raw).encode(),
        lambda: [one["payload"].encode() for one in good("index", "vault-index")],
        ("format.vault_index.parse_vault_index",),
        as_json,
    ),
    Format(
        "index-head",
        lambda raw: parse_index_head(raw).encode(),
        lambda: [one["payload"].encode() for one in good("index", "index-head")],
        ("format.index_segments.parse_index_head",),
        as_json,
    ),
    Format(
        "index-segment",
        lambda raw: encode_segment(parse_segment(raw)),
        lambda: [one["segment"].encode() for one in good("index", "index-segment")],
        ("format.index_segments.parse_segment",),
        as_json,
    ),
    # Kept by the page alone: the other reader of these rows is this one.
    Format("places", _places, lambda: [_rows((9, 2**53 - 1, 1), (1, 300, 0), (2, 0, 0)), _rows((1, 5, 1))], (), cases=20_000),
    Format("receipt-line", _line, _lines, ("format.receipt.parse_line",), as_json, twin=False),
    Format(
        "registry",
        lambda raw: registry.write_registry(registry.read_registry(raw)),
        _registries,
        ("format.registry.read_registry",),
        as_json,
        twin=False,
    ),
    Format(
        "issuer-auth",
        lambda raw: parse_issuer_auth(raw).encode(),
        _issuer_auths,
        ("format.issuer_auth.parse_issuer_auth",),
        as_json,
        twin=False,
    ),
    Format(
        "pack-statement",
        lambda raw: parse_pack_statement(raw).encode(),
        lambda: [one["payload"].encode() for one in good("pack", "pack-statement")],
        ("format.pack_statement.parse_pack_statement",),
        as_json,
        twin=False,
    ),
    Format(
        "pack",
        _pack,
        lambda: _fields("pack", "pack"),
        ("format.pack.read_index", "format.pack.parse_footer", "format.pack.parse_index"),
        twin=False,
        mend=_mend_pack,
    ),
    Format(
        "sidecar",
        lambda raw: sidecar.encode_sidecar(sidecar.parse_sidecar(raw)),
        _small_sidecars,
        ("format.sidecar.parse_sidecar",),
        twin=False,
        mend=_mend_sidecar,
    ),
    Format(
        "ledger-page",
        lambda raw: ledger.encode_page(ledger.parse_page(raw)),
        lambda: [ledger.encode_page(ledgers.page()), ledger.encode_page(replace(ledgers.page(), salts=(), rows={}))],
        ("format.ledger.parse_page",),
        twin=False,
        mend=_mend_ledger,
    ),
    Format(
        "ledger-vault",
        lambda raw: ledger.encode_vault(ledger.parse_vault(raw)),
        lambda: [ledger.encode_vault(ledgers.vault())],
        ("format.ledger.parse_vault",),
        twin=False,
        mend=_mend_ledger,
    ),
    Format(
        "ledger-index",
        lambda raw: ledger.encode_index(ledger.parse_index(raw)),
        lambda: [ledger.encode_index(ledgers.INDEX)],
        ("format.ledger.parse_index",),
        twin=False,
        mend=_mend_ledger,
    ),
    Format("draft", _draft, lambda: _fields("draft", "draft"), ("format.sidecar.parse_draft",), twin=False),
    Format(
        "archive-index",
        lambda raw: archive.parse_index(raw).encode(),
        _indexes,
        ("format.archive.parse_index",),
        as_json,
        twin=False,
    ),
    Format(
        "archive-records",
        lambda raw: archive.encode_records(archive.parse_records(raw)),
        _records_files,
        ("format.archive.parse_records",),
        as_json,
        twin=False,
    ),
    Format(
        "succession",
        lambda raw: succession.parse_succession(raw).encode(),
        lambda: [succession.Succession(city.LOG, "log-2", 12, hash_of(seed("root")), 40, city.ISSUED).encode()],
        ("format.succession.parse_succession",),
        as_json,
        twin=False,
    ),
    Format(
        "release-manifest",
        lambda raw: release.write_manifest(release.parse_manifest(raw)),
        _release_manifests,
        ("format.release.parse_manifest",),
        as_json,
        twin=False,
    ),
    Format(
        "release",
        lambda raw: release.parse_release(raw).encode(),
        _releases,
        ("format.release.parse_release",),
        as_json,
        twin=False,
    ),
    Format("archive", _archive, lambda: [archive_zip()], (), twin=False, exact=False, cases=20_000),
)
