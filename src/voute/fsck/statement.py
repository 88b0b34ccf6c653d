"""The issuer's statement behind a pack: signed by a key of the trust root, about exactly these documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from voute.core.errors import FormatError, VouteError
from voute.format import dsse
from voute.format.pack import PackEntry, pack_leaf
from voute.format.pack_statement import PackStatement, parse_pack_statement
from voute.format.trust_root import TrustRoot
from voute.fsck.rebuild import WIDTH, Rebuilt
from voute.tlog.merkle import HASH_BYTES, leaf_hashes


@dataclass(frozen=True, slots=True)
class Statement:
    """A verified statement, its hash and its exact bytes."""

    said: PackStatement
    hash: bytes
    raw: bytes


def read_statement(root: TrustRoot, raw: bytes, pack: bytes) -> Statement:
    """Verify a statement about this pack.

    Raises:
        VouteError: it is none.
    """
    envelope = dsse.parse(raw)
    dsse.expect_kind(envelope, dsse.Kind.PACK)
    said = parse_pack_statement(envelope.payload)
    issuer = root.issuer(said.issuer)
    dsse.verify(envelope, dsse.Kind.PACK, () if issuer is None else [key.ed25519 for key in issuer.keys])
    if said.pack != pack or said.city != root.city:
        raise FormatError("a statement about another pack")
    return Statement(said, dsse.statement_hash(envelope.payload), raw)


def try_statement(root: TrustRoot, raw: bytes | None, pack: bytes) -> Statement | None:
    """Return a verified statement about this pack, or None."""
    try:
        return None if raw is None else read_statement(root, raw, pack)
    except VouteError:
        return None


def signs(said: PackStatement, entries: Sequence[PackEntry], manifests: Sequence[bytes]) -> bool:
    """Tell whether a statement is about exactly these documents."""
    pairs = zip(entries, manifests, strict=True)
    hashes = b"".join(leaf_hashes(pack_leaf(entry.document_id, manifest, entry.sha256) for entry, manifest in pairs))
    tree = Rebuilt()
    step = WIDTH * HASH_BYTES
    for at in range(0, len(hashes), step):
        tree.add(hashes[at : at + step])
    return said.count == len(entries) and tree.root() == said.root
