"""A list of any length takes little of a department's memory: what is held of a row is counted, not the time nor the process."""

import base64
import errno
import gc
import os
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pikepdf
import pytest

from voute.client.choice import NO_VAULT, NOT_CHOSEN
from voute.client.disk import DISK
from voute.client.document_ids import DocumentIds
from voute.client.home import IssuerSettings, create_issuer_home
from voute.client.outbox import put_out
from voute.client.preflight import PdfFolder, check_table, stored_rows
from voute.client.registry_file import Book
from voute.client.spool import SealedRow, SentPack, SpoolWriter
from voute.client.stored import PIECE, Stored
from voute.client.table import TableReader
from voute.client.targets import Target, Targets
from voute.client.workers import on_all_cores
from voute.core.ids import DeliveryId, DocumentId, Hash, LookupId, VaultId, slug
from voute.core.values import MIN_TIME, unix_time
from voute.format.registry import Binding, Entry, EntryState
from voute.format.sidecar import BoxKind

FEW: Final = 500
MANY: Final = 2_000
ROOM: Final = 2 * PIECE
"""What two files may have gathered for their next write."""

ROW_BYTES: Final = 100
"""Of a row and its target: where they lie in their file, line, size, seed. As objects they took some 3,000."""
ENTRY_BYTES: Final = 600
"""Of a code in the registry, bound: a record of 235 and its reference, in a dict with room to grow. As objects some 1,400."""
SENT_BYTES: Final = 120
"""Of a sealed document: 32 in its pack, 24 in the outcome. As objects and texts some 900."""
ACT_BYTES: Final = 20
"""Of an act that waits for the city: where it ends in its file."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(tmp_path / "0.pdf")
    for number in range(1, MANY):
        os.link(tmp_path / "0.pdf", tmp_path / f"{number}.pdf")
    return tmp_path


def held(make: Callable[[int], object], count: int) -> int:
    """Count the bytes that Python still holds of what was made."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = make(count)
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
        assert kept is not None
        return size
    finally:
        tracemalloc.stop()


def grows_by(make: Callable[[int], object]) -> int:
    make(10)
    return held(make, MANY) - held(make, FEW)


def target_of(row_number: int) -> dict[str, object]:
    if row_number % 2:
        return {"box_kind": BoxKind.VAULT, "recipient": os.urandom(1_216), "claim_seed": None, "choice": NOT_CHOSEN}
    return {"box_kind": BoxKind.CLAIM, "recipient": None, "claim_seed": os.urandom(32), "choice": NO_VAULT}


def test_flat_rows_and_targets_lie_in_their_file(files: Path) -> None:
    def checked_and_matched(count: int) -> object:
        lines = [f"roll-{n:06};party-{n:06};Amélie Roy {n};{n}, rue Principale;{n}.pdf;Compte {n};tax-bill" for n in range(count)]
        data = ("\n".join(["reference;party;name;address;file;title;type", *lines]) + "\n").encode()
        rows = TableReader(data)
        assert rows.count() == count
        checked = check_table(rows, PdfFolder(files), ["tax-bill"], "run", into=stored_rows(files))
        assert (checked.findings, len(checked.rows)) == ((), count)
        targets = Targets(files)
        for number, row in enumerate(checked.rows):
            box = Hash(number.to_bytes(32, "big"))
            targets.append(Target(row=row, box_id=box, token_hash=box, code_epoch=1, **target_of(number)))  # type: ignore[arg-type]
        last = targets[count - 1]
        assert (last.row.reference, last.row.line) == (f"roll-{count - 1:06}", count + 1)
        return checked, targets

    assert grows_by(checked_and_matched) < ROW_BYTES * (MANY - FEW) + ROOM


def test_flat_codes_of_the_registry_take_their_bytes() -> None:
    def book_of(count: int) -> Book:
        book = Book(slug("city"), slug("finances"), 0, None)
        for number in range(count):
            name = number.to_bytes(32, "big")
            pins = Binding(VaultId(name), Hash(name[::-1]), Hash(name), unix_time(MIN_TIME))
            book.put(Entry(f"roll-{number:06}", f"party-{number:06}", 0, "2027", 1, EntryState.BOUND, LookupId(name), pins))
        return book

    assert grows_by(book_of) < ENTRY_BYTES * (MANY - FEW) + ROOM


def test_flat_what_was_sent_is_a_line_an_id_and_a_place(tmp_path: Path) -> None:
    def sent(count: int) -> tuple[list[SentPack], DocumentIds]:
        writer = SpoolWriter(tmp_path, DeliveryId(os.urandom(16)))
        nothing = Hash(bytes(32))
        packs = []
        for first in range(0, count, 200):
            numbers = range(first, min(first + 200, count))
            rows = [SealedRow(n + 2, DocumentId(os.urandom(16)), nothing, nothing, f"roll-{n}", b"m" * 1_000) for n in numbers]
            packs.append(writer.keep(nothing, 1, rows, b"draft"))
        writer.close()
        ids = DocumentIds(one for pack in packs for one in pack.documents())
        assert (len(ids), list(ids)) == (count, list(range(2, count + 2)))
        return packs, ids

    assert grows_by(sent) < SENT_BYTES * (MANY - FEW) + ROOM


def numbers(folder: Path) -> Stored[int]:
    """Numbers of which some hundreds fill a piece."""
    return Stored[int](folder, lambda one: one.to_bytes(1_000, "big"), lambda raw: int.from_bytes(raw, "big"))


def open_files(folder: Path) -> list[os.stat_result]:
    """What this process has open in a folder, by name or without one."""
    links = [one for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return [one.stat() for one in links if str(one.readlink()).startswith(f"{folder}/")]


def test_flat_list_reads_the_same_from_its_file_and_from_what_is_gathered(tmp_path: Path) -> None:
    stored = numbers(tmp_path)
    for count in (1, 261, 262, 263, 800):
        for one in range(len(stored), count):
            stored.append(one)
        assert (len(stored), list(stored), [stored[one] for one in range(count)]) == (
            count,
            list(range(count)),
            list(range(count)),
        )


def test_flat_list_lies_in_a_file_that_nobody_else_can_open_and_that_is_gone_with_it(tmp_path: Path) -> None:
    stored = numbers(tmp_path)
    for one in range(2 * PIECE // 1_000):
        stored.append(one)
    (opened,) = open_files(tmp_path)
    assert (stat.S_IMODE(opened.st_mode), opened.st_nlink, list(tmp_path.iterdir())) == (0o600, 0, [])
    assert opened.st_size > 0
    del stored
    gc.collect()
    assert open_files(tmp_path) == []


class _Refusing:
    """A disk that refuses one step."""

    def __init__(self, step: str, error: int) -> None:
        self.step, self.error = step, error

    def before(self, step: str, path: Path) -> None:
        if step == self.step:
            raise OSError(self.error, os.strerror(self.error), str(path))

    def after(self, step: str, path: Path) -> None:
        """Nothing."""


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("step", ["create", "unlink", "write"])
def test_flat_list_on_a_disk_that_refuses_ends_with_its_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: int
) -> None:
    stored = numbers(tmp_path)
    monkeypatch.setattr(DISK, "watch", _Refusing(step, error))
    with pytest.raises(OSError, match=os.strerror(error)) as caught:
        for one in range(2 * PIECE // 1_000):
            stored.append(one)
    assert caught.value.errno == error
    monkeypatch.undo()
    left = [one.stat().st_size for one in tmp_path.iterdir()]
    # Where even a name cannot be taken away it is that of an empty file, and the next run sweeps it.
    assert left == ([0] if step == "unlink" else [])
    DISK.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_flat_list_is_read_in_forked_processes_at_once(tmp_path: Path) -> None:
    """No process moves the place at which another reads or writes."""
    stored = numbers(tmp_path)
    count = 3 * PIECE // 1_000
    for one in range(count):
        stored.append(one)
    with on_all_cores(lambda one: stored[one], range(count), 2) as wait:
        for one in range(count, count + 600):
            stored.append(one)
        assert list(stored) == list(range(count + 600))
        assert wait() == list(range(count))


def test_flat_acts_that_wait_for_the_city_lie_in_files(tmp_path: Path) -> None:
    """Those of a first year, when every vault is new: the outbox is written and read an act at a time."""
    home = create_issuer_home(tmp_path, IssuerSettings(slug("city"), slug("finances"), "https://city.example", 0))
    act = bytes(range(256)) * 3

    def waits(count: int) -> Stored[bytes]:
        acts = Stored[bytes](home.folder, bytes, bytes)
        for _ in range(count):
            acts.append(act)
        put_out(home, acts)
        return acts

    assert grows_by(waits) < ACT_BYTES * (MANY - FEW) + ROOM
    lines = (home.folder / "outbox").read_bytes().split()
    # Those of every call wait, none instead of another.
    assert lines == [base64.b64encode(act)] * (10 + MANY + FEW)
