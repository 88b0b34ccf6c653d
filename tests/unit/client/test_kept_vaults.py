"""Kept vaults: what was proven comes back by its head alone; what is missing, torn or changed is as if it had never been kept."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voute.client.disk import DISK, Watch
from voute.client.kept_vaults import FILE_NAME, ROW_SIZE, KeptVault, KeptVaults, kept_key
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.values import unix_time
from voute.format.registry import Binding, Entry, EntryState

KEY = kept_key(bytes(32), Slug("city"), Slug("finances"))


def code(head: bytes, number: int = 0) -> Entry:
    names = [Hash(os.urandom(32)) for _ in range(3)]
    pin = Binding(VaultId(names[0]), Hash(head), names[1], unix_time(1_700_000_000))
    return Entry(f"roll-{number}", "party", 0, "run", 1, EntryState.BOUND, LookupId(names[2]), pin)


def some(count: int) -> dict[Entry, KeptVault]:
    return {code(os.urandom(32), number): KeptVault(os.urandom(32), os.urandom(1_216)) for number in range(count)}


def keep(folder: Path, vaults: dict[Entry, KeptVault], codes: int = 10) -> None:
    kept = KeptVaults(folder, KEY, codes)
    for entry, vault in vaults.items():
        kept.put(entry, vault)
    kept.close()


def found(folder: Path, vaults: dict[Entry, KeptVault], codes: int = 10, key: bytes = KEY) -> list[KeptVault | None]:
    kept = KeptVaults(folder, key, codes)
    try:
        return [kept.get(entry) for entry in vaults]
    finally:
        kept.close()


def test_kept_vaults_come_back_by_their_head(tmp_path: Path) -> None:
    first, second = some(1_700), some(3)
    keep(tmp_path, first, 2_000)
    keep(tmp_path, second, 2_000)
    assert found(tmp_path, first | second, 2_000) == [*first.values(), *second.values()]
    assert found(tmp_path, some(2), 2_000) == [None, None]
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_kept_vaults_heads_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    alike = {code(b"begin" + bytes([number]) * 27): vault for number, vault in enumerate(some(5).values())}
    keep(tmp_path, alike)
    assert found(tmp_path, alike) == list(alike.values())
    assert found(tmp_path, {code(b"begin" + b"x" * 27): KeptVault(b"", b"")}) == [None]


@pytest.mark.parametrize("at", [0, 31, 32, 63, 64, 1_279, 1_280, ROW_SIZE - 1])
def test_kept_vaults_a_row_that_was_changed_counts_for_nothing(tmp_path: Path, at: int) -> None:
    vaults = some(2)
    keep(tmp_path, vaults)
    path = tmp_path / FILE_NAME
    raw = bytearray(path.read_bytes())
    raw[ROW_SIZE + at] ^= 1
    path.write_bytes(raw)
    first, second = vaults.values()
    assert found(tmp_path, vaults) == [first, None]
    # What is proven again is found again, behind the row that does not hold.
    keep(tmp_path, dict(list(vaults.items())[1:]))
    assert found(tmp_path, vaults) == [first, second]


def test_kept_vaults_of_another_department_or_secret_count_for_nothing(tmp_path: Path) -> None:
    vaults = some(1)
    keep(tmp_path, vaults)
    for other in (kept_key(bytes(32), Slug("city"), Slug("parking")), kept_key(b"x" * 32, Slug("city"), Slug("finances"))):
        assert found(tmp_path, vaults, key=other) == [None]


@pytest.mark.parametrize("left", [0, 1, ROW_SIZE - 1, ROW_SIZE, ROW_SIZE + 700])
def test_kept_vaults_a_torn_row_is_cut_off(tmp_path: Path, left: int) -> None:
    vaults, more = some(2), some(1)
    keep(tmp_path, vaults)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:left])
    whole = left // ROW_SIZE
    assert found(tmp_path, vaults) == [*list(vaults.values())[:whole], *[None] * (2 - whole)]
    keep(tmp_path, more)
    assert path.stat().st_size == (whole + 1) * ROW_SIZE
    assert found(tmp_path, more) == list(more.values())


def test_kept_vaults_are_begun_anew_when_most_of_them_are_old(tmp_path: Path) -> None:
    keep(tmp_path, some(1_021))
    assert found(tmp_path, some(1), codes=11) == [None]
    assert (tmp_path / FILE_NAME).stat().st_size == 1_021 * ROW_SIZE
    vaults = some(2)
    keep(tmp_path, vaults)
    assert (tmp_path / FILE_NAME).stat().st_size == 2 * ROW_SIZE
    assert found(tmp_path, vaults) == list(vaults.values())


def test_kept_vaults_a_disk_that_is_full_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def before(self, step: str, _path: Path) -> None:
            if step == "write":
                raise OSError(28, "no space left on device")

        def after(self, _step: str, _path: Path) -> None: ...

    first, second = some(1), some(1)
    keep(tmp_path, first)
    watch: Watch = Full()
    monkeypatch.setattr(DISK, "watch", watch)
    keep(tmp_path, second)
    assert found(tmp_path, first | second) == [*first.values(), None]


def test_kept_vaults_one_behind_many_rows_is_kept_once(tmp_path: Path) -> None:
    """Else a list with several documents a code would outgrow the file, which would be begun anew by each run."""
    vaults = some(2)
    kept = KeptVaults(tmp_path, KEY, 1)
    for _ in range(2_000):
        for entry, vault in vaults.items():
            kept.put(entry, vault)
    kept.close()
    assert (tmp_path / FILE_NAME).stat().st_size == 2 * ROW_SIZE
    assert found(tmp_path, vaults) == list(vaults.values())


def test_kept_vaults_what_is_there_and_cannot_be_read_is_as_if_nothing_were(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    for number in range(200):
        (tmp_path / FILE_NAME / f"so that a folder has the size of a row {number}").touch()
    vaults = some(1)
    keep(tmp_path, vaults)
    assert found(tmp_path, vaults) == [None]


def test_kept_vaults_of_another_code_or_pin_count_for_nothing(tmp_path: Path) -> None:
    ((entry, vault),) = some(1).items()
    keep(tmp_path, {entry: vault})
    assert entry.binding is not None
    name = Hash(os.urandom(32))
    pins: list[dict[str, Any]] = [
        {"vault_id": VaultId(name)},
        {"record_head": name},
        {"bind": name},
        {"bound_at": unix_time(1_700_000_001)},
    ]
    codes: list[dict[str, Any]] = [
        {"reference": "r"},
        {"party": "p"},
        {"slot": 1},
        {"run": "r"},
        {"code_epoch": 2},
        {"lookup_id": LookupId(name)},
    ]
    others = [replace(entry, **one) for one in codes]
    others += [replace(entry, binding=replace(entry.binding, **one)) for one in pins]
    others.append(replace(entry, binding=None))
    assert found(tmp_path, dict.fromkeys(others, vault)) == [None] * len(others)
    # What is not of the code may change.
    assert found(tmp_path, {replace(entry, state=EntryState.ISSUED): vault}) == [vault]
    # A vault behind two codes is kept for each.
    keep(tmp_path, {others[0]: vault})
    assert found(tmp_path, {entry: vault, others[0]: vault}) == [vault, vault]
