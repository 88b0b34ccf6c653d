"""A list with faults: every bad row is named with its line and its remedy, and nothing is sent."""

import io
import os
from pathlib import Path

import pikepdf
import pytest

from tests.cli.conftest import Department
from tests.support.command import bill_rows, environment, small_pdf, write_list
from voute.client.findings import Problem

ABOUT_THE_LIST = frozenset(
    {
        Problem.TABLE_TOO_LARGE,  # half a gigabyte: tests/unit/client
        Problem.TABLE_NOT_TEXT,
        Problem.TABLE_EMPTY,
        Problem.COLUMN_UNKNOWN,
        Problem.COLUMN_TWICE,
        Problem.COLUMN_MISSING,
        Problem.ROW_TOO_LONG,
        Problem.ROW_BROKEN_QUOTES,
        Problem.FILE_UNREADABLE,  # as root every file can be read: a damaged one stands for it below
    }
)
ABOUT_THE_CITY = frozenset(
    {
        Problem.PARTY_CHANGED,
        Problem.DOCUMENT_DIFFERS,
        Problem.CODE_REVOKED,
        Problem.KEY_NOT_PROVEN,
        Problem.VAULT_CLOSED,
    }
)
"""Found after the city was asked: test_cli_deliver, test_cli_codes and tests/sim have them."""
ABOUT_LETTERS = frozenset(
    {Problem.CODE_UNKNOWN, Problem.ADDRESS_TOO_LONG, Problem.FILE_UNPRINTABLE, Problem.LETTER_NOT_SET, Problem.LETTER_TOO_LONG},
)
"""Found when letters are made: test_cli_letters has them."""

Change = dict[str, str]
BAD_CELLS: list[tuple[Change, Problem]] = [
    ({"title": ""}, Problem.CELL_MISSING),
    ({"title": "x" * 10_001}, Problem.CELL_TOO_LONG),
    ({"title": "bell \x07"}, Problem.TEXT_MALFORMED),
    ({"due": "03/04/2026"}, Problem.DATE_MALFORMED),
    ({"amount": "1,234"}, Problem.AMOUNT_MALFORMED),
    ({"instalments": "2026-03-03 12"}, Problem.INSTALMENTS_MALFORMED),
    ({"language": "klingon"}, Problem.LANGUAGE_UNKNOWN),
    ({"slot": "first"}, Problem.SLOT_MALFORMED),
    ({"type": "tax-bil"}, Problem.TYPE_UNKNOWN),
    ({"file": "../list.csv"}, Problem.FILE_OUTSIDE),
    ({"file": "absent.pdf"}, Problem.FILE_MISSING),
    ({"file": "empty.pdf"}, Problem.FILE_EMPTY),
    ({"file": "damaged.pdf"}, Problem.FILE_UNREADABLE),
    ({"file": "letter.docx"}, Problem.FILE_NOT_PDF),
    ({"file": "locked.pdf"}, Problem.FILE_ENCRYPTED),
    ({"file": "huge.pdf"}, Problem.FILE_TOO_LARGE),
]


def bad_files(folder: Path) -> None:
    (folder / "empty.pdf").touch()
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.7 and then nothing that a reader knows")
    (folder / "letter.docx").write_bytes(b"PK\x03\x04")
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_pdf("secret"))) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))
    (folder / "locked.pdf").write_bytes(locked.getvalue())
    (folder / "huge.pdf").write_bytes(b"%PDF-")
    os.truncate(folder / "huge.pdf", 50 * 1024 * 1024 + 1)


def bad_list(office: Department) -> tuple[Path, list[tuple[int, str]]]:
    """A list with a good row first, then one bad row a kind, then one key twice."""
    folder = office.folder / "pdf"
    names = [f"r-{number}" for number in range(len(BAD_CELLS) + 2)]
    rows = bill_rows(folder, names, instalments="", language="", slot="")
    bad_files(folder)
    for row, (change, _) in zip(rows[1:], BAD_CELLS, strict=False):
        row.update(change)
    rows[-1].update({"party": rows[0]["party"], "document key": rows[0]["document key"]})
    expected = [(line, str(problem)) for line, (_, problem) in enumerate(BAD_CELLS, 3)]
    expected.append((len(rows) + 1, str(Problem.DOCUMENT_TWICE)))
    return write_list(office.folder / "list.csv", rows), expected


def test_cli_preflight_names_every_kind_of_bad_row() -> None:
    here = {problem for _, problem in BAD_CELLS} | {Problem.DOCUMENT_TWICE}
    assert here | ABOUT_THE_LIST | ABOUT_THE_CITY | ABOUT_LETTERS == set(Problem)


def test_cli_preflight_names_every_bad_row_and_sends_nothing(office: Department) -> None:
    table, expected = bad_list(office)
    before, mark = office.city.snapshot(), office.city.proxy.mark
    ran = office.deliver(table).ended(3)
    assert ran.json["error"] == "preflight-failed"
    assert [(one["line"], one["problem"]) for one in ran.json["findings"]] == expected
    assert office.city.snapshot() == before
    assert [one.route for one in office.city.proxy.since(mark)] == ["GET /api/trust-root"]
    assert not office.home.registry_path.exists()


@pytest.mark.parametrize(
    ("language", "head", "remedy"),
    [
        ("fr_CA.UTF-8", "17 choses à corriger. Rien n'a été envoyé.", "Écrivez année-mois-jour"),
        ("en_CA.UTF-8", "17 things to mend. Nothing was sent.", "year-month-day"),
    ],
)
def test_cli_preflight_table_says_line_fault_and_remedy(office: Department, language: str, head: str, remedy: str) -> None:
    table, expected = bad_list(office)
    ran = office.deliver(table, json=False, env=environment(office.folder, language)).ended(3)
    assert head in ran.out
    assert remedy in ran.out
    for line, _ in expected:
        assert any(row.strip().startswith(f"{line} ") for row in ran.out.splitlines()), line


HEAD = "reference,party,file,title,type"
ROW = "a,b,a.pdf,T,permit"


@pytest.mark.parametrize(
    ("data", "problem", "line"),
    [
        ("PK\x03\x04\x00\x00", "table-not-text", 1),
        ("", "table-empty", 1),
        (f"{HEAD}\n", "table-empty", 1),
        (f"{HEAD},colour\n{ROW},\n", "column-unknown", 1),
        (f"{HEAD},titre\n{ROW},\n", "column-twice", 1),
        ("reference,party,file,title\na,b,a.pdf,T\n", "column-missing", 1),
        (f"{HEAD}\n{ROW},more\n", "row-too-long", 2),
        (f'{HEAD}\n"{ROW}\n', "row-broken-quotes", 2),
    ],
)
def test_cli_preflight_names_what_is_wrong_with_the_list(office: Department, data: str, problem: str, line: int) -> None:
    (office.folder / "a.pdf").write_bytes(small_pdf("a"))
    table = office.folder / "list.csv"
    table.write_bytes(data.encode())
    before = office.city.snapshot()
    ran = office.deliver(table).ended(3)
    assert (line, problem) in [(one["line"], one["problem"]) for one in ran.json["findings"]]
    assert office.city.snapshot() == before


def test_cli_preflight_shows_fifty_and_counts_the_rest(office: Department) -> None:
    rows = bill_rows(office.folder / "pdf", [f"r-{number}" for number in range(60)], due="never")
    table = write_list(office.folder / "list.csv", rows)
    ran = office.deliver(table, json=False).ended(3)
    assert "… et 10 autres" in ran.out
    assert len(office.deliver(table).ended(3).json["findings"]) == 60
