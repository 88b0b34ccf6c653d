"""The claim letter: one page, a QR that a stranger's reader reads, words in two languages."""

import dataclasses
import io
from datetime import UTC, date, datetime

import pytest
import zxingcpp
from PIL import Image

from tests.unit.paper.reading import bookmarks, metadata, open_pdf, roles, structure, unmarked_text_operators
from voute.core.errors import LimitError
from voute.paper.letter import Letter, LetterPress, as_data
from voute.paper.typeset import Typesetter

LETTER = Letter(
    city="Ville de Val-des-Cèdres",
    office="Service des finances · Taxation",
    issuer="Le Service des finances de la Ville",
    phone="418 555-0142",
    origin="https://coffre.val-des-cedres.example",
    code="7KQ2-M9XD-04RT-HB6V-WZ3N-P5CJ",
    fingerprint="3F8K-ZQ2M-9TR4-XB70",
    recipient=("Élise Fontaine-Ouellet", "1428, rue des Érables-Argentés", "Val-des-Cèdres (Québec)  G9Z 1A1"),
    document="Compte de taxes municipales 2026",
    reference="Matricule 4218-93-0571-2-000-0000",
    written_on=date(2026, 2, 2),
)


@pytest.mark.parametrize(
    "origin",
    ["https://coffre.val-des-cedres.example", "http://localhost:8443", "https://coffre.une-ville-au-nom-bien-long.example"],
)
def test_letter_qr_is_read_back_from_the_page(origin: str) -> None:
    letter = dataclasses.replace(LETTER, origin=origin)
    page = Typesetter("letter.typ").pictures(as_data(letter), created=datetime(2026, 2, 2, tzinfo=UTC), dots_per_inch=110)[0]
    with Image.open(io.BytesIO(page)) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    assert [one.text for one in found] == [f"{origin}/ouvrir#7KQ2M9XD04RTHB6VWZ3NP5CJ"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_letter_pdf_is_one_accessible_page(language: str) -> None:
    with open_pdf(LetterPress().pdf(dataclasses.replace(LETTER, language=language))) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.Root.Lang) == f"{language}-CA"
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata(pdf)
        assert unmarked_text_operators(pdf) == 0
        assert next(one.alternative for one in structure(pdf) if one.role == "/Figure").count(
            "coffre.val-des-cedres.example/ouvrir"
        )


def test_letter_pdf_headings_and_steps_are_in_reading_order() -> None:
    with open_pdf(LetterPress().pdf(LETTER)) as pdf:
        assert bookmarks(pdf) == (
            "Votre document s’ouvre aussi en ligne",
            "Pour l’ouvrir",
            "Pas de téléphone intelligent?",
            "Ce code est pour vous",
            "Ce n’est pas pour vous?",
        )
        assert roles(pdf).count("/LI") == 2


def test_letter_data_shows_the_code_in_six_groups_of_four() -> None:
    data = as_data(LETTER)
    assert data["code"] == ["7KQ2", "M9XD", "04RT", "HB6V", "WZ3N", "P5CJ"]
    assert data["address"] == "coffre.val-des-cedres.example/ouvrir"


@pytest.mark.parametrize(
    "origin",
    ["coffre.example", "ftp://coffre.example", "https://", "https://a.example/", "https://a.example?x", "https://a.example#x"],
)
def test_letter_link_refuses_an_origin_with_more_or_less_than_a_host(origin: str) -> None:
    with pytest.raises(LimitError):
        _ = dataclasses.replace(LETTER, origin=origin).link


@pytest.mark.parametrize(
    "code", ["", "7KQ2M9XD04RTHB6VWZ3NP5CJ", "7kq2-M9XD-04RT-HB6V-WZ3N-P5CJ", "7KQ2-M9XD-04RT-HB6V-WZ3N-P5CU"]
)
def test_letter_link_refuses_a_code_of_another_form(code: str) -> None:
    with pytest.raises(LimitError):
        _ = dataclasses.replace(LETTER, code=code).link
