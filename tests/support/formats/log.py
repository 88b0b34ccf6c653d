"""The log: notes, keys, checkpoints, proofs, bundles, batches, requests to a witness, and Merkle proofs of random trees."""

import struct
from base64 import b64decode
from collections.abc import Sequence

from tests.support.formats.format import Format, logged, text
from tests.support.mutate import Mutator, as_lines
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.tlog import merkle, tiles
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint, parse_decimal
from voute.tlog.note import Note, SignatureLine, VerifierKey, encode_signatures, parse_signatures
from voute.tlog.proof import TlogProof
from voute.tlog.staging import StagedBatch, parse_path
from voute.tlog.timestamp import Stamped
from voute.tlog.tree import MemoryTree, consistency_proof, inclusion_proof, subtree_consistency_proof, subtree_root
from voute.tlog.witness import AddCheckpoint

ORIGIN = "log.example/2026"
ROOT = seed("root")


def _line(name: str, size: int) -> SignatureLine:
    return SignatureLine(name, seed(f"id {name}", 4), seed(f"signature {name}", size))


def _note() -> Note:
    return Note(Checkpoint(ORIGIN, 300, ROOT).encode(), (_line(ORIGIN, 64), _line("witness.example", 90)))


def _notes() -> list[bytes]:
    return [_note().encode(), *(raw for one in logged("note", "note") if len(raw := b64decode(one)) < 2000)]


def _checkpoints() -> list[bytes]:
    heads = (Checkpoint(ORIGIN, size, ROOT) for size in (0, 1, 300, 2**53 - 1))
    return [Note(head.encode(), _note().signatures[: 1 + head.size % 2]).encode() for head in heads]


def _proofs() -> list[bytes]:
    paths = ((0, ()), (7, (seed("a"),)), (299, tuple(seed(f"path {n}") for n in range(9))))
    signed = SignedCheckpoint(Checkpoint(ORIGIN, 300, ROOT), _note())
    return [TlogProof(index, path, signed).encode() for index, path in paths]


def _vkeys() -> list[bytes]:
    return [one.encode() for one in logged("vkey", "vkey")]


def _signature_lines() -> list[bytes]:
    return [encode_signatures(_note().signatures).encode(), encode_signatures((_line("é\u3001", 5),)).encode()]


def _batch() -> list[bytes]:
    entries = (b"one", b"", seed("entry"))
    old, new = Checkpoint(ORIGIN, 5, seed("old")), Checkpoint(ORIGIN, 8, ROOT)
    return [StagedBatch(old, new, entries).encode(), StagedBatch(old, Checkpoint(ORIGIN, 5, ROOT), ()).encode()]


def _batch_path(raw: bytes) -> bytes:
    found = parse_path(text(raw))
    if found is None:
        raise FormatError("not a path")
    return f"staging/{found[0]}-{found[1]}-{found[2].hex()}".encode()


def _requests() -> list[bytes]:
    proofs = ((), (seed("a"), seed("b")))
    return [AddCheckpoint(size, proof, _note().encode()).encode() for size, proof in zip((0, 200), proofs, strict=True)]


def _tile_path(raw: bytes) -> bytes:
    level, index, width = struct.unpack(">BQH", raw) if len(raw) == 11 else (0, 0, 0)
    return tiles.tile_path(level, index, width).encode()


# ---- Merkle proofs: kind, three numbers, then hashes of 32 bytes (two that are claimed, the rest the proof)

_HEAD = struct.Struct(">BQQQ")
_trees: dict[int, MemoryTree] = {}
MAX_LEAVES = 300
TREES = 500
"""Cases a random tree is used for before the next one is drawn."""


def check_merkle(raw: bytes) -> bytes:
    """Verify the proof that the bytes are; gives them back when it holds."""
    if len(raw) < _HEAD.size or (len(raw) - _HEAD.size) % 32 or len(raw) < _HEAD.size + 64:
        raise FormatError("not a case")
    kind, a, b, c = _HEAD.unpack_from(raw)
    left, right, *proof = (raw[at : at + 32] for at in range(_HEAD.size, len(raw), 32))
    if kind == 0:
        merkle.verify_inclusion(a, b, left, proof, right)
    elif kind == 1:
        merkle.verify_consistency(a, b, left, right, proof)
    elif kind == 2:
        merkle.verify_subtree_inclusion(a, b, c, left, proof, right)
    elif kind == 3:
        merkle.verify_subtree_consistency(a, b, c, left, right, proof)
    else:
        raise FormatError("not a case")
    return raw


def _merkle(kind: int, numbers: tuple[int, int, int], hashes: Sequence[bytes]) -> bytes:
    return _HEAD.pack(kind, *(number % 2**64 for number in numbers)) + b"".join(hashes)


def _tree(mutator: Mutator) -> MemoryTree:
    """Give the mutator's tree: one of random leaves, drawn anew after `TREES` cases."""
    tree = _trees.get(id(mutator))
    if tree is None or mutator.draw() < 1 / TREES:
        _trees.clear()
        tree = _trees[id(mutator)] = MemoryTree()
        for _ in range(1 + mutator.below(MAX_LEAVES)):
            tree.append(mutator.below(2**53).to_bytes(8, "big") * 4)
    return tree


def random_proof(mutator: Mutator) -> bytes:
    """Draw a true proof of a random tree: inclusion, consistency, or either of a subtree."""
    tree = _tree(mutator)
    size = 1 + mutator.below(tree.size)
    kind = mutator.below(4)
    if kind == 0:
        index = mutator.below(size)
        hashes = (tree.node(0, index), subtree_root(0, size, tree), *inclusion_proof(index, size, tree))
        return _merkle(0, (index, size, 0), hashes)
    if kind == 1:
        first = 1 + mutator.below(size)
        roots = (subtree_root(0, first, tree), subtree_root(0, size, tree))
        return _merkle(1, (first, size, 0), (*roots, *consistency_proof(first, size, tree)))
    width = 1 << mutator.below(size.bit_length())
    start = mutator.below(size // width or 1) * width
    end = min(size, start + 1 + mutator.below(width))
    if kind == 2:
        return _merkle(
            2, (start, start, end), (tree.node(0, start), subtree_root(start, end, tree), *_first_leaf(tree, start, end))
        )
    proof = subtree_consistency_proof(start, end, size, tree)
    return _merkle(3, (start, end, size), (subtree_root(start, end, tree), subtree_root(0, size, tree), *proof))


def _first_leaf(tree: MemoryTree, start: int, end: int) -> tuple[bytes, ...]:
    """Prove that the first leaf of a subtree is in it: the roots of its right siblings, smallest first."""
    proof = []
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        proof.append(subtree_root(split, end, tree))
        end = split
    return tuple(reversed(proof))


def as_merkle(mutator: Mutator, data: bytes, others: Sequence[bytes]) -> bytes:
    """Draw a true proof and change a number, a hash, or the number of hashes; the old input is not looked at."""
    del data, others
    raw = random_proof(mutator)
    chance = mutator.draw()
    if chance < 0.3:
        return raw
    kind, *numbers = _HEAD.unpack_from(raw)
    hashes = [raw[at : at + 32] for at in range(_HEAD.size, len(raw), 32)]
    if chance < 0.6:
        at = mutator.below(3)
        numbers[at] = mutator.pick((numbers[at] + 1, max(0, numbers[at] - 1), 0, numbers[at] * 2, 2**53 - 1, 2**53, 2**64 - 1))
    elif chance < 0.8:
        at = mutator.below(len(hashes))
        changed = mutator.pick((hashes[at - 1], bytes(32), merkle.EMPTY_ROOT, mutator.raw(hashes[at])[:32].ljust(32, b"\0")))
        hashes[at] = changed
    elif chance < 0.9:
        at = mutator.below(len(hashes) + 1)
        hashes.insert(at, hashes[at - 1])
    else:
        del hashes[mutator.below(len(hashes))]
    return _merkle(kind if mutator.draw() < 0.95 else mutator.below(5), (numbers[0], numbers[1], numbers[2]), hashes)


LOG = (
    Format(
        "note", lambda raw: Note.parse(raw).encode(), _notes, ("tlog.note.Note.parse", "tlog.note.SignatureLine.parse"), as_lines
    ),
    Format(
        "vkey", lambda raw: VerifierKey.parse(text(raw)).encode().encode(), _vkeys, ("tlog.note.VerifierKey.parse",), as_lines
    ),
    Format(
        "checkpoint",
        lambda raw: SignedCheckpoint.parse(raw).encode(),
        _checkpoints,
        ("tlog.checkpoint.SignedCheckpoint.parse", "tlog.checkpoint.Checkpoint.parse"),
        as_lines,
    ),
    Format("tlog-proof", lambda raw: TlogProof.parse(raw).encode(), _proofs, ("tlog.proof.TlogProof.parse",), as_lines),
    Format(
        "decimal",
        lambda raw: str(parse_decimal(text(raw))).encode(),
        lambda: [b"0", b"1", b"300", b"9007199254740991"],
        ("tlog.checkpoint.parse_decimal",),
        as_lines,
    ),
    Format("merkle-proof", check_merkle, lambda: [random_proof(Mutator(1)), random_proof(Mutator(2))], (), as_merkle),
    Format(
        "signature-lines",
        lambda raw: encode_signatures(parse_signatures(text(raw))).encode(),
        _signature_lines,
        ("tlog.note.parse_signatures",),
        as_lines,
        twin=False,
    ),
    Format(
        "staged-batch",
        lambda raw: StagedBatch.parse(raw).encode(),
        _batch,
        ("tlog.staging.StagedBatch.parse",),
        as_lines,
        twin=False,
    ),
    Format(
        "staged-path",
        _batch_path,
        lambda: [f"staging/5-8-{ROOT.hex()}".encode()],
        ("tlog.staging.parse_path",),
        as_lines,
        twin=False,
        exact=False,
    ),
    Format(
        "stamped-checkpoint",
        lambda raw: Stamped.parse(raw).encode(),
        lambda: [Stamped(seed("answer"), SignedCheckpoint.parse(one)).encode() for one in _checkpoints()],
        ("tlog.timestamp.Stamped.parse",),
        as_lines,
        twin=False,
    ),
    Format(
        "entry-bundle",
        lambda raw: tiles.encode_bundle(tiles.decode_bundle(raw)),
        lambda: [tiles.encode_bundle((b"", b"one", seed("entry"), seed("long", 300)))],
        ("tlog.tiles.decode_bundle",),
        twin=False,
    ),
    Format(
        "add-checkpoint",
        lambda raw: AddCheckpoint.parse(raw).encode(),
        _requests,
        ("tlog.witness.AddCheckpoint.parse",),
        as_lines,
        twin=False,
    ),
)
