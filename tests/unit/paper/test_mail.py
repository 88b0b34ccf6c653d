"""Print files: every envelope on sheets of its own, whatever the document is, and nothing of it lost."""

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.support.command import small_pdf
from tests.support.letters import text_of
from tests.unit.paper.letters import LETTER, SENDER
from tests.unit.paper.reading import open_pdf
from voute.paper.letter import LetterPress
from voute.paper.mail import Placed, PrintFile, UnprintableError, count_pages, sheets_for

TRAY = (612, 792)


@pytest.fixture(scope="module")
def letter() -> bytes:
    return LetterPress(SENDER).pdf([LETTER])


@pytest.fixture(scope="module")
def three(letter: bytes) -> bytes:
    with pikepdf.new() as pdf, open_pdf(letter) as one:
        for _ in range(3):
            pdf.pages.extend(one.pages)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def document(sizes: Sequence[tuple[float, float]], **entries: object) -> bytes:
    """Pages of these sizes, each with a filled square in its lower left corner."""
    with pikepdf.new() as pdf:
        for size in sizes:
            pdf.add_blank_page(page_size=size)
            page = pdf.pages[-1]
            page.Contents = pdf.make_stream(b"0 0 40 40 re f")
            for name, value in entries.items():
                page.obj[f"/{name}"] = value
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def printed(letter: bytes, *documents: bytes | None) -> tuple[bytes, list[Placed]]:
    file = PrintFile()
    placed = file.add(letter, documents)
    return file.save("Lot"), placed


@pytest.mark.parametrize(("pages", "sheets", "all_pages"), [(0, 1, 2), (1, 2, 4), (2, 2, 4), (3, 3, 6), (8, 5, 10)])
def test_mail_envelope_has_whole_sheets(letter: bytes, pages: int, sheets: int, all_pages: int) -> None:
    data, (placed,) = printed(letter, document([TRAY] * pages) if pages else None)
    assert (placed, placed.sheets, sheets_for(pages)) == (Placed(1, all_pages), sheets, sheets)
    with open_pdf(data) as pdf:
        assert len(pdf.pages) == all_pages


def test_mail_envelopes_follow_one_another_over_several_additions(letter: bytes, three: bytes, tmp_path: Path) -> None:
    file = PrintFile()
    placed = file.add(three, [small_pdf("one"), None, small_pdf("three")])
    placed += file.add(letter, [document([TRAY] * 3)])
    assert placed == [Placed(1, 4), Placed(5, 2), Placed(7, 4), Placed(11, 6)]
    path = tmp_path / "lot.pdf"
    path.write_bytes(file.save("Lot"))
    for first in (1, 5, 7, 11):
        assert "Élise Fontaine-Ouellet" in text_of(path, first, first)
    assert "one" in text_of(path, 3, 3)
    assert "three" in text_of(path, 9, 9)
    assert text_of(path, 4, 4).strip() == text_of(path, 10, 10).strip() == text_of(path, 16, 16).strip() == ""
    assert path.read_bytes() == file.save("Lot")


def test_mail_print_file_claims_no_structure_that_it_has_not(letter: bytes) -> None:
    data, _ = printed(letter, letter)
    with open_pdf(data) as pdf:
        assert "/StructTreeRoot" not in pdf.Root
        assert "/MarkInfo" not in pdf.Root
        assert all("/StructParents" not in page.obj for page in pdf.pages)
        assert str(pdf.docinfo.Title) == "Lot"


@pytest.mark.parametrize(
    ("size", "entries", "corner"),
    [
        pytest.param((612, 792), {}, (0, 792), id="as-it-is"),
        pytest.param((210, 150), {}, (201, 471), id="small-in-the-middle"),
        pytest.param((792, 612), {}, (572, 792), id="wide-is-turned"),
        pytest.param((1224, 1584), {}, (0, 792), id="large-is-shrunk"),
        pytest.param((612, 792), {"Rotate": 180}, (572, 40), id="turned-by-the-document"),
    ],
)
def test_mail_pages_of_any_size_are_printed_whole_on_the_paper_in_the_tray(
    letter: bytes, tmp_path: Path, size: tuple[int, int], entries: dict[str, object], corner: tuple[int, int]
) -> None:
    data, _ = printed(letter, document([size], **entries))
    with open_pdf(data) as pdf:
        boxes = {tuple(round(float(one)) for one in page.mediabox) for page in pdf.pages}
        assert boxes == {(0, 0, *TRAY)}
        assert all(int(page.obj.get("/Rotate", 0)) == 0 for page in pdf.pages)
    ink = ink_of(data, 3, tmp_path)
    left, bottom = ink[0], ink[3]
    assert abs(left - corner[0]) <= 2
    assert abs(bottom - corner[1]) <= 2


def ink_of(data: bytes, page: int, folder: Path) -> tuple[int, int, int, int]:
    """The box of what is black on a page, in points from the upper left corner, as another program draws it."""
    path = folder / "drawn.pdf"
    path.write_bytes(data)
    command = ["pdftoppm", "-r", "72", "-f", str(page), "-l", str(page), "-png", str(path)]
    drawn = subprocess.run(command, capture_output=True, check=True).stdout
    with Image.open(io.BytesIO(drawn)) as picture:
        found = picture.convert("L").point(lambda value: 255 - value).getbbox()
    assert found is not None
    return found


def test_mail_what_was_filled_in_is_printed(letter: bytes, tmp_path: Path) -> None:
    with open_pdf(document([TRAY])) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("name"),
                V=pikepdf.String("Filled"),
                DA=pikepdf.String("/F 12 Tf 0 g"),
                Rect=[100, 100, 300, 130],
                F=4,
            )
        )
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].Annots = [field]
        pdf.Root.AcroForm = pikepdf.Dictionary(
            Fields=[field], NeedAppearances=True, DA=pikepdf.String("/F 12 Tf"), DR={"/Font": {"/F": font}}
        )
        out = io.BytesIO()
        pdf.save(out)
    path = tmp_path / "lot.pdf"
    path.write_bytes(printed(letter, out.getvalue())[0])
    assert "Filled" in text_of(path, 3, 3)


@pytest.mark.parametrize("damage", ["encrypted", "not-a-pdf", "no-pages"])
def test_mail_document_that_can_not_be_printed_is_refused(letter: bytes, damage: str) -> None:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        if damage != "no-pages":
            pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="") if damage == "encrypted" else False)
    data = b"%PDF-1.7 nothing" if damage == "not-a-pdf" else out.getvalue()
    with pytest.raises(UnprintableError):
        count_pages(data)
    file = PrintFile()
    with pytest.raises(UnprintableError):
        file.add(letter, [data])
    assert file.add(letter, [None]) == [Placed(1, 2)]


def test_mail_wants_one_sheet_a_letter(three: bytes) -> None:
    with pytest.raises(UnprintableError):
        PrintFile().add(three, [None])
