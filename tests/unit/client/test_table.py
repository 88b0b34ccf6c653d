import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.client.columns import Column
from voute.client.findings import Problem
from voute.client.table import read_table

HEADING = "référence;partie;fichier;titre;type\n"
ROW = "1234-56-7890;C-1;a.pdf;Compte de taxes;tax-bill\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_table_read_in_every_encoding(encoding: str) -> None:
    table = read_table((HEADING + "1;C-1;é.pdf;Échéance;tax-bill\n").encode(encoding))
    assert table.findings == ()
    assert table.rows[0].get(Column.FILE) == "é.pdf"
    assert table.rows[0].get(Column.TITLE) == "Échéance"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_table_read_with_every_delimiter(delimiter: str) -> None:
    table = read_table((HEADING + ROW).replace(";", delimiter).encode())
    assert (table.delimiter, len(table.rows), table.findings) == (delimiter, 1, ())


def test_table_headings_read_in_english_and_any_case() -> None:
    table = read_table(b"Roll Number,NAME,File name,Title,Document Type,Due date\n1,A B,a.pdf,T,tax-bill,2026-03-03\n")
    assert table.findings == ()
    assert table.rows[0].get(Column.DUE) == "2026-03-03"


def test_table_lines_are_those_of_the_file() -> None:
    text = HEADING + '1;C-1;a.pdf;"deux\nlignes";tax-bill\n\n2;C-2;b.pdf;T;tax-bill\n'
    assert [row.line for row in read_table(text.encode()).rows] == [2, 5]


def test_table_names_unknown_doubled_and_missing_columns_at_once() -> None:
    table = read_table(b"reference;reference;couleur;fichier\n1;1;x;a.pdf\n")
    found = {(finding.problem, finding.facts["column"]) for finding in table.findings}
    assert found == {
        (Problem.COLUMN_TWICE, "reference"),
        (Problem.COLUMN_UNKNOWN, "couleur"),
        (Problem.COLUMN_MISSING, "title"),
        (Problem.COLUMN_MISSING, "type"),
        (Problem.COLUMN_MISSING, "party"),
    }


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.TABLE_EMPTY),
        (HEADING.encode(), Problem.TABLE_EMPTY),
        (b"%PDF-1.7\x00\x00", Problem.TABLE_NOT_TEXT),
        ((HEADING + ROW + '2;"C-2;b.pdf\n').encode(), Problem.ROW_BROKEN_QUOTES),
        ((HEADING + "1;C;a.pdf;T;tax-bill;de trop\n").encode(), Problem.ROW_TOO_LONG),
        ((HEADING + f"1;C;a.pdf;{'x' * 10_001};tax-bill\n").encode(), Problem.CELL_TOO_LONG),
    ],
)
def test_table_names_what_is_wrong(data: bytes, problem: Problem) -> None:
    assert problem in {finding.problem for finding in read_table(data).findings}


@given(st.binary(max_size=300))
def test_table_never_raises(data: bytes) -> None:
    table = read_table(data)
    assert table.rows or table.findings


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8), min_size=1, max_size=4))
def test_table_cells_survive_quoting(cells: list[str]) -> None:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    text = HEADING + "".join(f"1;C;a.pdf;{cell};tax-bill\n" for cell in quoted)
    assert [row.get(Column.TITLE) for row in read_table(text.encode()).rows] == [cell.strip() for cell in cells]
