"""The claim letter: one sheet in two languages, a QR that a stranger's reader reads, an address that a window shows."""

import html
import io
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pytest

from tests.support.letters import squares_of, text_of
from tests.support.project import ROOT
from tests.unit.paper.letters import CHOICES, FULLEST, IN_VAULT, LETTER, ON_PAPER, SENDER
from tests.unit.paper.reading import bookmarks, languages, metadata, open_pdf, structure, unmarked_text_operators
from voute.core.errors import LimitError
from voute.core.values import Names
from voute.format.arms import clean
from voute.messages import messages
from voute.paper.envelope import NUMBER_10, PANEL_HEIGHT, Envelope
from voute.paper.letter import Letter, LetterKind, LetterPress, as_data
from voute.paper.typeset import TypesettingError

LINK = "https://coffre.val-des-cedres.example/ouvrir#7KQ2M9XD04RTHB6VWZ3NP5CJ"
POINTS_TO_TENTHS = 254 / 72
WORD = re.compile(r'<word xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">([^<]*)</word>')
BLOCKS = {"/Div", "/P", "/H1", "/H2"}
HEADINGS = {
    "fr": (
        "Votre document s’ouvre aussi en ligne",
        "Pour l’ouvrir",
        "Pas de téléphone intelligent?",
        "Méfiez-vous des faux codes",
        "Ce code est pour vous",
        "Ce n’est pas pour vous?",
    ),
    "en": (
        "Your document also opens online",
        "To open it",
        "No smartphone?",
        "Beware of fake codes",
        "This code is for you",
        "Not for you?",
    ),
}


@dataclass(frozen=True)
class Word:
    """A word on a page, its box in tenths of a millimetre from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def words_of(pdf: Path, page: int) -> Iterator[Word]:
    command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(pdf), "-"]
    found = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    for *box, text in WORD.findall(found):
        left, top, right, bottom = (float(one) * POINTS_TO_TENTHS for one in box)
        yield Word(html.unescape(text), left, top, right, bottom)


@pytest.fixture(scope="module")
def press() -> LetterPress:
    return LetterPress(SENDER)


def written(folder: Path, press: LetterPress, *letters: Letter) -> Path:
    path = folder / "letter.pdf"
    path.write_bytes(press.pdf(letters))
    return path


@pytest.mark.parametrize("language", ["fr", "en"])
def test_letter_is_one_accessible_sheet_in_two_languages(press: LetterPress, language: str) -> None:
    other = {"fr": "en", "en": "fr"}[language]
    with open_pdf(press.pdf([replace(LETTER, language=language)])) as pdf:
        assert len(pdf.pages) == 2
        assert str(pdf.Root.Lang) == f"{language}-CA"
        assert f"{other}-CA" in languages(pdf)
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata(pdf)
        assert unmarked_text_operators(pdf) == 0
        assert bookmarks(pdf) == HEADINGS[language] + HEADINGS[other]
        figures = [one.alternative for one in structure(pdf) if one.role == "/Figure"]
        assert len(figures) == 2
        assert all("coffre.val-des-cedres.example/ouvrir" in alternative for alternative in figures)
        roles = [one.role for one in structure(pdf)]
        assert (roles.count("/H1"), roles.count("/H2"), roles.count("/LI")) == (2, 10, 4)
        # Layout is no table, and no words stand outside a paragraph but the two lines of the city's name.
        assert "/Table" not in roles
        assert [one.role for one in structure(pdf) if one.depth == 1 and one.role not in BLOCKS] == []


def test_letter_is_read_aloud_in_the_order_of_the_eye(press: LetterPress, tmp_path: Path) -> None:
    words = " ".join(text_of(written(tmp_path, press, LETTER), 1, 1).split())
    order = ["Ville de Val-des-Cèdres", "2 février 2026", "Élise Fontaine-Ouellet", "819 555-0142", *HEADINGS["fr"], "3F8K-ZQ2M"]
    places = [words.index(one) for one in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "origin",
    ["https://coffre.val-des-cedres.example", "http://localhost:8443", "https://coffre.une-ville-au-nom-bien-long.example"],
)
def test_letter_squares_are_read_back_from_both_sides(tmp_path: Path, origin: str) -> None:
    pdf = written(tmp_path, LetterPress(replace(SENDER, origin=origin)), LETTER)
    assert squares_of(pdf, 1) == squares_of(pdf, 2) == [f"{origin}/ouvrir#7KQ2M9XD04RTHB6VWZ3NP5CJ"]


@pytest.mark.parametrize("letter", [LETTER, FULLEST], ids=["plain", "fullest"])
def test_letter_window_shows_the_address_whole_and_nothing_else(press: LetterPress, tmp_path: Path, letter: Letter) -> None:
    always, sometimes = NUMBER_10.always, NUMBER_10.sometimes
    words = list(words_of(written(tmp_path, press, letter), 1))
    shown = [
        one
        for one in words
        if one.left < sometimes.right and one.right > sometimes.left and one.top < sometimes.bottom and one.bottom > sometimes.top
    ]
    assert [one.text for one in shown] == " ".join(letter.recipient).split()
    # A word's box has the room that its font keeps above and below letters: a fifth of a line.
    for one in shown:
        assert (one.left >= always.left, one.right <= always.right) == (True, True), one
        assert (one.top >= always.top - 8, one.bottom <= always.bottom + 8) == (True, True), one


def test_letter_squares_and_codes_are_between_the_folds(press: LetterPress, tmp_path: Path) -> None:
    for letter in (LETTER, FULLEST):
        pdf = written(tmp_path, press, letter)
        for page in (1, 2):
            code = [one for one in words_of(pdf, page) if one.text in (letter.code or "").split("-")]
            opening = next(one for one in words_of(pdf, page) if one.text in {"Pour", "To"} and one.top > PANEL_HEIGHT)
            assert len(code) == 6
            # The square is 36 mm high and begins under this heading.
            assert PANEL_HEIGHT + 20 < opening.top < 2 * PANEL_HEIGHT - 460
            assert all(PANEL_HEIGHT + 20 < one.top < one.bottom < 2 * PANEL_HEIGHT - 20 for one in code)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_letter_says_in_sixty_words_what_it_is(language: str) -> None:
    said = messages(language).text("letter-vault")
    assert 40 <= len(re.findall(r"[\w’-]+", said)) <= 60


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("Rien ne change pour vous", "Pas de téléphone intelligent?", "jamais de mot de passe ni de numéro de carte")),
        ("en", ("Nothing changes for you", "No smartphone?", "never asks for a password or a card number")),
    ],
)
def test_letter_says_what_people_without_a_phone_and_people_in_doubt_need(
    press: LetterPress, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    said = " ".join(text_of(written(tmp_path, press, replace(LETTER, language=language)), 1, 1).split())
    for one in (*words, SENDER.phone, SENDER.fingerprint, "coffre.val-des-cedres.example/ouvrir", "A-2.1"):
        assert one in said.replace("\u00a0", " ")


def test_letter_without_a_code_shows_none(press: LetterPress, tmp_path: Path) -> None:
    for letter, words in ((IN_VAULT, "Aucun code n’est nécessaire"), (ON_PAPER, "Pas de code cette fois")):
        pdf = written(tmp_path, press, letter)
        assert words in " ".join(text_of(pdf).split())
        assert squares_of(pdf, 1) == squares_of(pdf, 2) == []
        assert "#" not in text_of(pdf)


def test_letter_shows_what_was_chosen_on_both_sides(press: LetterPress, tmp_path: Path) -> None:
    pdf = written(tmp_path, press, replace(LETTER, choices=CHOICES))
    front, back = (" ".join(text_of(pdf, page, page).split()) for page in (1, 2))
    assert "Ce que vous avez choisi" in front
    assert "What you chose" in back
    assert all(one.fr.replace(" :", " :") in front.replace("\u00a0", " ") for one in CHOICES)
    assert all(one.en in back for one in CHOICES)
    assert "Ce que vous avez choisi" not in text_of(written(tmp_path, press, LETTER))


def test_letter_batch_is_the_same_letters_one_after_the_other(press: LetterPress, tmp_path: Path) -> None:
    letters = [replace(LETTER, document=f"Document {number}", mark=f"1-{number}") for number in range(1, 4)]
    pdf = written(tmp_path, press, *letters, IN_VAULT, FULLEST)
    with open_pdf(pdf.read_bytes()) as made:
        assert len(made.pages) == 10
        assert bookmarks(made) == ()
    for number in (1, 2, 3):
        assert f"Document {number}" in text_of(pdf, 2 * number - 1, 2 * number - 1)
        assert f"1-{number}" in text_of(pdf, 2 * number - 1, 2 * number - 1)
    assert press.pdf(letters) == press.pdf(letters)


def test_letter_that_needs_more_than_its_side_is_refused(press: LetterPress) -> None:
    many = tuple(Names(fr=f"Choix {number}", en=f"Choice {number}") for number in range(30))
    with pytest.raises(TypesettingError, match="does not fit"):
        press.pdf([LETTER, replace(LETTER, choices=many)])


def test_letter_data_shows_the_code_in_six_groups_of_four() -> None:
    found = json.loads(json.dumps(as_data(SENDER, [LETTER])))["letters"]
    assert [one["code"] for one in found] == [["7KQ2", "M9XD", "04RT", "HB6V", "WZ3N", "P5CJ"]]


@pytest.mark.parametrize(
    "origin",
    ["coffre.example", "ftp://coffre.example", "https://", "https://a.example/", "https://a.example?x", "https://a.example#x"],
)
def test_letter_link_refuses_an_origin_with_more_or_less_than_a_host(origin: str) -> None:
    with pytest.raises(LimitError):
        LETTER.link(replace(SENDER, origin=origin))


@pytest.mark.parametrize(
    "code", ["", "7KQ2M9XD04RTHB6VWZ3NP5CJ", "7kq2-M9XD-04RT-HB6V-WZ3N-P5CJ", "7KQ2-M9XD-04RT-HB6V-WZ3N-P5CU", None]
)
def test_letter_link_refuses_a_code_of_another_form(code: str | None) -> None:
    assert LETTER.link(SENDER) == LINK
    with pytest.raises(LimitError):
        replace(LETTER, code=code).link(SENDER)


@pytest.mark.parametrize(
    "letter",
    [
        pytest.param(replace(LETTER, kind=LetterKind.VAULT), id="a-code-that-was-used"),
        pytest.param(replace(LETTER, kind=LetterKind.PAPER), id="a-code-that-was-revoked"),
        pytest.param(replace(LETTER, code=None), id="no-code"),
        pytest.param(replace(LETTER, language="de"), id="unknown-language"),
        pytest.param(replace(LETTER, recipient=("1",) * 6), id="six-lines"),
    ],
)
def test_letter_that_contradicts_itself_is_refused(letter: Letter) -> None:
    with pytest.raises(LimitError):
        as_data(SENDER, [letter])


def test_letter_envelope_whose_window_shows_too_little_is_refused() -> None:
    assert (NUMBER_10.always.left, NUMBER_10.always.top) == (222, 635)
    assert (NUMBER_10.always.width, NUMBER_10.always.height) == (889, 169)
    for change in ({"window_height": 200}, {"window_width": 900}, {"width": 2158}, {"height": 930}, {"height": 1300}):
        with pytest.raises(LimitError):
            _ = replace(NUMBER_10, **change).always
    larger = Envelope(2413, 1048, 150, 127, 1250, 300)
    assert larger.always.width > NUMBER_10.always.width


def test_letter_shows_the_arms_with_the_citys_name_for_who_does_not_see_them() -> None:
    arms = clean((ROOT / "src" / "voute" / "cli" / "demo_arms.svg").read_bytes())
    plain = LetterPress(SENDER).pdf([LETTER])
    shown = LetterPress(replace(SENDER, arms=arms)).pdf([LETTER])
    with pikepdf.open(io.BytesIO(shown)) as pdf:
        figures = [str(one["/Alt"]) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
    # On each side, and the square that is scanned beside them.
    assert figures.count(SENDER.city.fr) == 2
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        assert not any(isinstance(one, pikepdf.Dictionary) and one.get("/Alt") == SENDER.city.fr for one in pdf.objects)
