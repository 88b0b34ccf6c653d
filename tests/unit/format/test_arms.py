"""A coat of arms goes out as it was understood: shapes or pixels, and nothing else that was in the file."""

import io

import pytest
from PIL import Image, PngImagePlugin

from tests.support.project import ROOT
from voute.format.arms import MAX_PNG, MAX_SVG, WRITTEN_SIDE, ArmsRefusedError, clean

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


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", png()[:60], png()[:-40], svg("<g/>" * 3_001)])
def test_arms_that_are_none_are_refused(data: bytes) -> None:
    assert what(data) in {"XML", "PNG", "too much in it"}


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


def test_arms_of_too_many_bytes_are_refused_before_they_are_read() -> None:
    assert what(png() + bytes(MAX_PNG)) == "size"
