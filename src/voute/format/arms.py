"""A city's coat of arms: an SVG of drawn shapes alone, or a PNG, written anew from what was understood (docs/spec/arms.md).

What goes out holds nothing that was not looked at: no script, no link, no style sheet, no text, no picture in a picture.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import ClassVar, Final
from xml.parsers import expat

from PIL import Image, UnidentifiedImageError

from voute.core.errors import FormatError

MAX_SVG: Final = 256 * 1024
"""Bytes of a drawing: an elaborate coat of arms has a tenth."""
MAX_PNG: Final = 2 * 1024 * 1024
MAX_ELEMENTS: Final = 3_000
MAX_DEPTH: Final = 20
MIN_SIDE: Final = 64
"""Pixels: less is a blur on paper."""
MAX_SIDE: Final = 4_096
WRITTEN_SIDE: Final = 512
"""Pixels of the longer side that is written: 11 mm of paper at more than 1,000 dots an inch."""
WIDEST: Final = 2.5
"""How much longer one side may be than the other: the place beside the city's name is about square."""

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_SHAPES: Final = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
_ELEMENTS: Final = _SHAPES | {"svg", "g", "defs", "clipPath", "linearGradient", "radialGradient", "stop"}
_SILENT: Final = frozenset({"title", "desc"})
"""Left out: the alternative text is the city's name."""
_PAINT: Final = frozenset({"fill", "stroke", "clip-path"})
_POINTS: Final = {"d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "points"}
_PLACES: Final = _POINTS | {"id", "width", "height"}
_COLOURS: Final = {"opacity", "offset", "stop-color", "stop-opacity", "fill-opacity", "fill-rule", "clip-rule", "spreadMethod"}
_STROKES: Final = {"width", "opacity", "linecap", "linejoin", "miterlimit", "dasharray", "dashoffset"}
_UNITS: Final = {"transform", "gradientUnits", "gradientTransform", "clipPathUnits"}
_ATTRIBUTES: Final = _PAINT | _PLACES | _COLOURS | _UNITS | {f"stroke-{one}" for one in _STROKES}
# No colon, slash, quote or backslash: nothing here can be an address or a script.
_VALUE: Final = re.compile(r"[A-Za-z0-9#%.,()+\-_ ]*")
_REFERENCE: Final = re.compile(r"url\(#[A-Za-z][A-Za-z0-9_-]*\)")
_NUMBER: Final = r"[-+]?[0-9]{1,6}(?:\.[0-9]{1,6})?"
_VIEW_BOX: Final = re.compile(rf"({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})")


class ArmsRefusedError(FormatError):
    """A picture can't be the coat of arms; the fact `what` names what is wrong with it."""

    code: ClassVar[str] = "arms-refused"


@dataclass(frozen=True, slots=True)
class Arms:
    """A coat of arms, fit to be shown; `kind` is `svg` or `png`."""

    kind: str
    data: bytes


def clean(data: bytes) -> Arms:
    """Look at a file and write it anew; the same file gives the same bytes.

    Raises:
        ArmsRefusedError: it is neither, too large, or holds what may not be in it.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Arms("png", _clean_png(data))
    return Arms("svg", _Drawing().write(data))


def _refuse(what: str) -> ArmsRefusedError:
    return ArmsRefusedError(what, what=what)


def _check_shape(width: float, height: float) -> None:
    if min(width, height) <= 0 or max(width, height) > WIDEST * min(width, height):
        raise _refuse("width and height")


def _clean_png(data: bytes) -> bytes:
    if len(data) > MAX_PNG:
        raise _refuse("size")
    try:
        with _warned(), Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if not MIN_SIDE <= min(picture.size) <= max(picture.size) <= MAX_SIDE:
                raise _refuse("width and height")
            _check_shape(*picture.size)
            pixels = picture.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Larger than the library itself would open, which it says with an error of its own, or only warns of.
        raise _refuse("width and height") from error
    # An index: what the library raises over an empty colour profile behind the pixels.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        raise _refuse("PNG") from error
    pixels.thumbnail((WRITTEN_SIDE, WRITTEN_SIDE), Image.Resampling.LANCZOS)
    # A picture of its own: what stood beside the pixels (texts, profiles, times) is left behind.
    bare = Image.frombytes("RGBA", pixels.size, pixels.tobytes())
    written = io.BytesIO()
    bare.save(written, "PNG", optimize=True)
    return written.getvalue()


@contextmanager
def _warned() -> Iterator[None]:
    """Make an error of the library's warning of too many pixels, and nothing of the others: oddities beside the pixels."""
    with warnings.catch_warnings(action="ignore"):
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


class _Drawing:
    """Reads an SVG once, and writes what it understood."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._count = 0
        self._silent = 0

    def write(self, data: bytes) -> bytes:
        if len(data) > MAX_SVG:
            raise _refuse("size")
        parser = expat.ParserCreate("utf-8", " ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._never("DOCTYPE")
        parser.EntityDeclHandler = self._never("ENTITY")
        parser.ProcessingInstructionHandler = self._never("<?")
        try:
            parser.Parse(data, True)  # noqa: FBT003 - the library has no name for it
        except expat.ExpatError as error:
            raise _refuse("XML") from error
        if not self._count:
            raise _refuse("SVG")
        return "".join(self._out).encode()

    @staticmethod
    def _never(what: str):  # type: ignore[no-untyped-def]  # noqa: ANN205 - each handler has arguments of its own
        def refuse(*_: object) -> None:
            raise _refuse(what)

        return refuse

    def _begin(self, full: str, given: dict[str, str]) -> None:
        space, _, name = full.rpartition(" ")
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) + self._silent >= MAX_DEPTH:
            raise _refuse("too much in it")
        if space != _NAMESPACE:
            raise _refuse(f"<{name}>")
        if self._silent or name in _SILENT:
            if name not in _SILENT:
                raise _refuse(f"<{name}>")
            self._silent += 1
            return
        if name not in _ELEMENTS or (name == "svg") != (not self._open) or (self._open and self._open[-1] in _SHAPES):
            raise _refuse(f"<{name}>")
        self._open.append(name)
        own = _root_attributes(given) if name == "svg" else _attributes(given)
        written = "".join(f' {key}="{escape(value)}"' for key, value in sorted(own.items()))
        self._out.append(f"<{name}{written}>")

    def _end(self, _full: str) -> None:
        if self._silent:
            self._silent -= 1
        else:
            self._out.append(f"</{self._open.pop()}>")

    def _text(self, text: str) -> None:
        if not self._silent and text.strip():
            raise _refuse("text")


def _root_attributes(given: dict[str, str]) -> dict[str, str]:
    found = _VIEW_BOX.fullmatch(given.get("viewBox", "").strip())
    if found is None:
        raise _refuse("viewBox")
    _check_shape(float(found[3]), float(found[4]))
    left = {key: value for key, value in given.items() if key not in {"viewBox", "width", "height", "version", "x", "y"}}
    return {**_attributes(left), "viewBox": " ".join(found.groups()), "xmlns": _NAMESPACE}


def _attributes(given: dict[str, str]) -> dict[str, str]:
    plain = {key: value for key, value in given.items() if key != "style"}
    # A style is taken apart: each of its declarations is an attribute, or refused.
    for declaration in filter(None, (one.strip() for one in given.get("style", "").split(";"))):
        key, colon, value = declaration.partition(":")
        if not colon:
            raise _refuse("style")
        plain[key.strip()] = value.strip()
    # White space of any kind, which XML would read back as another kind, is a space.
    plain = {key: " ".join(value.split()) for key, value in plain.items()}
    for key, value in plain.items():
        is_reference = key in _PAINT and _REFERENCE.fullmatch(value)
        if key not in _ATTRIBUTES or not _VALUE.fullmatch(value) or ("url" in value.lower() and not is_reference):
            raise _refuse(key)
    return plain
