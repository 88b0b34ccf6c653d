"""The face over Typst: tagged pages from shipped fonts, or an error."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.paper.reading import metadata, open_pdf
from voute.paper.typeset import FONTS, TEMPLATES, Typesetter, TypesettingError

NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)
PLAIN = """#set document(title: "T")
#set text(font: "IBM Plex Sans", lang: "fr", fallback: false)
#let data = json(bytes(sys.inputs.data))
= #data.words
"""


def typesetter(folder: Path, source: str) -> Typesetter:
    (folder / "page.typ").write_text(source, "utf-8")
    return Typesetter("page.typ", templates=folder)


def test_typeset_pdf_is_declared_accessible(tmp_path: Path) -> None:
    with open_pdf(typesetter(tmp_path, PLAIN).pdf({"words": "Été"}, created=NOON)) as pdf:
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata(pdf)
        assert pdf.Root.MarkInfo.Marked


def test_typeset_pdf_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (typesetter(tmp_path, PLAIN) for _ in range(2))
    assert first.pdf({"words": "a"}, created=NOON) == second.pdf({"words": "a"}, created=NOON)


def test_typeset_pdf_takes_words_as_words_never_as_markup(tmp_path: Path) -> None:
    words = '#panic("run") *a* $x$ \\ "'
    with open_pdf(typesetter(tmp_path, PLAIN).pdf({"words": words}, created=NOON)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [words]


def test_typeset_pictures_are_one_png_a_page(tmp_path: Path) -> None:
    made = typesetter(tmp_path, PLAIN + "#pagebreak()\nx").pictures({"words": "a"}, created=NOON, dots_per_inch=20)
    assert [page[:8] for page in made] == [b"\x89PNG\r\n\x1a\n"] * 2


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(PLAIN.replace("IBM Plex Sans", "DejaVu Sans"), id="font-of-the-system"),
        pytest.param(PLAIN.replace("IBM Plex Sans", "New Computer Modern"), id="font-inside-typst"),
        pytest.param(PLAIN + "#panic(1)", id="error"),
        pytest.param(PLAIN.replace('title: "T"', ""), id="no-title"),
        pytest.param(PLAIN + "== A\n==== skipped", id="heading-level-skipped"),
        pytest.param(
            PLAIN + """#image(bytes("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"), format: "svg")""",
            id="picture-without-alternative-text",
        ),
    ],
)
def test_typeset_pdf_refuses_what_would_be_a_bad_page(tmp_path: Path, source: str) -> None:
    with pytest.raises(TypesettingError):
        typesetter(tmp_path, source).pdf({"words": "a"}, created=NOON)


def test_typeset_pdf_refuses_a_character_that_no_font_has(tmp_path: Path) -> None:
    with pytest.raises(TypesettingError, match="日"):
        typesetter(tmp_path, PLAIN).pdf({"words": "日"}, created=NOON)


def test_typeset_pictures_refuses_warnings_too(tmp_path: Path) -> None:
    with pytest.raises(TypesettingError, match="unknown font"):
        typesetter(tmp_path, PLAIN.replace("IBM Plex Sans", "Nowhere")).pictures({"words": "a"}, created=NOON, dots_per_inch=20)


def test_typeset_pdf_refuses_a_time_without_zone(tmp_path: Path) -> None:
    with pytest.raises(TypesettingError):
        typesetter(tmp_path, PLAIN).pdf({"words": "a"}, created=datetime(2026, 2, 2))  # noqa: DTZ001 the point of the test


def test_typeset_unknown_template_is_refused() -> None:
    with pytest.raises(TypesettingError) as caught:
        Typesetter("nowhere.typ")
    assert caught.value.code == "typesetting"


def test_typeset_fonts_travel_with_their_licence() -> None:
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text("utf-8")
    assert len(list(FONTS.glob("*.ttf"))) == 4


def test_typeset_templates_take_nothing_from_outside() -> None:
    for path in TEMPLATES.glob("*.typ"):
        assert "@preview" not in path.read_text("utf-8")
