"""Runs the cases of `vectors/pack` against the product, and those of events and acts in `vectors/receipt`."""

from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core.ids import DocumentId
from voute.format.act import parse_act
from voute.format.event import blind, chain_link, parse_event
from voute.format.pack import PackEntry, PackWriter, pack_leaf, read_index
from voute.format.pack_statement import parse_pack_statement
from voute.format.sidecar import Draft, Sidecar, encode_draft, encode_sidecar, parse_draft, parse_sidecar
from voute.tlog.merkle import leaf_hashes
from voute.tlog.tree import MemoryTree, root_of


def _entries(entries: tuple[PackEntry, ...]) -> Values:
    return {
        "entries": [
            {"document_id": one.document_id.hex(), "offset": one.offset, "length": one.length, "sha256": one.sha256.hex()}
            for one in entries
        ]
    }


def _read(given: Values) -> Values:
    raw = bytes.fromhex(given["pack"])
    return _entries(read_index(lambda offset, length: raw[offset : offset + length], len(raw)))


def _write(given: Values) -> Values:
    parts: list[bytes | memoryview] = []
    writer = PackWriter(parts.append)
    for one in given["documents"]:
        writer.add(DocumentId(bytes.fromhex(one["document_id"])), bytes.fromhex(one["body"]))
    summary = writer.finish()
    return {"pack": b"".join(parts).hex(), "sha256": summary.sha256.hex(), "size": summary.size}


def _root(given: Values) -> Values:
    leaves = [
        pack_leaf(*(bytes.fromhex(one[key]) for key in ("document_id", "manifest_hash", "sealed_hash")))
        for one in given["documents"]
    ]
    return {"root": root_of(len(leaves), MemoryTree(leaf_hashes(leaves))).hex()}


def _statement(given: Values) -> Values:
    statement = parse_pack_statement(given["payload"].encode("utf-8"))
    return {"payload": statement.encode().decode("utf-8"), "pack": statement.pack.hex(), "count": statement.count}


def _sidecar(given: Values) -> Values:
    sidecar: Sidecar = parse_sidecar(bytes.fromhex(given["sidecar"]))
    return {
        "pack": sidecar.pack.hex(),
        "documents": [one.placement.document_id.hex() for one in sidecar.records],
        "deleted": [one.is_deleted for one in sidecar.records],
        "sidecar": encode_sidecar(sidecar).hex(),
    }


def _draft(given: Values) -> Values:
    draft: Draft = parse_draft(bytes.fromhex(given["draft"]))
    return {
        "documents": [one.placement.document_id.hex() for one in draft.records],
        "draft": encode_draft(draft.statement, draft.records).hex(),
    }


def _event(given: Values) -> Values:
    event = parse_event(given["event"].encode("utf-8"))
    return {"type": event.type, "actor": event.actor, "event": event.encode().decode("utf-8")}


def _act(given: Values) -> Values:
    act = parse_act(given["payload"].encode("utf-8"))
    return {"type": act.type, "actor": act.actor, "payload": act.encode().decode("utf-8")}


def _entry(given: Values) -> Values:
    raw = [bytes.fromhex(given[key]) for key in ("salt", "chain", "event")]
    return {"entry": blind(*raw).hex()}


def _chain(given: Values) -> Values:
    link = chain_link(bytes.fromhex(given["chain_salt"]), given["number"], bytes.fromhex(given["previous"]))
    return {"chain": link.hex()}


RUNNERS: Mapping[str, Runner] = {
    "pack": _read,
    "pack-write": _write,
    "pack-root": _root,
    "pack-statement": _statement,
    "sidecar": _sidecar,
    "draft": _draft,
    "event": _event,
    "act": _act,
    "entry": _entry,
    "chain": _chain,
}
