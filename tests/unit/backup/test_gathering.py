"""Objects of a city that changes while they are copied: what is in the folder at the end is what was there in the instant."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from voute.backup.folder import BackupDamagedError, BackupFolder
from voute.backup.objects import FEW, ROUNDS, Gathering, read_known
from voute.core.ports_objects import StoredObject
from voute.seal.hybrid import HybridIdentity

KEY = HybridIdentity(b"\x09" * 32)


class Kept:
    """Objects in memory that something may happen to before each list."""

    def __init__(self, data: dict[str, bytes], before: Callable[["Kept", int], None] = lambda _kept, _round: None) -> None:
        self.data, self.before = dict(data), before
        self.version: dict[str, int] = {}
        self.rounds = 0
        self.reads: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        self.data[path] = data
        self.version[path] = self.version.get(path, 0) + 1

    def tag(self, path: str) -> str:
        return f"v{self.version.get(path, 0)}"

    def listed(self) -> Iterator[StoredObject]:
        self.before(self, self.rounds)
        self.rounds += 1
        return iter([StoredObject(path, len(data), self.tag(path)) for path, data in self.data.items()])

    def read(self, path: str) -> tuple[bytes, str] | None:
        self.reads.append(path)
        return (self.data[path], self.tag(path)) if path in self.data else None


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def gathering(kept: Kept, tmp_path: Path) -> Gathering:
    return Gathering(kept, BackupFolder(tmp_path / "backups"), KEY.recipient, tmp_path / "known", quiet)


def pack(number: int) -> tuple[str, bytes]:
    data = b"pack" + bytes([number])
    name = hashlib.sha256(data).hexdigest()
    return f"packs/{name[:2]}/{name}.pack", data


def held(one: Gathering, tmp_path: Path) -> dict[str, bytes]:
    folder = BackupFolder(tmp_path / "backups")
    return {file.path: b"".join(folder.open(file.digest, file.size, KEY)) for file in one.files}


FIRST = {"log/tile/0/000": b"a tile", "ledger/page/000": b"a page", **dict([pack(1)])}


def test_gathering_takes_what_is_there(tmp_path: Path) -> None:
    kept = Kept(FIRST)
    one = gathering(kept, tmp_path)
    one.gather()
    one.settle()
    assert held(one, tmp_path) == FIRST
    assert (sorted(kept.reads), one.added) == (sorted(FIRST), 3)


def test_gathering_has_in_the_instant_what_changed_meanwhile(tmp_path: Path) -> None:
    later, gone = pack(2), pack(1)[0]

    def happen(kept: Kept, number: int) -> None:
        if number == 1:
            kept.put("ledger/page/000", b"another page")
            kept.put(*later)
            del kept.data[gone]

    kept = Kept(FIRST, happen)
    one = gathering(kept, tmp_path)
    one.gather()
    one.settle()
    assert held(one, tmp_path) == kept.data == {"log/tile/0/000": b"a tile", "ledger/page/000": b"another page", **dict([later])}


def test_gathering_copies_again_until_little_is_left_and_not_for_ever(tmp_path: Path) -> None:
    def happen(kept: Kept, number: int) -> None:
        for name in range(FEW + 5):
            kept.put(f"ledger/page/{name:03}", f"{number} {name}".encode())

    kept = Kept({}, happen)
    one = gathering(kept, tmp_path)
    one.gather()
    assert kept.rounds == ROUNDS
    one.settle()
    assert held(one, tmp_path) == kept.data


def test_gathering_passes_over_what_goes_between_list_and_read(tmp_path: Path) -> None:
    class Fleeting(Kept):
        @override
        def read(self, path: str) -> tuple[bytes, str] | None:
            self.data.pop(pack(1)[0], None)
            return super().read(path)

    kept = Fleeting(FIRST)
    one = gathering(kept, tmp_path)
    one.gather()
    one.settle()
    assert held(one, tmp_path) == {path: data for path, data in FIRST.items() if path != pack(1)[0]}


def test_gathering_passes_over_what_no_list_may_name(tmp_path: Path) -> None:
    one = gathering(Kept({**FIRST, "log/.hidden": b"", "log//x": b"", "log/a\nb": b""}), tmp_path)
    one.gather()
    one.settle()
    assert held(one, tmp_path) == FIRST


def test_gathering_refuses_a_pack_that_is_not_its_name(tmp_path: Path) -> None:
    kept = Kept({pack(1)[0]: b"other bytes"})
    with pytest.raises(BackupDamagedError):
        gathering(kept, tmp_path).gather()


def test_gathering_reads_again_only_what_was_written_since(tmp_path: Path) -> None:
    kept = Kept(FIRST)
    first = gathering(kept, tmp_path)
    first.gather()
    first.settle()
    first.remember()
    kept.reads.clear()
    kept.put("ledger/page/000", b"another page")
    second = gathering(kept, tmp_path)
    second.gather()
    second.settle()
    assert (kept.reads, second.added) == (["ledger/page/000"], 1)
    assert held(second, tmp_path) == kept.data


def test_gathering_believes_what_it_knows_only_of_objects_that_are_there(tmp_path: Path) -> None:
    kept = Kept(FIRST)
    first = gathering(kept, tmp_path)
    first.gather()
    first.remember()
    for path in (tmp_path / "backups" / "objects").rglob("*.age"):
        path.unlink()
    second = gathering(kept, tmp_path)
    second.gather()
    assert held(second, tmp_path) == FIRST


@pytest.mark.parametrize("text", ["x\n", "00 1 t\tp\n", f"{'00' * 32} 1 t\t../p\n", f"{'00' * 32} 1 t\t/p\n", "\xff"])
def test_gathering_of_a_file_that_it_did_not_write_knows_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "known").write_text(text, "latin-1")
    assert read_known(tmp_path / "known") == {}
