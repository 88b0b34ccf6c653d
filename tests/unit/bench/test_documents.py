"""The work of the measurement: real PDFs of the promised sizes, the same each time, half of them to vaults."""

import io
import zlib
from pathlib import Path

import pikepdf
import pytest

from bench import documents
from voute.client.pdf_check import check_pdf
from voute.client.preflight import PdfFolder, check_table
from voute.client.table import read_table


def test_bench_sizes_average_100_kilobytes() -> None:
    sizes = [documents.size_of(number) for number in range(1_000)]
    assert sum(sizes) / len(sizes) == 100_000
    assert len(set(sizes)) > 5


@pytest.mark.parametrize("size", [1_000, documents.SMALL_SIZE, 20_000, 200_000])
def test_bench_pdf_has_its_size_and_opens(size: int) -> None:
    data = documents.make_pdf(7, size)
    assert len(data) == size
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.check_pdf_syntax() == []


def test_bench_pdf_is_the_same_each_time_and_no_other() -> None:
    assert documents.make_pdf(3, 20_000) == documents.make_pdf(3, 20_000)
    assert documents.make_pdf(3, 20_000) != documents.make_pdf(4, 20_000)


def test_bench_pdf_does_not_shrink() -> None:
    data = documents.make_pdf(1, 100_000)
    assert len(zlib.compress(data, 9)) > 0.99 * len(data)


def test_bench_folder_is_made_once(tmp_path: Path) -> None:
    folder = documents.make_folder(tmp_path / "pdf", 3, documents.SMALL_SIZE)
    first = (folder / documents.file_name(2)).stat().st_mtime_ns
    assert documents.make_folder(folder, 3, documents.SMALL_SIZE) == folder
    assert (folder / documents.file_name(2)).stat().st_mtime_ns == first
    assert check_pdf(folder / documents.file_name(2)) == documents.SMALL_SIZE


def test_bench_half_of_the_recipients_have_a_vault_and_the_rest_are_new_in_each_run() -> None:
    first, second = (list(documents.half_and_half(10, run)) for run in ("a", "b"))
    vaults = {documents.holder(number) for number in range(documents.count_vaults(10))}
    assert set(first) & set(second) == vaults
    assert len(vaults) == 5
    assert len(set(first)) == len(first) == 10


def test_bench_odd_count_has_a_vault_more() -> None:
    vaults = {documents.holder(number) for number in range(documents.count_vaults(5))}
    assert vaults == {one for one in documents.half_and_half(5, "a") if one.reference.startswith("roll-")}


def test_bench_list_passes_preflight(tmp_path: Path) -> None:
    folder = documents.make_folder(tmp_path / "pdf", 4, documents.SMALL_SIZE)
    table = documents.write_list(tmp_path / "run.csv", documents.half_and_half(4, "run"))
    checked = check_table(read_table(table.read_bytes()), PdfFolder(folder), [documents.BILL_TYPE], "run")
    assert checked.findings == ()
    assert [row.file_name for row in checked.rows] == [documents.file_name(number) for number in range(4)]
