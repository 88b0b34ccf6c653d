"""Runners of the folder `index`."""

from base64 import b64decode
from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core.ids import ID_SIZE, DocumentId, VaultId, parse_hex, slug
from voute.format.canonical import loads
from voute.format.index_segments import encode_segment, parse_index_head, parse_segment
from voute.format.places import hash_places
from voute.format.vault_index import VaultIndex, parse_vault_index
from voute.seal.hybrid import HybridIdentity
from voute.seal.vault_index import open_vault_index


def _values(index: VaultIndex) -> Values:
    return {"number": index.number, "documents": len(index.documents), "written": loads(index.encode())}


def run_payload(values: Values) -> Values:
    """Read a payload and write it again."""
    return _values(parse_vault_index(values["payload"].encode("utf-8")))


def run_open(values: Values) -> Values:
    """Open a sealed index."""
    identities = [HybridIdentity(bytes.fromhex(one)) for one in values["identities"]]
    vault = VaultId(bytes.fromhex(values["vault_id"]))
    root_key = bytes.fromhex(values["root_key"])
    return _values(open_vault_index(b64decode(values["file"]), identities, root_key, slug(values["city"]), vault))


def run_head(values: Values) -> Values:
    """Read the head of an index in segments and write it again."""
    head = parse_index_head(values["payload"].encode("utf-8"))
    return {"number": head.number, "segments": len(head.segments), "written": loads(head.encode())}


def run_segment(values: Values) -> Values:
    """Read a segment and write it again."""
    documents = parse_segment(values["segment"].encode("utf-8"))
    return {"documents": len(documents), "written": loads(encode_segment(documents))}


def run_places(values: Values) -> Values:
    """Name a list of places."""
    rows = ((DocumentId(parse_hex(one["document_id"], ID_SIZE)), one["position"], one["opened"]) for one in values["places"])
    return {"sha256": hash_places(rows).hex()}


RUNNERS: Mapping[str, Runner] = {
    "vault-index": run_payload,
    "vault-index-open": run_open,
    "index-head": run_head,
    "index-segment": run_segment,
    "places-hash": run_places,
}
