from pathlib import Path

import pikepdf
import pytest

from voute.client.findings import Problem
from voute.client.preflight import Checked, PdfFolder, check_table, stored_rows
from voute.client.table import TableReader, read_table
from voute.client.workers import SHARE

HEADING = "reference;party;name;file;title;type;due;amount;language;document key;instalments;slot\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(tmp_path / "a.pdf")
    pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    pdf.save(tmp_path / "Re\u0301al.pdf")
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "text.pdf").write_bytes(b"not a pdf")
    (tmp_path / "cut.pdf").write_bytes((tmp_path / "a.pdf").read_bytes()[:60])
    with (tmp_path / "large.pdf").open("wb") as file:
        file.write(b"%PDF-1.7")
        file.truncate(50 * 1024 * 1024 + 1)
    return tmp_path


def check(folder: Path, *rows: str) -> Checked:
    return check_table(read_table((HEADING + "\n".join(rows) + "\n").encode()), PdfFolder(folder), ["tax-bill"], "run")


def test_preflight_row_good(folder: Path) -> None:
    checked = check(folder, "R1;C-1;Ann;a.pdf;Bill;tax-bill;2026-03-03;1 234,56 $;en;K1;2026-03-03: 1 | 2026-04-03: 2;1")
    assert checked.findings == ()
    row = checked.rows[0]
    assert (row.amount, row.due, row.language, row.slot, row.document_key) == (123456, "2026-03-03", "en", 1, "K1")
    assert row.instalments == (("2026-03-03", 100), ("2026-04-03", 200))


def test_preflight_party_derived_from_name_when_absent(folder: Path) -> None:
    checked = check(folder, "R1;;Réal  CÔTÉ;a.pdf;Bill;tax-bill;;;;;;", "R2;;real côte;a.pdf;Bill;tax-bill;;;;K;;")
    assert checked.rows[0].party == checked.rows[1].party
    assert checked.rows[0].party.startswith("name:")


def test_preflight_file_found_in_other_unicode_form(folder: Path) -> None:
    assert check(folder, "R1;C-1;;R\u00e9al.pdf;Bill;tax-bill;;;;;;").findings == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (";C-1;;a.pdf;Bill;tax-bill;;;;;;", Problem.CELL_MISSING),
        ("R1;;;a.pdf;Bill;tax-bill;;;;;;", Problem.CELL_MISSING),
        ("R1;C-1;;;Bill;tax-bill;;;;;;", Problem.CELL_MISSING),
        ("R1;C-1;;a.pdf;Bill;fine;;;;;;", Problem.TYPE_UNKNOWN),
        ("R1;C-1;;a.pdf;Bill;tax-bill;03/04/2026;;;;;", Problem.DATE_MALFORMED),
        ("R1;C-1;;a.pdf;Bill;tax-bill;;1,234;;;;", Problem.AMOUNT_MALFORMED),
        ("R1;C-1;;a.pdf;Bill;tax-bill;;;de;;;", Problem.LANGUAGE_UNKNOWN),
        ("R1;C-1;;a.pdf;Bill;tax-bill;;;;;x;", Problem.INSTALMENTS_MALFORMED),
        ("R1;C-1;;a.pdf;Bill;tax-bill;;;;;;x", Problem.SLOT_MALFORMED),
        ("R1;C-1;;nope.pdf;Bill;tax-bill;;;;;;", Problem.FILE_MISSING),
        ("R1;C-1;;../a.pdf;Bill;tax-bill;;;;;;", Problem.FILE_OUTSIDE),
        ("R1;C-1;;/etc/passwd;Bill;tax-bill;;;;;;", Problem.FILE_OUTSIDE),
        ("R1;C-1;;empty.pdf;Bill;tax-bill;;;;;;", Problem.FILE_EMPTY),
        ("R1;C-1;;text.pdf;Bill;tax-bill;;;;;;", Problem.FILE_NOT_PDF),
        ("R1;C-1;;cut.pdf;Bill;tax-bill;;;;;;", Problem.FILE_UNREADABLE),
        (f"R1;C-1;;{'n' * 300}.pdf;Bill;tax-bill;;;;;;", Problem.FILE_UNREADABLE),
        ("R1;C-1;;locked.pdf;Bill;tax-bill;;;;;;", Problem.FILE_ENCRYPTED),
        ("R1;C-1;;large.pdf;Bill;tax-bill;;;;;;", Problem.FILE_TOO_LARGE),
        ("R1;C-\x071;;a.pdf;Bill;tax-bill;;;;;;", Problem.TEXT_MALFORMED),
    ],
)
def test_preflight_row_bad_is_named_with_its_line(folder: Path, row: str, problem: Problem) -> None:
    checked = check(folder, "R0;C-0;;a.pdf;Bill;tax-bill;;;;;;", row)
    assert [(finding.line, finding.problem) for finding in checked.findings] == [(3, problem)]
    assert [good.reference for good in checked.rows] == ["R0"]


def test_preflight_names_every_fault_of_every_row_at_once(folder: Path) -> None:
    checked = check(folder, ";C-1;;nope.pdf;;tax-bill;x;;;;;", "R2;C-2;;empty.pdf;B;tax-bill;;y;;;;")
    assert [finding.line for finding in checked.findings] == [2, 2, 2, 2, 3, 3]


def test_preflight_same_party_and_key_twice(folder: Path) -> None:
    row = "R1;C-1;;a.pdf;Bill;tax-bill;;;;K;;"
    checked = check(folder, row, row)
    assert [(f.line, f.problem, f.facts["first"]) for f in checked.findings] == [(3, Problem.DOCUMENT_TWICE, 2)]


def test_preflight_link_out_of_the_folder_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.pdf"
    outside.write_bytes((folder / "a.pdf").read_bytes())
    for name in ("link.pdf", "Be\u0301.pdf"):
        (folder / name).symlink_to(outside)
    # The other way to write the same name finds it by another way.
    for name in ("link.pdf", "Be\u0301.pdf", "B\u00e9.pdf"):
        assert check(folder, f"R1;C-1;;{name};Bill;tax-bill;;;;;;").findings[0].problem is Problem.FILE_OUTSIDE, name


def test_preflight_finds_the_same_on_all_cores(folder: Path) -> None:
    rows = [f"R{number};C-{number};;a.pdf;Bill {number};tax-bill;;;;K{number};;" for number in range(3 * SHARE)]
    rows[7] = "R7;;;a.pdf;Bill;tax-bill;;;;;;"
    rows[SHARE + 1] = "R;C;;text.pdf;Bill;tax-bill;2026-99-01;;;;;"
    rows[-1] = rows[8]
    table = (HEADING + "\n".join(rows) + "\n").encode()
    alone, together = (
        check_table(TableReader(table), PdfFolder(folder), ["tax-bill"], "run", into=stored_rows(folder), processes=processes)
        for processes in (1, 2)
    )
    assert list(together.rows) == list(alone.rows)
    assert together.findings == alone.findings
    assert [finding.line for finding in alone.findings] == [9, SHARE + 3, SHARE + 3, 3 * SHARE + 1]
    assert alone.findings[-1].facts == {"first": 10}
