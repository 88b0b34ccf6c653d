"""Reads a PDF the way an assistive technology does: structure tree first, then what it marks."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf


@dataclass(frozen=True)
class Element:
    """One element of the structure tree: role, depth, alternative text."""

    role: str
    depth: int
    alternative: str


def open_pdf(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def structure(pdf: pikepdf.Pdf) -> tuple[Element, ...]:
    """Every structure element in reading order."""
    return tuple(_walk(pdf.Root.StructTreeRoot.K, 0))


def roles(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    return tuple(one.role for one in structure(pdf))


def bookmarks(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Titles of the outline, which Typst makes from the headings in reading order."""

    def titles(items: list[pikepdf.OutlineItem]) -> Iterator[str]:
        for item in items:
            yield item.title
            yield from titles(item.children)

    with pdf.open_outline() as outline:
        return tuple(titles(outline.root))


def metadata(pdf: pikepdf.Pdf) -> str:
    return bytes(pdf.Root.Metadata.read_bytes()).decode("utf-8")


def unmarked_text_operators(pdf: pikepdf.Pdf) -> int:
    """How many pieces of text stand outside every marked sequence: neither content nor declared decoration."""
    count = 0
    for page in pdf.pages:
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
            count += operator in {"Tj", "TJ"} and depth == 0
    return count


def _walk(node: pikepdf.Object, depth: int) -> Iterator[Element]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _walk(child, depth)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield Element(str(node.S), depth, str(node.get("/Alt", "")))
        if "/K" in node:
            yield from _walk(node.K, depth + 1)


def languages(pdf: pikepdf.Pdf) -> set[str]:
    """Every language that an element of the structure says of itself."""

    def walk(node: pikepdf.Object) -> Iterator[str]:
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/Lang" in node:
                yield str(node.Lang)
            if "/K" in node:
                yield from walk(node.K)

    return set(walk(pdf.Root.StructTreeRoot.K))
