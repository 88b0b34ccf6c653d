"""Addresses of lists as lines for an envelope, and the code by which they are sorted."""

import pytest

from voute.client.addresses import address_lines, find_postal_code, posting_order
from voute.client.cells import CellError, read_lines

GAP = "\u00a0\u00a0"


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        (
            "1428, rue des Érables, app. 3, Val-des-Cèdres (Québec) g9z6e8",
            ("1428, rue des Érables, app. 3", f"Val-des-Cèdres (Québec){GAP}G9Z\u00a06E8"),
        ),
        ("12, rue X, Québec, QC, G1R-4S9", ("12, rue X", f"Québec, QC{GAP}G1R\u00a04S9")),
        ("12, rue X, Québec G1R 4S9", ("12, rue X", f"Québec{GAP}G1R\u00a04S9")),
        ("12, rue X, Val-d'Or, (Québec) J9P 1A1", ("12, rue X", f"Val-d'Or, (Québec){GAP}J9P\u00a01A1")),
        ("12 rue X Québec G1R 4S9", (f"12 rue X Québec{GAP}G1R\u00a04S9",)),
        ("a/s Zoë\n12, rue X\nQuébec QC  G1R 4S9", ("a/s Zoë", "12, rue X", f"Québec QC{GAP}G1R\u00a04S9")),
        ("12, rue X,\n\n Québec  QC G1R 4S9 \nCanada", ("12, rue X", f"Québec QC{GAP}G1R\u00a04S9", "Canada")),
        ("1600 Pennsylvania Avenue, Washington DC 20500", ("1600 Pennsylvania Avenue", "Washington DC 20500")),
        ("G1R 4S9", ("G1R\u00a04S9",)),
    ],
)
def test_addresses_lines(cell: str, lines: tuple[str, ...]) -> None:
    assert address_lines(cell) == lines


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("1, rue X", "Québec QC\u00a0\u00a0g1r4s9"), "G1R 4S9"),
        (("1, rue X", "Québec QC G1R 4S9", "CANADA"), "G1R 4S9"),
        (("G1R 4S9", "1, rue X", "Québec"), None),
        (("1, rue X", "Québec QC D1R 4S9"), None),
        (("1, rue X", "Québec QC G1O 4S9"), None),
        (("1, rue X", "Québec QC XG1R 4S9"), None),
        (("1, rue X", "Québec QC G1R 4S92"), None),
        (("1600 Pennsylvania Avenue", "Washington DC 20500"), None),
        ((), None),
    ],
)
def test_addresses_postal_code(lines: tuple[str, ...], code: str | None) -> None:
    assert find_postal_code(lines) == code


def test_addresses_posting_order_is_area_then_unit_then_those_without() -> None:
    codes = ["H2X 1Y4", None, "G1R 4S9", "G1R 4S8", "G1A 9Z9"]
    assert sorted(codes, key=posting_order) == ["G1A 9Z9", "G1R 4S8", "G1R 4S9", "H2X 1Y4", None]


def test_addresses_cells_have_lines_or_bars() -> None:
    assert read_lines(" 1, rue X | Québec \n\r\n Canada ", 100) == "1, rue X\nQuébec\nCanada"
    assert read_lines("1, rue X", 100) == "1, rue X"
    for cell in ("1, rue\tX", "1, rue \u202eX", "x" * 101):
        with pytest.raises(CellError):
            read_lines(cell, 100)
