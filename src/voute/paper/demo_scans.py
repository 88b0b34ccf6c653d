"""Pages as scanners and copiers make them: pictures in a PDF, with grain and without any text layer.

The pictures are the set pages themselves, soiled: paper grain, a slight turn, a coarse threshold. Filters are those that a reader
must know: DCT (JPEG), CCITT group 4, and no filter at all.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import pikepdf
from PIL import Image, ImageChops

_POINTS_PER_INCH: Final = 72
_GRAIN: Final = 40
"""Darkest grain, of 255: what a cheap flatbed leaves on white paper."""
_TIFF_HEIGHT, _TIFF_OFFSETS, _TIFF_LENGTHS = 278, 273, 279
"""TIFF tags (TIFF 6.0): rows per strip, strip offsets, strip byte counts."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """One picture as a PDF holds it: its bytes, size in pixels, and the entries that say how to read them."""

    data: bytes
    size: tuple[int, int]
    entries: Mapping[str, object]


def grey_jpeg(pages: Sequence[bytes], dots_per_inch: int, random: Random) -> bytes:
    """Give a grey JPEG scan of PNG pages."""

    def one(page: Image.Image) -> _Picture:
        return _jpeg(_soiled(page.convert("L"), random), "/DeviceGray")

    return _pdf(pages, dots_per_inch, one)


def colour_jpeg_askew(pages: Sequence[bytes], dots_per_inch: int, random: Random) -> bytes:
    """Give a colour JPEG scan on yellowed paper, put in slightly turned."""

    def one(page: Image.Image) -> _Picture:
        turned = page.convert("RGB").rotate(random.choice((-1.4, 1.1)), Image.Resampling.BICUBIC, fillcolor="white")
        yellowed = ImageChops.multiply(turned, Image.new("RGB", turned.size, (250, 240, 214)))
        return _jpeg(_soiled(yellowed, random), "/DeviceRGB")

    return _pdf(pages, dots_per_inch, one)


def fax(pages: Sequence[bytes], dots_per_inch: int, random: Random) -> bytes:
    """Give a black and white scan, CCITT group 4, as copiers of the nineties made them."""

    def one(page: Image.Image) -> _Picture:
        bilevel = _soiled(page.convert("L"), random).point(lambda value: 255 if value > 150 else 0, "1")  # noqa: PLR2004 threshold
        out = io.BytesIO()
        bilevel.save(out, "TIFF", compression="group4", tiffinfo={_TIFF_HEIGHT: bilevel.height})
        with Image.open(io.BytesIO(out.getvalue())) as strip:
            start, length = strip.tag_v2[_TIFF_OFFSETS][0], strip.tag_v2[_TIFF_LENGTHS][0]  # type: ignore[attr-defined]
        parameters = pikepdf.Dictionary(K=-1, Columns=bilevel.width, Rows=bilevel.height, BlackIs1=True)
        entries = {
            "/ColorSpace": pikepdf.Name.DeviceGray,
            "/BitsPerComponent": 1,
            "/Filter": pikepdf.Name.CCITTFaxDecode,
            "/DecodeParms": parameters,
        }
        return _Picture(out.getvalue()[start : start + length], bilevel.size, entries)

    return _pdf(pages, dots_per_inch, one)


def uncompressed(pages: Sequence[bytes], dots_per_inch: int, random: Random) -> bytes:
    """Give a colour scan without any filter: the large file that somebody always sends."""

    def one(page: Image.Image) -> _Picture:
        soiled = _soiled(page.convert("RGB"), random)
        return _Picture(soiled.tobytes(), soiled.size, {"/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8})

    return _pdf(pages, dots_per_inch, one)


def _soiled(page: Image.Image, random: Random) -> Image.Image:
    grain = Image.frombytes("L", page.size, random.randbytes(page.width * page.height))
    faint = grain.point(lambda value: value * _GRAIN // 255)
    return ImageChops.subtract(page, faint if page.mode == "L" else Image.merge("RGB", (faint, faint, faint)))


def _jpeg(page: Image.Image, space: str) -> _Picture:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=60)
    entries = {"/ColorSpace": pikepdf.Name(space), "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode}
    return _Picture(out.getvalue(), page.size, entries)


def _pdf(pages: Sequence[bytes], dots_per_inch: int, picture: Callable[[Image.Image], _Picture]) -> bytes:
    """Put one picture on each page, as large as it was scanned."""
    with pikepdf.new() as pdf:
        for png in pages:
            with Image.open(io.BytesIO(png)) as page:
                made = picture(page)
            width, height = (pixels * _POINTS_PER_INCH / dots_per_inch for pixels in made.size)
            pdf.add_blank_page(page_size=(round(width, 2), round(height, 2)))
            stream = pikepdf.Stream(pdf, made.data)
            stream.stream_dict.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image})
            stream.stream_dict.update({"/Width": made.size[0], "/Height": made.size[1], **made.entries})
            last = pdf.pages[-1]
            last.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=stream))
            last.Contents = pikepdf.Stream(pdf, b"q %.2f 0 0 %.2f 0 0 cm /Scan Do Q" % (width, height))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=False)
        return out.getvalue()
