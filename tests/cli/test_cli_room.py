"""A registry without room for more codes: nothing is sent, nothing is lost, and what is known goes on."""

from pathlib import Path

import pytest

from tests.cli.conftest import Department
from voute.client.deliver import DeliverOrder, Delivery, Outcome
from voute.client.disk import DISK
from voute.format import dsse, registry
from voute.format.registry import RegistryFullError


def delivered(office: Department, table: Path, *, dry_run: bool = False) -> Outcome:
    order = DeliverOrder(table, table.parent / "pdf", table.stem, dry_run=dry_run, processes=1)
    return Delivery(office.home, order, lambda _stage, _done, _total: None).run()


def kept(office: Department) -> dict[str, bytes]:
    """All files of the department but its lists and locks."""
    folder = office.home.folder
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_cli_registry_with_too_many_codes_sends_nothing_and_loses_nothing(
    office: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(delivered(office, office.bills("a-1", "a-2")).sent) == 2
    before, codes = kept(office), {name: office.code(name) for name in ("a-1", "a-2")}
    more = office.bills("a-1", "a-2", "a-3", name="more.csv")
    monkeypatch.setattr(registry, "MAX_ENTRIES", 2)
    for dry_run in (True, False):
        with pytest.raises(RegistryFullError):
            delivered(office, more, dry_run=dry_run)
    assert kept(office) == before
    # What has its code already goes on.
    known = delivered(office, office.bills("a-1", "a-2", name="again.csv"))
    assert (len(known.sent), len(known.known)) == (0, 2)
    monkeypatch.undo()
    after = delivered(office, more)
    assert (len(after.sent), len(after.known)) == (1, 2)
    assert {name: office.code(name) for name in codes} == codes


def test_cli_registry_that_would_be_too_long_to_be_read_again_is_not_written(
    office: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that take twice their bytes get past what is reckoned before: the registry itself is counted before the draft is."""
    assert len(delivered(office, office.bills("a-1")).sent) == 1
    before = kept(office)
    odd = office.bills(*(f"{number:03}".rjust(100, '"') for number in range(20)), name="odd.csv", party='"' * 200)
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", 21_800)
    with pytest.raises(RegistryFullError) as caught:
        delivered(office, odd)
    assert "at most" in caught.value.detail
    assert kept(office) == before
    DISK.sweep(office.home.folder)
    monkeypatch.undo()
    after = delivered(office, odd)
    assert (len(after.sent), after.earlier) == (20, None)


def test_cli_registry_has_room_for_the_vaults_of_its_codes(office: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that goes out can be pinned later: its vault's room is reckoned when it is made."""
    delivered(office, office.bills("a-1"))
    issued = office.home.registry_path.stat().st_size
    more = office.bills("a-2", name="more.csv")
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", issued * 2)
    with pytest.raises(RegistryFullError) as caught:
        delivered(office, more)
    assert caught.value.detail == "no room for more codes"
