"""Coats of arms: a drawing or pixels, taken apart and written anew (docs/spec/arms.md)."""

import io
import zlib
from itertools import count

from PIL import Image, PngImagePlugin

from tests.support.formats.format import Format
from tests.support.mutate import as_bytes, as_lines
from tests.support.project import ROOT
from voute.format import arms

DEMO = ROOT / "src" / "voute" / "cli" / "demo_arms.svg"
SIGNATURE = 8
CHUNK = 12
"""Bytes of a chunk beside its data: length, name, CRC."""
PIXELS = 64
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 12" width="9cm"'


def _drawn(*inside: str) -> bytes:
    return "\n".join((f"{HEAD}>", *inside, "</svg>")).encode()


def _drawings() -> list[bytes]:
    gradient = ('<defs><linearGradient id="g" x1="0"><stop offset=".5"', ' style="stop-color:#fff; stop-opacity:1"/>')
    return [
        _drawn('<path d="M0 0h1v-2.5z" fill="none"', ' stroke-width="2"/>'),
        _drawn(*gradient, "</linearGradient></defs>", '<rect width="4" height="5"', ' fill="url(#g)" transform="scale(2 -1)"/>'),
        _drawn("<!-- by whom -->", "<title>T</title>", '<g clip-path="url(#c)">', '<circle cx="5" cy="5" r="4"/>', "</g>"),
        _drawn('<polygon points="0,0 1,0&#9;1,1" fill-rule="evenodd"/>'),
        DEMO.read_bytes().replace(b"><", b">\n<"),
    ]


def _pixels() -> list[bytes]:
    made = []
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        out, told = io.BytesIO(), PngImagePlugin.PngInfo()
        told.add_text("Comment", "made by somebody", zip=True)
        told.add_itxt("Title", "Armoiries", "fr")
        picture = Image.new(mode, (PIXELS, PIXELS + PIXELS // 4), 1)
        picture.save(out, "PNG", pnginfo=told, dpi=(300, 300), icc_profile=b"profile" if mode == "RGB" else None)
        made.append(out.getvalue())
    return made


def mend_chunks(data: bytes) -> bytes:
    """Make the CRC of every chunk fit what is in it, as far as chunks follow one another."""
    out, at = [data[:SIGNATURE]], SIGNATURE
    for _ in count():
        size = int.from_bytes(data[at : at + 4])
        end = at + size + CHUNK
        if end > len(data):
            break
        out += (data[at : end - 4], zlib.crc32(data[at + 4 : end - 4]).to_bytes(4))
        at = end
    return b"".join((*out, data[at:]))


def _arms(raw: bytes) -> bytes:
    written = arms.clean(raw)
    if arms.clean(written.data) != written:
        raise AssertionError("what was written is not taken as it is")
    return written.data


PICTURES = (
    Format("arms-svg", _arms, _drawings, ("format.arms.clean",), as_lines, twin=False, exact=False, cases=8_000),
    Format("arms-png", _arms, _pixels, ("format.arms.clean",), as_bytes, twin=False, exact=False, mend=mend_chunks, cases=1_000),
)
