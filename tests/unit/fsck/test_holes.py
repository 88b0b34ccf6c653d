"""Zeros in a pack: right where a destroyed document was, damage anywhere else."""

from tests.support.kept_city import KeptCity
from voute.app.pack_bytes import ranges_of
from voute.format.pack import PackEntry, read_index
from voute.format.sidecar import parse_sidecar


def pack_of(small: KeptCity) -> tuple[bytearray, tuple[PackEntry, ...], list[bool]]:
    path = small.file(f"packs/{small.pack.name.hex()}.pack")
    data = path.read_bytes()
    records = parse_sidecar(path.with_suffix(".side").read_bytes()).records
    entries = read_index(lambda at, length: data[at : at + length], len(data))
    return bytearray(data), entries, [one.is_deleted for one in records]


def damaged(small: KeptCity, at: int, data: bytes) -> set[str]:
    path = small.file(f"packs/{small.pack.name.hex()}.pack")
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + data + whole[at + len(data) :])
    return {one.code for one in small.fsck().findings}


def test_holes_of_a_destroyed_document_are_no_difference(small: KeptCity) -> None:
    data, entries, gone = pack_of(small)
    (hole,) = ranges_of(entries, [one.document_id for one, is_gone in zip(entries, gone, strict=True) if is_gone])
    assert set(data[hole[0] : sum(hole)]) == {0}
    assert small.fsck().findings == []


def test_holes_that_are_not_zeros_alone_are_damage(small: KeptCity) -> None:
    _, entries, gone = pack_of(small)
    dead = next(one for one, is_gone in zip(entries, gone, strict=True) if is_gone)
    assert damaged(small, dead.offset + 5, b"x") == {"pack-damaged"}


def test_holes_where_a_document_lives_are_damage(small: KeptCity) -> None:
    _, entries, gone = pack_of(small)
    alive = next(one for one, is_gone in zip(entries, gone, strict=True) if not is_gone)
    assert damaged(small, alive.offset, bytes(alive.length)) == {"body-differs"}
