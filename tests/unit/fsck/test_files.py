"""Every kind of file that a city keeps, damaged in every way: named at its place, restored to the byte where that is proven."""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.support.kept_city import KeptCity
from voute.format.pack import PackWriter


def alter(file: Path) -> None:
    """Change one byte, in base64 into another digit, so that text stays text."""
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle] = ord("B") if data[middle] == ord("A") else ord("A")
    file.write_bytes(data)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def lose(file: Path) -> None:
    file.unlink()


def spoil(file: Path) -> None:
    """Leave a file that is there and cannot be read: whoever does gets the system's own EIO."""
    file.unlink()
    file.symlink_to("/proc/self/mem")


DAMAGES: Final[tuple[Callable[[Path], None], ...]] = (alter, cut, lengthen, empty, lose)


def pack_of(kept: KeptCity, run: str) -> str:
    """The name of the one pack of a run."""
    with sqlite3.connect(kept.catalogue) as db:
        found = db.execute("SELECT hex(pack_hash) FROM packs JOIN deliveries USING (delivery_id) WHERE run = ?", (run,))
        return str(found.fetchone()[0]).lower()


# Kind of file → where it is.
KINDS: Final[dict[str, Callable[[KeptCity], str]]] = {
    "checkpoint": lambda _: "log/checkpoint",
    "tile": lambda _: "log/tile/0/000",
    "tile-edge": lambda kept: edge(kept, "0", -1),
    "tile-old": lambda kept: edge(kept, "0", 0),
    "tile-above": lambda _: "log/tile/1/000.p/1",
    "bundle": lambda _: "log/tile/entries/000",
    "bundle-edge": lambda kept: edge(kept, "entries", -1),
    "bundle-old": lambda kept: edge(kept, "entries", 0),
    "pack": lambda kept: f"packs/{kept.pack.name.hex()}.pack",
    "sidecar": lambda kept: f"packs/{pack_of(kept, 'run-3')}.side",
    "sidecar-many": lambda kept: f"packs/{pack_of(kept, 'run-2')}.side",
    "sidecar-claimed": lambda kept: f"packs/{kept.pack.name.hex()}.side",
    "draft-pack": lambda kept: f"packs/{pack_of(kept, 'run-draft')}.pack",
    "draft-sidecar": lambda kept: f"packs/{pack_of(kept, 'run-draft')}.side",
    "lock": lambda kept: "locks/" + next(one.name for one in kept.settings.locks_folder.glob("log-*")),
}


def edge(kept: KeptCity, level: str, which: int) -> str:
    """A partial tile at the right edge: the present one (−1), or one of a smaller tree that it replaced (0)."""
    folder = kept.settings.data / "log" / "tile" / level / "001.p"
    width = sorted(int(one.name) for one in folder.iterdir())[which]
    return f"log/tile/{level}/001.p/{width}"


def expected(kind: str, damage: Callable[[Path], None]) -> tuple[str | None, bool]:
    """The code that must come out, and whether the file is restored to the byte."""
    base = {"tile": "tile", "bundle": "bundle", "pack": "pack", "sidecar": "sidecar"}.get(kind.partition("-")[0])
    is_lost = damage is lose
    if kind == "checkpoint":
        return ("checkpoint-missing" if is_lost else "checkpoint-bad"), True
    if kind == "lock":
        return ("lock-missing" if is_lost else "lock-behind" if damage is alter else "lock-bad"), False
    if kind.startswith("draft"):
        lost = None if kind == "draft-pack" else "sidecar-missing"
        return (lost if is_lost else f"{kind.removeprefix('draft-')}-damaged"), False
    if kind.endswith("-old") and is_lost:
        return None, False
    return f"{base}-{'missing' if is_lost else 'damaged'}", kind not in {"pack", "sidecar-claimed"}


@pytest.mark.parametrize("kind", KINDS)
def test_files_damaged_are_named_and_restored_where_proven(kept: KeptCity, kind: str) -> None:
    where = KINDS[kind](kept)
    file = kept.file(where)
    whole = file.read_bytes()
    for damage in DAMAGES:
        damage(file)
        damaged = file.read_bytes() if file.exists() else None
        code, is_restored = expected(kind, damage)
        if damage is alter:
            kept.fsck()
            assert file.read_bytes() == damaged
        found = kept.fsck(repair=True).findings
        assert [(one.code, one.where) for one in found] == ([] if code is None else [(code, where)]), damage
        assert [one.is_mended for one in found] == [is_restored or kind == "sidecar-claimed"] * len(found), damage
        assert (file.exists() and file.read_bytes() == whole) == is_restored, damage
        file.write_bytes(whole)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.endswith("pack")])
def test_files_that_the_disk_cannot_read_are_named_like_damaged_ones(kept: KeptCity, kind: str) -> None:
    where = KINDS[kind](kept)
    file = kept.file(where)
    whole = file.read_bytes()
    spoil(file)
    code, is_restored = expected(kind, cut)
    assert [(one.code, one.where) for one in kept.fsck().findings] == [(code, where)]
    kept.fsck(repair=True)
    assert not file.is_symlink() if is_restored else file.is_symlink() or kind == "sidecar-claimed"
    assert not is_restored or file.read_bytes() == whole


def test_files_a_pack_with_a_sector_that_is_gone_is_named_with_what_is_lost(
    kept: KeptCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, pread, gone = kept.file(f"packs/{kept.pack.name.hex()}.pack"), os.pread, 0

    def read(descriptor: int, length: int, offset: int) -> bytes:
        if os.path.sameopenfile(descriptor, known) and offset <= gone < offset + length:
            raise OSError(errno.EIO, "Input/output error")
        return pread(descriptor, length, offset)

    with file.open("rb") as opened:
        known = opened.fileno()
        monkeypatch.setattr(os, "pread", read)
        (finding,) = kept.fsck().findings
        assert (finding.code, finding.where) == ("pack-damaged", f"packs/{file.name}")
        assert finding.facts == {"documents": 1, "detail": "read: Input/output error"}
        assert kept.fsck(quick=True).findings == []
        gone = file.stat().st_size - 1
        (finding,) = kept.fsck(quick=True).findings
        assert finding.code == "pack-damaged"


def test_files_sidecar_of_a_claimed_pack_is_made_anew_with_the_headers_of_the_vault(kept: KeptCity) -> None:
    file = kept.file(f"packs/{kept.pack.name.hex()}.side")
    lose(file)
    kept.fsck(repair=True)
    with sqlite3.connect(kept.catalogue) as db:
        rows = db.execute(
            "SELECT header, card FROM document_parts JOIN documents USING (event_id) WHERE pack_hash = ?", (kept.pack.name,)
        ).fetchall()
    data = file.read_bytes()
    assert len(rows) == 3
    assert all(header in data and card in data for header, card in rows)
    assert kept.fsck().findings == []


def test_files_swapped_sidecars_are_put_back(kept: KeptCity) -> None:
    files = [kept.file(f"packs/{pack_of(kept, name)}.side") for name in ("run-2", "run-3")]
    whole = [one.read_bytes() for one in files]
    for file, data in zip(files, reversed(whole), strict=True):
        file.write_bytes(data)
    assert sorted((one.code, one.where) for one in kept.fsck().findings) == sorted(
        ("sidecar-other", f"packs/{one.name}") for one in files
    )
    kept.fsck(repair=True)
    assert [one.read_bytes() for one in files] == whole


def test_files_swapped_packs_are_named(kept: KeptCity) -> None:
    files = [kept.file(f"packs/{pack_of(kept, name)}.pack") for name in ("run-2", "run-3")]
    whole = [one.read_bytes() for one in files]
    for file, data in zip(files, reversed(whole), strict=True):
        file.write_bytes(data)
    assert {one.code for one in kept.fsck().findings if one.where.endswith(".pack")} == {"pack-damaged"}
    kept.fsck(repair=True)
    assert [one.read_bytes() for one in files] == whole[::-1]


def test_files_damaged_bodies_are_counted(kept: KeptCity) -> None:
    file = kept.file(f"packs/{kept.pack.name.hex()}.pack")
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    (finding,) = kept.fsck().findings
    assert (finding.code, finding.facts["documents"]) == ("pack-damaged", 1)
    assert kept.fsck(quick=True).findings == []


def test_files_all_tiles_lost_are_rebuilt_from_the_entries(kept: KeptCity) -> None:
    tiles = [one for one in (kept.settings.data / "log" / "tile").rglob("*") if one.is_file() and "entries" not in one.parts]
    whole = {one: one.read_bytes() for one in tiles}
    now = {KINDS[kind](kept) for kind in ("tile", "tile-edge", "tile-above")}
    for one in tiles:
        one.unlink()
    assert {(one.code, one.where) for one in kept.fsck().findings} == {("tile-missing", where) for where in now}
    kept.fsck(repair=True)
    assert all(kept.file(where).read_bytes() == whole[kept.file(where)] for where in now)


def test_files_all_entries_lost_are_rebuilt_from_the_events(kept: KeptCity) -> None:
    where = [KINDS[kind](kept) for kind in ("bundle", "bundle-edge")]
    whole = [kept.file(one).read_bytes() for one in where]
    for one in (kept.settings.data / "log" / "tile" / "entries").rglob("*"):
        if one.is_file():
            one.unlink()
    assert [(one.code, one.where) for one in kept.fsck().findings] == [("bundle-missing", one) for one in where]
    kept.fsck(repair=True)
    assert [kept.file(one).read_bytes() for one in where] == whole


def test_files_the_whole_log_lost_is_rebuilt_from_the_events(kept: KeptCity) -> None:
    tiles = kept.settings.data / "log" / "tile"
    now = {KINDS[kind](kept) for kind in ("tile", "tile-edge", "tile-above", "bundle", "bundle-edge")}
    whole = {one: kept.file(one).read_bytes() for one in now}
    for one in tiles.rglob("*"):
        if one.is_file():
            one.unlink()
    kept.fsck(repair=True)
    assert {one: kept.file(one).read_bytes() for one in now} == whole
    assert kept.fsck().findings == []


def test_files_entries_of_destroyed_documents_are_never_made_up(small: KeptCity) -> None:
    """The salt is gone for good: a lost page of entries with such an event can only be restored from a copy."""
    folder = small.settings.data / "log" / "tile" / "entries"
    for one in folder.rglob("*"):
        if one.is_file():
            one.unlink()
    (finding,) = small.fsck(repair=True).findings
    assert (finding.code, finding.is_mended) == ("bundle-missing", False)


def test_files_a_log_that_leads_elsewhere_is_named_and_nothing_is_repaired(kept: KeptCity) -> None:
    """Entries, tiles and events changed alike: only the signed root tells, and then nothing can be proven."""
    with sqlite3.connect(kept.catalogue) as db:
        db.execute("UPDATE events SET salt = ? WHERE log_index = 5", (bytes(32),))
        db.execute("UPDATE chains SET n = n + 1 WHERE rowid = 1")
    for where in ("tile", "bundle"):
        alter(kept.file(KINDS[where](kept)))
    report = kept.fsck(repair=True)
    assert "root-differs" in {one.code for one in report.findings}
    assert not any(one.is_mended for one in report.findings)
    assert kept.fsck(repair=True).findings == report.findings


# ---------------------------------------------------------------- what is too many


def test_files_left_over_are_named_and_removed(kept: KeptCity) -> None:
    left = [
        kept.settings.data / "packs" / "ab" / ".new-0011223344556677",
        kept.settings.data / "log" / "tile" / ".new-8899aabbccddeeff",
        kept.settings.locks_folder / ".new-0123456789abcdef",
    ]
    for one in left:
        one.parent.mkdir(exist_ok=True)
        one.write_bytes(b"half of something")
    found = kept.fsck().findings
    assert [one.code for one in found] == ["temporary-left"] * 3
    assert all(one.is_leftover for one in found)
    assert kept.fsck().damage == ()
    kept.fsck(repair=True)
    assert not any(one.exists() for one in left)


def test_files_of_nobody_are_named_and_left_alone(kept: KeptCity) -> None:
    strays = [
        kept.settings.data / "packs" / "notes.txt",
        kept.settings.data / "packs" / "ab" / ("cd" * 32 + ".pack"),
        kept.settings.data / "log" / "index.html",
        kept.settings.locks_folder / "Copy of lock",
    ]
    for one in strays:
        one.parent.mkdir(exist_ok=True)
        one.write_bytes(b"mine")
    found = kept.fsck(repair=True).findings
    assert [one.code for one in found] == ["stray-file"] * 4
    assert all(one.exists() for one in strays)


@pytest.mark.parametrize(
    "path", ["tile/0/002", "tile/0/001.p/200", "tile/3/000", "tile/0/x000/000", "tile/notes", "staging/notes"]
)
def test_files_astray_in_the_log_are_named_and_left_alone(kept: KeptCity, path: str) -> None:
    file = kept.settings.data / "log" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"mine")
    assert [(one.code, one.where) for one in kept.fsck(repair=True).findings] == [("log-stray", f"log/{path}")]
    assert file.exists()


def small_pack() -> tuple[str, bytes]:
    pieces: list[bytes | memoryview] = []
    writer = PackWriter(pieces.append)
    writer.add(os.urandom(16), os.urandom(40))  # type: ignore[arg-type] # any 16 bytes are an id
    return writer.finish().sha256.hex(), b"".join(pieces)


def test_files_orphans_are_named_and_removed(kept: KeptCity) -> None:
    name, data = small_pack()
    pack = kept.file(f"packs/{name}.pack")
    side = kept.file(f"packs/{'ef' * 32}.side")
    for file, raw in ((pack, data), (side, b"nothing")):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(raw)
    found = {(one.code, one.where) for one in kept.fsck().findings}
    assert found == {("pack-orphan", f"packs/{name}.pack"), ("sidecar-orphan", f"packs/{'ef' * 32}.side")}
    kept.fsck(repair=True)
    assert not pack.exists()
    assert not side.exists()


def test_files_orphans_stay_while_anything_is_missing(kept: KeptCity) -> None:
    name, data = small_pack()
    pack = kept.file(f"packs/{name}.pack")
    pack.parent.mkdir(exist_ok=True)
    pack.write_bytes(data)
    with sqlite3.connect(kept.catalogue) as db:
        db.execute("DELETE FROM events WHERE type = 'claim'")
    kept.fsck(repair=True)
    assert pack.exists()
