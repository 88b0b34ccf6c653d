"""Lists, objects, pruning; what is cut, damaged or sealed to somebody else."""

import errno
import hashlib
import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from tools.make_vectors import pack
from voute.backup.folder import BackupBusyError, BackupDamagedError, BackupFolder, NoBackupError, read_pieces
from voute.backup.restore import NotEmptyError, prove, restore
from voute.backup.save import expired, save
from voute.backup.snapshot import MAX_PATH, Head, SavedFile, Snapshot, check_path, encode_objects, parse_objects
from voute.core.errors import FormatError, LimitError, NotForThisKeyError, StoreError, VouteError
from voute.core.ids import DocumentId, Hash
from voute.core.values import unix_time
from voute.format.pack import PackWriter, read_index
from voute.format.sidecar import Sidecar, deleted, encode_sidecar, parse_sidecar
from voute.seal.hybrid import HybridIdentity

KEY = HybridIdentity(b"\x07" * 32)
HEAD = Head(unix_time(1_790_000_000), "0.1.0", "0003", "log.example/1", 12, Hash(b"\x01" * 32))
FILES = {"trust-root.json": b"{}", "log/tile/0/000.p/12": b"\x02" * 384, "packs/aa/note": b"", "keys/log.json": b"secret"}


def quiet(_stage: str, _done: int, _total: int) -> None:
    pass


def city(folder: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def kept(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def backups(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups")


def back_up(backups: BackupFolder, frozen: Path, head: Head = HEAD) -> str:
    return save(frozen, head, backups, KEY.recipient, quiet).name


@pytest.fixture
def kept_pack(tmp_path: Path) -> tuple[Path, str]:
    """A frozen city of one pack with its sidecar."""
    parts: list[bytes | memoryview] = []
    writer = PackWriter(parts.append)
    bodies = {DocumentId(bytes([number]) * 16): os.urandom(5_000) for number in range(3)}
    for document, body in bodies.items():
        writer.add(document, body)
    name = writer.finish().sha256
    sidecar = pack.sidecar()
    first = sidecar.records[0]
    records = tuple(replace(first, placement=replace(first.placement, document_id=one)) for one in bodies)
    path = f"packs/{name.hex()[:2]}/{name.hex()}.pack"
    side = encode_sidecar(Sidecar(name, sidecar.statement, records))
    return city(tmp_path / "frozen", {path: b"".join(parts), path.replace(".pack", ".side"): side}), path


def restored(backups: BackupFolder, name: str, into: Path) -> dict[str, bytes]:
    restore(backups, name, KEY, into, quiet)
    return kept(into)


def test_backup_of_a_pack_with_holes_is_taken_as_it_is_and_damage_is_still_refused(
    backups: BackupFolder, kept_pack: tuple[Path, str], tmp_path: Path
) -> None:
    frozen, path = kept_pack
    whole = (frozen / path).read_bytes()
    assert restored(backups, back_up(backups, frozen), tmp_path / "one")[path] == whole
    later = BackupFolder(tmp_path / "later")
    entries = read_index(lambda at, length: whole[at : at + length], len(whole))
    holed = whole[: entries[1].offset] + bytes(entries[1].length) + whole[entries[2].offset :]
    (frozen / path).write_bytes(holed)
    with pytest.raises(BackupDamagedError):
        back_up(later, frozen)
    side = (frozen / path).with_suffix(".side")
    sidecar = parse_sidecar(side.read_bytes())
    records = tuple(deleted(one.placement.document_id) if n == 1 else one for n, one in enumerate(sidecar.records))
    side.write_bytes(encode_sidecar(Sidecar(sidecar.pack, sidecar.statement, records)))
    for number in range(2):
        assert restored(later, back_up(later, frozen, replace(HEAD, size=20 + number)), tmp_path / f"two {number}")[path] == holed
    (frozen / path).write_bytes(holed[:5] + bytes([holed[5] ^ 1]) + holed[6:])
    with pytest.raises(BackupDamagedError):
        back_up(later, frozen, replace(HEAD, size=30))


def test_backup_brings_back_what_was_there(backups: BackupFolder, tmp_path: Path) -> None:
    name = back_up(backups, city(tmp_path / "city", FILES))
    assert backups.latest() == name
    assert prove(backups, name, KEY, quiet).head == HEAD
    restore(backups, name, KEY, tmp_path / "back", quiet)
    assert kept(tmp_path / "back") == FILES
    assert b"secret" not in b"".join(kept(tmp_path / "backups").values())


def test_backup_writes_only_what_is_new(backups: BackupFolder, tmp_path: Path) -> None:
    frozen = city(tmp_path / "city", FILES)
    assert save(frozen, HEAD, backups, KEY.recipient, quiet).added == len(FILES)
    before = set((tmp_path / "backups" / "objects").rglob("*.age"))
    city(frozen, {"log/new": b"more"})
    assert save(frozen, HEAD, backups, KEY.recipient, quiet).added == 1
    assert before < set((tmp_path / "backups" / "objects").rglob("*.age"))


def test_backup_believes_a_pack_its_name_only_while_it_is_kept(backups: BackupFolder, tmp_path: Path) -> None:
    good = hashlib.sha256(b"pack").hexdigest()
    frozen = city(tmp_path / "city", {f"packs/{good[:2]}/{good}.pack": b"pack"})
    back_up(backups, frozen)
    damaged = city(tmp_path / "other", {f"packs/{good[:2]}/{'0' * 64}.pack": b"pack"})
    with pytest.raises(BackupDamagedError):
        back_up(backups, damaged)
    assert len(backups.names()) == 1
    assert not list((tmp_path / "backups").rglob(".new-*"))


def test_backup_restores_into_nothing_or_an_empty_folder_alone(backups: BackupFolder, tmp_path: Path) -> None:
    name = back_up(backups, city(tmp_path / "city", FILES))
    taken = city(tmp_path / "taken", {"mine": b"1"})
    with pytest.raises(NotEmptyError):
        restore(backups, name, KEY, taken, quiet)
    assert kept(taken) == {"mine": b"1"}
    with pytest.raises(NotEmptyError):
        restore(backups, name, KEY, taken / "mine", quiet)
    (tmp_path / "empty").mkdir()
    city(tmp_path / "empty.restoring", {"half": b"of a restore that was cut"})
    restore(backups, name, KEY, tmp_path / "empty", quiet)
    assert kept(tmp_path / "empty") == FILES


def test_backup_restores_through_a_link_and_into_the_folder_where_one_stands(
    backups: BackupFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = back_up(backups, city(tmp_path / "city", FILES))
    for folder in ("disk", "here"):
        (tmp_path / folder).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk", target_is_directory=True)
    restore(backups, name, KEY, tmp_path / "link", quiet)
    monkeypatch.chdir(tmp_path / "here")
    restore(backups, name, KEY, Path(), quiet)
    assert kept(tmp_path / "disk") == kept(tmp_path / "here") == FILES


def test_backup_of_another_key_opens_nothing(backups: BackupFolder, tmp_path: Path) -> None:
    name = back_up(backups, city(tmp_path / "city", FILES))
    with pytest.raises(NotForThisKeyError):
        restore(backups, name, HybridIdentity(b"\x08" * 32), tmp_path / "back", quiet)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("what", ["missing", "cut", "bit", "swapped", "longer"])
def test_backup_damaged_object_is_named_and_nothing_comes_back(backups: BackupFolder, tmp_path: Path, what: str) -> None:
    name = back_up(backups, city(tmp_path / "city", FILES))
    first, second = sorted((tmp_path / "backups" / "objects").rglob("*.age"))[:2]
    data = first.read_bytes()
    changed = {"cut": data[:-1], "bit": data[:-1] + bytes([data[-1] ^ 1]), "swapped": second.read_bytes(), "longer": data + b"x"}
    if what == "missing":
        first.unlink()
    else:
        first.write_bytes(changed[what])
    with pytest.raises(BackupDamagedError) as caught:
        prove(backups, name, KEY, quiet)
    assert caught.value.facts["path"] == str(first)
    with pytest.raises(BackupDamagedError):
        restore(backups, name, KEY, tmp_path / "back", quiet)
    assert not (tmp_path / "back").exists()


def test_backup_without_list_is_none(backups: BackupFolder, tmp_path: Path) -> None:
    with pytest.raises(NoBackupError):
        backups.latest()
    name = back_up(backups, city(tmp_path / "city", FILES))
    with pytest.raises(NoBackupError):
        backups.latest("20200101T000000Z-0123456789abcdef")
    path = tmp_path / "backups" / "snapshots" / f"{name}.age"
    path.write_bytes(b"not age")
    with pytest.raises(BackupDamagedError):
        prove(backups, name, KEY, quiet)
    path.unlink()
    assert backups.names() == []


def test_backup_forgets_old_ones_and_what_they_alone_needed(backups: BackupFolder, tmp_path: Path) -> None:
    old = back_up(backups, city(tmp_path / "old", {"both": b"1", "old": b"2"}))
    new = back_up(
        backups, city(tmp_path / "new", {"both": b"1", "new": b"3"}), replace(HEAD, taken_at=unix_time(HEAD.taken_at + 9))
    )
    assert backups.names() == [old, new]
    assert backups.forget([old]) == 1
    assert (backups.names(), backups.forget([])) == ([new], 0)
    restore(backups, new, KEY, tmp_path / "back", quiet)
    assert kept(tmp_path / "back") == {"both": b"1", "new": b"3"}


def test_backup_folder_has_one_writer(backups: BackupFolder, tmp_path: Path) -> None:
    """What one is about to name would look to the other's forgetting like what nobody needs."""
    with backups.alone():
        with pytest.raises(BackupBusyError), BackupFolder(tmp_path / "backups").alone():
            pass
        name = back_up(backups, city(tmp_path / "city", FILES))
    with backups.alone():
        assert backups.forget([]) == 0
    assert prove(backups, name, KEY, quiet).head == HEAD


def test_backup_expires_by_its_date_but_the_newest_never() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    names = [f"{now - timedelta(days=days):%Y%m%dT%H%M%SZ}-0123456789abcdef" for days in (90, 36, 35, 34)]
    assert expired(names, 35, now) == names[:2]
    assert expired(names[:1], 35, now) == []


def test_backup_source_that_shrinks_is_refused(backups: BackupFolder) -> None:
    with pytest.raises(StoreError):
        backups.add(read_pieces(io.BytesIO(b"ab"), 3), hashlib.sha256(b"abc").digest(), KEY.recipient)
    with pytest.raises(BackupDamagedError):
        backups.add(read_pieces(io.BytesIO(b"abd"), 3), hashlib.sha256(b"abc").digest(), KEY.recipient)


class BadSector(io.FileIO):
    """A file of which the disk gives the beginning alone."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(errno.EIO, "Input/output error")
        return super().read(1) or b""


def test_backup_source_that_the_disk_cannot_read_is_named(
    backups: BackupFolder, kept_pack: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen, path = kept_pack
    whole = Path.open

    def opened(self: Path, mode: str = "r") -> IO[Any]:
        return BadSector(self) if self == frozen / path else whole(self, mode)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(BackupDamagedError) as refused:
        back_up(backups, frozen)
    assert (refused.value.detail, refused.value.facts["path"]) == ("Input/output error", path)
    assert backups.names() == []


@pytest.mark.parametrize("what", ["objects", "snapshots"])
def test_backup_that_the_disk_cannot_read_is_named(backups: BackupFolder, tmp_path: Path, what: str) -> None:
    name = back_up(backups, city(tmp_path / "frozen", FILES))
    file = next((tmp_path / "backups" / what).rglob("*.age"))
    file.unlink()
    file.symlink_to("/proc/self/mem")
    with pytest.raises(BackupDamagedError) as refused:
        restored(backups, name, tmp_path / "new")
    assert refused.value.facts["path"] == str(file)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "path", ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.b", "a\nb", "a\x00", "é" * MAX_PATH, "a/" * 8 + "b"]
)
def test_backup_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(FormatError):
        check_path(path)


def test_backup_list_of_bounds() -> None:
    longest = "a" * MAX_PATH
    whole = Snapshot(HEAD, tuple(sorted(SavedFile(path, 0, bytes(32)) for path in (longest, "a/b/c/d/e/f/g/h", "Été 2026.pdf"))))
    assert Snapshot.parse(whole.encode()) == whole
    assert Snapshot.parse(Snapshot(HEAD, ()).encode()).files == ()


@pytest.mark.parametrize("limit", ["MAX_FILES", "MAX_LIST"])
def test_backup_list_that_could_not_be_read_again_is_never_written(
    backups: BackupFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    frozen = city(tmp_path / "frozen", FILES)
    name = back_up(backups, frozen)
    most = {"MAX_FILES": len(FILES), "MAX_LIST": len(backups.read_list(name, KEY).encode())}[limit]
    monkeypatch.setattr(f"voute.backup.snapshot.{limit}", most)
    restored(backups, back_up(backups, frozen), tmp_path / "new")
    names = backups.names()
    city(frozen, {"packs/one": b"more"})
    with pytest.raises(LimitError):
        back_up(backups, frozen)
    assert backups.names() == names


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.split(b"\n")[0],
        lambda data: data.replace(b" 1 b", b" 01 b"),
        lambda data: data.replace(b" 1 b", b" 1 ../b"),
        lambda data: data.replace(b" 1 b", b" 1 a"),
        lambda data: data.replace(b" 1 b", b" 1 A"),
        lambda data: data.replace(b" 1 b", b" 1  b"),
        lambda data: data.replace(b" 1 b", b" 1 \xff"),
        lambda data: data.replace(b'"version":1', b'"version":2'),
    ],
)
def test_backup_list_in_any_other_form_is_refused(change: object) -> None:
    data = Snapshot(HEAD, (SavedFile("a", 1, bytes(32)), SavedFile("b", 1, bytes(32)))).encode()
    changed = change(data)  # type: ignore[operator]
    assert changed != data
    with pytest.raises((FormatError, LimitError)):
        Snapshot.parse(changed)


@given(st.binary(max_size=300))
def test_backup_list_reads_nothing_foreign(data: bytes) -> None:
    for parse, again in ((Snapshot.parse, Snapshot.encode), (parse_objects, encode_objects)):
        try:
            found = parse(data)
        except VouteError:
            continue
        assert again(found) == data  # type: ignore[arg-type]
