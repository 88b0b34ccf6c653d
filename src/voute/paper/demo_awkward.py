"""The awkward files that every real delivery has: each takes a taxpayer's bill and gives the bytes of an odd one.

All of them are files that a holder can open: what a delivery must refuse (encrypted, empty, not a PDF) is the tests' business.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pikepdf

from voute.paper import bill, demo_scans, figures
from voute.paper.demo_people import Taxpayer
from voute.paper.typeset import Data, Typesetter

ANNEX_PAGES: Final = 28
"""With the bill's own two pages, thirty."""
_ANNEX_ROWS: Final = 30
_SCAN_DPI: Final = 120
_FAX_DPI: Final = 200
_LARGE_DPI: Final = 267
"""Two uncompressed colour pages of 8.5 × 11 inches are then 40 MB."""
_LANDSCAPE: Final = (279, 216)
_TINY: Final = (74, 52)
"""Millimetres: a letter page on its side; a receipt (ISO 216, A8)."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an awkward file is made from."""

    taxpayer: Taxpayer
    pdf: bytes
    press: bill.BillPress
    sheets: Typesetter
    words: Mapping[str, Any]
    random: Random

    def pictures(self, dots_per_inch: int) -> tuple[bytes, ...]:
        """Give the bill's pages as PNG."""
        return self.press.pictures(self.taxpayer.bill, dots_per_inch=dots_per_inch)

    def sheet(self, kind: str, size: tuple[int, int], values: tuple[str, ...]) -> bytes:
        """Set a short page of its own size (millimetres)."""
        words = self.words[kind]
        year = self.taxpayer.bill.year
        data: dict[str, Data] = {
            "title": words["title"].format(year=year),
            "city": self.taxpayer.bill.city,
            "office": self.words["finances"],
            "paragraphs": [text.format(year=year) for text in words.get("paragraphs", [])],
            "rows": list(zip(words["labels"], values, strict=True)),
            "width_mm": size[0],
            "height_mm": size[1],
        }
        return self.sheets.pdf(data, created=bill.created(self.taxpayer.bill))


def _thirty_pages(source: Source) -> bytes:
    words, made = source.words["annex"], source.taxpayer.bill
    lot = made.roll_number.rpartition("-")[0]
    pages = [
        [
            (
                words["unit"].format(number=number),
                f"{lot}-{number:04d}",
                words["area"].format(area=source.random.randint(38, 121)),
                figures.dollars(source.random.randint(900, 2600) * 100),
            )
            for number in range(page * _ANNEX_ROWS + 1, (page + 1) * _ANNEX_ROWS + 1)
        ]
        for page in range(ANNEX_PAGES)
    ]
    return source.press.pdf(made, annex={"title": words["title"], "head": words["head"], "pages": pages})


def _landscape(source: Source) -> bytes:
    made = source.taxpayer.bill
    worth = figures.dollars(made.land + made.building)
    values = (source.taxpayer.name, made.property_address, made.roll_number, worth, figures.money(made.total))
    return source.sheet("landscape", _LANDSCAPE, values)


def _tiny(source: Source) -> bytes:
    first = source.taxpayer.bill.instalments[0]
    return source.sheet("tiny", _TINY, (source.taxpayer.party, figures.money(first.cents), bill.day(first.due)))


def _grey_scan(source: Source) -> bytes:
    return demo_scans.grey_jpeg(source.pictures(_SCAN_DPI), _SCAN_DPI, source.random)


def _colour_scan(source: Source) -> bytes:
    return demo_scans.colour_jpeg_askew(source.pictures(_SCAN_DPI), _SCAN_DPI, source.random)


def _fax(source: Source) -> bytes:
    return demo_scans.fax(source.pictures(_FAX_DPI), _FAX_DPI, source.random)


def _large_scan(source: Source) -> bytes:
    return demo_scans.uncompressed(source.pictures(_LARGE_DPI), _LARGE_DPI, source.random)


def _rewritten(pdf: pikepdf.Pdf, **options: Any) -> bytes:  # noqa: ANN401 the options are pikepdf's own
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, **options)
    return out.getvalue()


def _with_form(source: Source) -> bytes:
    """A text field and a check box, each with its own appearance, as office programs write them."""
    words = source.words["form"]
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        page = pdf.pages[0]

        def appearance(width: int, content: bytes) -> pikepdf.Object:
            drawn = pikepdf.Stream(pdf, b"0.5 w 0.5 0.5 %d 17 re S " % (width - 1) + content)
            drawn.stream_dict.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form})
            drawn.stream_dict.update({"/BBox": pikepdf.Array([0, 0, width, 18])})
            return drawn

        def widget(left: int, width: int, **entries: pikepdf.Object) -> pikepdf.Object:
            place = pikepdf.Array([left, 68, left + width, 86])
            common = {"/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Widget, "/P": page.obj, "/F": 4, "/Rect": place}
            return pdf.make_indirect(pikepdf.Dictionary({**common, **{f"/{key}": value for key, value in entries.items()}}))

        address = widget(
            51,
            260,
            FT=pikepdf.Name.Tx,
            T=pikepdf.String("address"),
            TU=pikepdf.String(words["field"]),
            DA=pikepdf.String("/Helv 10 Tf 0 g"),
            AP=pikepdf.Dictionary(N=appearance(260, b"")),
        )
        owner = widget(
            331,
            18,
            FT=pikepdf.Name.Btn,
            T=pikepdf.String("owner"),
            TU=pikepdf.String(words["box"]),
            V=pikepdf.Name.Yes,
            AS=pikepdf.Name.Yes,
            AP=pikepdf.Dictionary(
                N=pikepdf.Dictionary(Yes=appearance(18, b"4 4 m 14 14 l 4 14 m 14 4 l S"), Off=appearance(18, b""))
            ),
        )
        helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Annots = pikepdf.Array([address, owner])
        pdf.Root.AcroForm = pikepdf.Dictionary(
            Fields=pikepdf.Array([address, owner]),
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=helvetica)),
        )
        return _rewritten(pdf)


def _with_links(source: Source) -> bytes:
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        first, second = pdf.pages[0], pdf.pages[1]
        targets: tuple[dict[str, pikepdf.Object], ...] = (
            {"/A": pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://val-des-cedres.example/taxes"))},
            {"/A": pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("mailto:finances@val-des-cedres.example"))},
            {"/Dest": pikepdf.Array([second.obj, pikepdf.Name.Fit])},
        )
        links = [
            pikepdf.Dictionary(
                {
                    "/Type": pikepdf.Name.Annot,
                    "/Subtype": pikepdf.Name.Link,
                    "/Border": pikepdf.Array([0, 0, 0]),
                    "/Rect": pikepdf.Array([51, 60 + 16 * place, 330, 74 + 16 * place]),
                    **target,
                }
            )
            for place, target in enumerate(targets)
        ]
        first.Annots = pikepdf.Array([pdf.make_indirect(link) for link in links])
        return _rewritten(pdf)


def _with_script(source: Source) -> bytes:
    """Scripts that would speak up if anything ran them: on opening, on a page, by name."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('script ran'); this.print(true);"))
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        pdf.Root.OpenAction = script
        pdf.pages[0].AA = pikepdf.Dictionary(O=script)
        names = pdf.Root.get("/Names", pikepdf.Dictionary())
        names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("start"), script]))
        pdf.Root.Names = names
        return _rewritten(pdf)


def _rotated(source: Source) -> bytes:
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.pages[1].Rotate = 270
        return _rewritten(pdf)


def _old(source: Source) -> bytes:
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        return _rewritten(pdf, force_version="1.4", object_stream_mode=pikepdf.ObjectStreamMode.disable)


def _linearised(source: Source) -> bytes:
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        return _rewritten(pdf, linearize=True)


def _with_attachment(source: Source) -> bytes:
    words = source.words["attachment"]
    with pikepdf.open(io.BytesIO(source.pdf)) as pdf:
        held = pikepdf.AttachedFileSpec(pdf, words["text"].encode(), filename=words["file"], mime_type="text/csv")
        pdf.attachments[words["file"]] = held
        return _rewritten(pdf)


def _plain(source: Source) -> bytes:
    return source.pdf


@dataclass(frozen=True, slots=True)
class Awkward:
    """One kind: how its bytes are made, its key in `odd_names` where the name is the odd thing, whether it has its own title."""

    kind: str
    make: Callable[[Source], bytes]
    odd_name: str | None = None
    decomposed: bool = False
    titled: bool = False


KINDS: Final = (
    Awkward("thirty-pages", _thirty_pages),
    Awkward("scan-grey", _grey_scan),
    Awkward("scan-colour", _colour_scan),
    Awkward("scan-fax", _fax),
    Awkward("large", _large_scan),
    Awkward("name-accents", _plain, "accents"),
    Awkward("name-decomposed", _plain, "decomposed", decomposed=True),
    Awkward("name-apostrophes", _plain, "apostrophes"),
    Awkward("name-signs", _plain, "signs"),
    Awkward("name-capitals", _plain, "capitals"),
    Awkward("name-long", _plain, "long"),
    Awkward("landscape", _landscape, titled=True),
    Awkward("tiny", _tiny, titled=True),
    Awkward("form", _with_form),
    Awkward("links", _with_links),
    Awkward("script", _with_script),
    Awkward("rotated", _rotated),
    Awkward("old", _old),
    Awkward("linearised", _linearised),
    Awkward("attachment", _with_attachment),
)
