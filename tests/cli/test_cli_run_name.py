"""Odd names of a run: what can be kept is delivered, found again and said; what cannot is refused before anything is made."""

from pathlib import Path

import pytest

from tests.cli.conftest import Department
from tests.support.command import Ran
from voute.client.home import file_name_of
from voute.client.registry_file import Book
from voute.core.errors import FormatError
from voute.core.ids import Hash, LookupId, Slug
from voute.format.registry import Entry, EntryState

LETTERS = ",".join("abcdefghijklmnopqrstuvwxyz")
ODD = [LETTERS, "," * 100, "é" * 100, "\U0001f600" * 100, "[bold]x[/bold]", "{ $run }", "\"'`$(x)", "..", "/", "  ", "=1+1"]
IMPOSSIBLE = ["x" * 101, "é" * 140, "x" * 300, "a\nb", "a\tb", "\u202eabc", "\x1b[31mred", "\x9b31m", ""]


def letters(office: Department, table: Path, run: str) -> Ran:
    return office.voute("letters", table, "--as", office.home.issuer, "--home", office.home.home, "--run", run, "--json")


def test_cli_run_name_of_twenty_commas_is_delivered_once_and_found_again(office: Department) -> None:
    # So many rows that what the city says of them has more commas than a list of so many values.
    for run in (LETTERS, "," * 100):
        table = office.bills(*(f"{len(run)}-{number}" for number in range(30)))
        first = office.deliver(table, "--run", run).ended(0).json
        again = office.deliver(table, "--run", run).ended(0).json
        assert (first["run"], again["known"]) == (run, 30)
        assert Path(first["receipts"]).parent.name == file_name_of(run, "run")
        assert [entry.run for entry in office.desk.at(f"{len(run)}-0")] == [run]


@pytest.mark.parametrize("run", ODD)
def test_cli_run_name_that_can_be_kept_is(office: Department, run: str) -> None:
    table = office.bills("r-1")
    assert office.deliver(table, "--run", run).ended(0).json["run"] == run
    assert office.deliver(table, "--run", run, json=False).ended(0).out
    ran = office.voute("deliver", "--resume", "--run", run, "--as", office.home.issuer, "--home", office.home.home, "--json")
    assert ran.ended(1).json["error"] == "nothing-to-resume"


@pytest.mark.parametrize("run", IMPOSSIBLE)
def test_cli_run_name_that_cannot_be_kept_is_refused_before_anything_is_made(office: Department, run: str) -> None:
    """A registry that has such a name could never be read again, and the department could do nothing any more."""
    table = office.bills("r-1")
    for ran in (
        office.deliver(table, "--run", run),
        office.deliver(table, "--run", run, "--dry-run"),
        letters(office, table, run),
    ):
        assert ran.ended(1).json["error"] == "run-name"
        assert "100" in ran.err
    assert not office.home.registry_path.exists()
    assert not (office.home.folder / "runs").exists()
    office.deliver(table, "--run", "plain").ended(0)


def test_cli_run_name_of_a_list_whose_file_has_too_long_a_one_is_asked_for(office: Department) -> None:
    table = office.bills("r-1", name="x" * 120 + ".csv")
    assert office.deliver(table).ended(1).json["error"] == "run-name"
    office.deliver(table, "--run", "plain").ended(0)


def test_cli_run_name_that_no_registry_can_hold_is_never_put_into_one() -> None:
    book = Book(Slug("ville"), Slug("finances"), 0, None)
    with pytest.raises(FormatError):
        book.put(Entry("r-1", "party", 0, "x" * 101, 0, EntryState.ISSUED, LookupId(Hash(bytes(32)))))
    assert (len(book), book.changed) == (0, False)
