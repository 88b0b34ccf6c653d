"""A coat of arms goes out as it was understood: shapes or pixels, and nothing else that was in the file."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from tests.support.project import ROOT
from voute.format.arms import MAX_DEPTH, MAX_ELEMENTS, MAX_PNG, MAX_SIDE, MAX_SVG, MIN_SIDE, WRITTEN_SIDE, ArmsRefusedError, clean

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"'
DEMO = ROOT / "src" / "voute" / "cli" / "demo_arms.svg"


def svg(inside: str, head: str = "") -> bytes:
    return f"{HEAD} {head}>{inside}</svg>".encode()


def png(width: int = 100, height: int = 120, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "made by somebody")
    Image.new(mode, (width, height), 1).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def what(data: bytes) -> str:
    with pytest.raises(ArmsRefusedError) as caught:
        clean(data)
    assert caught.value.detail == caught.value.facts["what"]
    return str(caught.value.facts["what"])


def test_arms_of_the_demonstration_are_taken_and_written_the_same_again() -> None:
    arms = clean(DEMO.read_bytes())
    assert arms.kind == "svg"
    assert clean(arms.data) == arms
    assert arms.data.count(b"<path") == DEMO.read_bytes().count(b"<path")


def test_arms_leave_behind_what_says_nothing_to_an_eye() -> None:
    given = svg('<!-- who drew it --><title>T</title><g style="fill: #fff; stroke:none"><path d="M0 0h1"/></g>', 'width="9cm"')
    expected = f'{HEAD.replace(" xmlns", " xmlns", 1)}><g fill="#fff" stroke="none"><path d="M0 0h1"></path></g></svg>'
    written = clean(given).data.decode()
    assert written == expected.replace(HEAD, '<svg viewBox="0 0 10 10" xmlns="http://www.w3.org/2000/svg"')


REFUSED = {
    "<script>": svg("<script>alert(1)</script>"),
    "<image>": svg('<image x="0"/>'),
    "<use>": svg('<use x="1"/>'),
    "<foreignObject>": svg("<foreignObject/>"),
    "<a>": svg("<a/>"),
    "<style>": svg("<style>*{}</style>"),
    "<text>": svg("<text>a</text>"),
    "<animate>": svg('<path d="M0 0"><animate/></path>'),
    "<set>": svg("<set/>"),
    "<filter>": svg("<filter/>"),
    "<p>": b'<p xmlns="http://www.w3.org/1999/xhtml"/>',
    "<svg>": svg(f"{HEAD}/>"),
    "text": svg("<g>hello</g>"),
    "onload": svg("", 'onload="alert(1)"'),
    "onclick": svg('<path d="M0 0" onclick="a"/>'),
    "href": svg('<linearGradient href="#a"/>'),
    "class": svg('<g class="a"/>'),
    "filter": svg('<g filter="url(#a)"/>'),
    "fill": svg('<path fill="url(https://evil.test/a)"/>'),
    "stroke": svg('<path stroke="url(&quot;#a&quot;)"/>'),
    "clip-path": svg('<g clip-path="URL(#a)"/>'),
    "opacity": svg('<g opacity="url(#a)"/>'),
    "d": svg('<path d="M0 0&#10;javascript:alert(1)"/>'),
    "id": svg('<g id="a:b"/>'),
    "style": svg('<g style="fill"/>'),
    "font": svg('<g style="font:a:b"/>'),
    "background": svg('<g style="background:#fff"/>'),
    "viewBox": b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
    "width and height": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 10"/>',
    "DOCTYPE": b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"),
    "<?": b'<?xml-stylesheet href="a.css"?>' + svg(""),
    "XML": svg("<g>"),
    "size": svg(" " * MAX_SVG),
    "too much in it": svg("<g>" * 30 + "</g>" * 30),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_arms_with_anything_that_acts_or_points_elsewhere_are_refused(fault: str) -> None:
    assert what(REFUSED[fault]) == fault


BARE = b'<svg viewBox="0 0 10 10" xmlns="http://www.w3.org/2000/svg">'


def view(box: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"/>'.encode()


def test_arms_of_exactly_the_limits_are_taken() -> None:
    for box in ("0 0 1 1", "0 0 25 10", "0 0 10 25"):
        assert clean(view(box)).kind == "svg"
    for box in ("0 0 0 0", "0 0 -1 -1", "0 0 26 10"):
        assert what(view(box)) == "width and height"
    assert len(padded := svg(" " * (MAX_SVG - len(svg(""))))) == MAX_SVG
    assert clean(padded).data == BARE + b"</svg>"
    assert clean(svg("<g/>" * (MAX_ELEMENTS - 1))).data.count(b"<g>") == MAX_ELEMENTS - 1
    assert what(svg("<g/>" * MAX_ELEMENTS)) == "too much in it"
    for tag in ("g", "desc"):
        assert clean(svg(f"<{tag}>" * (MAX_DEPTH - 1) + f"</{tag}>" * (MAX_DEPTH - 1))).kind == "svg"
        assert what(svg(f"<{tag}>" * MAX_DEPTH + f"</{tag}>" * MAX_DEPTH)) == "too much in it"
    one = png(MIN_SIDE, MIN_SIDE)
    assert clean(one + bytes(MAX_PNG - len(one))).kind == "png"
    assert clean(png(MAX_SIDE, 1_640, "L")).kind == "png"


def test_arms_root_keeps_its_view_and_no_size_or_place_on_a_page() -> None:
    assert clean(svg("", 'width="9cm" height="9cm" version="1.1" x="1" y="2"')).data == BARE + b"</svg>"


def test_arms_words_in_words_are_left_out_to_their_end() -> None:
    given = svg("<desc>a<title>b</title>c</desc><g/><title>d</title>")
    assert clean(given).data == BARE + b"<g></g></svg>"


def test_arms_of_no_namespace_or_another_encoding_are_refused() -> None:
    assert what(b'<svg viewBox="0 0 10 10"/>') == "<svg>"
    assert what(b'<?xml version="1.0" encoding="iso-8859-1"?>' + svg("<title>\xe9</title>").decode().encode("latin-1")) == "XML"


@pytest.mark.parametrize("side", [12_000, 100_000])
def test_arms_that_would_fill_the_memory_are_refused_by_what_they_announce(side: int) -> None:
    announced = struct.pack(">II", side, side)
    one = png()
    head = b"IHDR" + announced + one[24:29]
    assert what(one[:12] + head + struct.pack(">I", zlib.crc32(head)) + one[33:]) == "width and height"


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", png()[:60], png()[:-40], svg("<g/>" * 3_001)])
def test_arms_that_are_none_are_refused(data: bytes) -> None:
    assert what(data) in {"XML", "PNG", "too much in it"}


@pytest.mark.parametrize("kind", [b"iCCP", b"gAMA", b"cHRM", b"tRNS", b"acTL"])
def test_arms_with_nothing_in_a_part_behind_the_pixels_raise_our_error_alone(kind: bytes) -> None:
    one = png()
    part = bytes(4) + kind + struct.pack(">I", zlib.crc32(kind))
    given = one[:-12] + part + one[-12:]
    try:
        assert clean(given).kind == "png"
    except ArmsRefusedError as error:
        assert error.facts["what"] == "PNG"  # noqa: PT017 (either outcome is right, a foreign error is not)


def test_arms_of_pixels_are_written_anew_and_smaller() -> None:
    given = png(1000, 1200)
    arms = clean(given)
    assert arms.kind == "png"
    with Image.open(io.BytesIO(arms.data)) as picture:
        assert (max(picture.size), picture.mode, picture.info) == (WRITTEN_SIDE, "RGBA", {})
    assert b"somebody" in given
    assert b"somebody" not in arms.data
    assert clean(given) == arms


@pytest.mark.parametrize(("width", "height"), [(63, 64), (64, 200), (5_000, 4_000)])
def test_arms_of_too_few_or_too_many_pixels_are_refused(width: int, height: int) -> None:
    assert what(png(width, height)) == "width and height"


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_arms_of_more_pixels_than_the_library_opens_are_refused_as_any_others(side: int) -> None:
    # Pillow warns of the first and raises an error of its own at the second.
    head = b"IHDR" + side.to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    data = png()[:8] + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4) + png()[33:]
    assert what(data) == "width and height"


def test_arms_have_one_form_whatever_white_space_stood_in_them() -> None:
    arms = clean(svg('<path d="M0&#9;0&#10; h1"/>'))
    assert b'd="M0 0 h1"' in arms.data
    assert clean(arms.data) == arms


def test_arms_of_too_many_bytes_are_refused_before_they_are_read() -> None:
    assert what(png() + bytes(MAX_PNG)) == "size"
