"""Pages and vault files of the ledger: bytes both ways, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tools.make_vectors.ledger import page, resealed, vault
from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.format.canonical import MAX_BYTES
from voute.format.ledger import (
    PAGE,
    Entry,
    Page,
    Run,
    encode_index,
    encode_page,
    encode_vault,
    index_path,
    number_of_path,
    page_path,
    parse_index,
    parse_page,
    parse_vault,
    vault_of_path,
    vault_path,
)


def test_ledger_page_is_read_as_it_was_written() -> None:
    raw = encode_page(page())
    read = parse_page(raw)
    assert (read.number, read.events, read.salts) == (page().number, page().events, page().salts)
    assert {name: list(rows) for name, rows in read.rows.items()} == {name: list(rows) for name, rows in page().rows.items()}
    assert encode_page(read) == raw
    assert read.count == 5


def test_ledger_vault_is_read_as_it_was_written() -> None:
    raw = encode_vault(vault())
    assert {name: list(rows) for name, rows in parse_vault(raw).items()} == vault()
    assert encode_vault(parse_vault(raw)) == raw


def test_ledger_page_is_full_at_256_entries() -> None:
    run, entry = Run(1, Hash(bytes(32)), 0, PAGE - 1), Entry(300, "release", None, None, b"", b"{}", None)
    full = Page(0, (run, entry), ())
    assert parse_page(encode_page(full)).count == PAGE
    with pytest.raises(FormatError, match="more entries"):
        parse_page(encode_page(replace(full, events=(run, entry, entry))))


@pytest.mark.parametrize("count", [1, PAGE])
def test_ledger_run_of_one_and_of_a_whole_page_is_read(count: int) -> None:
    events = (Run(1, Hash(bytes(32)), 0, count),)
    assert parse_page(encode_page(Page(0, events, ()))).events == events


def test_ledger_entry_of_no_box_stays_without_one() -> None:
    entry = Entry(300, "release", None, None, b"", b"{}", None)
    assert parse_page(encode_page(Page(0, (entry,), ()))).events == (entry,)


def test_ledger_index_is_read_as_it_was_written() -> None:
    row = (bytes(32), 3, bytes(32), 70, b"index")
    raw = encode_index(row)
    assert parse_index(raw) == row
    assert encode_index(parse_index(raw)) == raw
    assert index_path(bytes(range(32))) == f"index/00/{bytes(range(32)).hex()}"


def test_ledger_file_larger_than_other_json_is_read_whole() -> None:
    sealed = bytes(2 * MAX_BYTES)
    assert parse_index(encode_index((bytes(32), 3, bytes(32), 70, sealed)))[4] == sealed


@pytest.mark.parametrize(
    ("parse", "raw"),
    [(parse_page, encode_page(page())), (parse_vault, encode_vault(vault())), (parse_index, encode_index((b"", 0, b"", 0, b"")))],
)
def test_ledger_of_another_version_is_refused_by_its_name(parse: Callable[[bytes], object], raw: bytes) -> None:
    line = raw[:-66].replace(b'"version":1', b'"version":2')
    with pytest.raises(FormatError, match=r"^ledger\."):
        parse(resealed(line))


@pytest.mark.parametrize(
    ("written", "good"), [("-1", False), (str(2**53), False), ('"5"', False), ("true", False), (str(2**53 - 1), True)]
)
def test_ledger_numbers_are_those_of_other_json(written: str, good: bool) -> None:  # noqa: FBT001 -- a column of the table
    raw = encode_page(replace(page(), rows={"openings": [(b"x", 987_654)]}))
    line = raw[:-66].replace(b"987654", written.encode())
    if good:
        assert list(parse_page(resealed(line)).rows["openings"]) == [(b"x", 2**53 - 1)]
        return
    with pytest.raises(FormatError) as caught:
        parse_page(resealed(line))
    assert caught.value.facts.get("field") in {"opened_at", None}


def test_ledger_value_of_another_kind_names_its_column() -> None:
    raw = encode_page(replace(page(), rows={"openings": [(b"x", 987_654)]}))
    for change, column in ((b"null", "opened_at"), (b"[]", "opened_at")):
        with pytest.raises(FormatError) as caught:
            parse_page(resealed(raw[:-66].replace(b"987654", change)))
        assert caught.value.facts["field"] == column


@pytest.mark.parametrize("count", [0, PAGE + 1])
def test_ledger_run_has_1_to_256_documents(count: int) -> None:
    with pytest.raises(FormatError, match="a run"):
        parse_page(encode_page(Page(0, (Run(1, Hash(bytes(32)), 0, count),), ())))


@pytest.mark.parametrize("row", [(None, 5), (b"x", "5"), (5, 5), ("x", 5)])
def test_ledger_refuses_to_write_what_is_of_another_kind(row: tuple[bytes | str | int | None, ...]) -> None:
    with pytest.raises(FormatError):
        encode_page(replace(page(), rows={"openings": [row]}))


def test_ledger_files_end_with_the_hash_of_their_line() -> None:
    raw = encode_page(page())
    assert resealed(raw[:-66]) == raw
    for at in (0, len(raw) // 2, len(raw) - 70, len(raw) - 40, len(raw) - 1):
        with pytest.raises(FormatError, match="hash"):
            parse_page(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


@pytest.mark.parametrize("number", [0, 1, 255, 999, 1_000, 123_456_789_012])
def test_ledger_page_has_a_path_of_its_own(number: int) -> None:
    assert number_of_path(page_path(number)) == number
    assert len(PurePosixPath(page_path(number)).parts) == 5


@pytest.mark.parametrize("path", ["page/000/000/000", "page/000/000/000/0000", "page/000/000/000/00a", "vault/00/00", ""])
def test_ledger_other_paths_are_no_page(path: str) -> None:
    assert number_of_path(path) is None
    assert vault_of_path(path) is None


def test_ledger_vault_lies_in_the_folder_of_its_first_digits() -> None:
    vault_id = bytes(range(32))
    assert vault_path(vault_id) == f"vault/00/{vault_id.hex()}"
    assert vault_of_path(vault_path(vault_id)) == vault_id
    assert vault_of_path(f"vault/01/{vault_id.hex()}") is None
