"""The work of a delivery: valid PDFs that no packer can shrink, of mixed sizes, and their lists.

The same count gives the same bytes. Files are kept under `var/bench` and made once.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

KB: Final = 1_000

SIZES: Final = tuple(size * KB for size in (20, 150, 60, 80, 200, 40, 100, 150, 80, 120))
"""Bytes of ten documents in a row, 100 KB on average: a one-page bill has some 20, one with a scanned notice 200."""

MEAN_SIZE: Final = sum(SIZES) // len(SIZES)
SMALL_SIZE: Final = 2 * KB
BILL_TYPE: Final = "tax-bill"

_SEED: Final = 2026
_FOLDER_SIZE: Final = 1_000
_OBJECTS: Final = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
)
_OVERHEAD: Final = 600
_HEADINGS: Final = ("reference", "party", "file", "title", "type", "amount", "due")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a document is for: one row of a list without its file."""

    reference: str
    party: str


def make_pdf(number: int, size: int) -> bytes:
    """Make a one-page PDF of exactly `size` bytes (at least 1,000) whose content is random, the same for a number."""
    room = size - _OVERHEAD
    noise = Random(_SEED << 32 | number).randbytes(room)
    objects = (*_OBJECTS, b"<</Length %d>>stream\n" % room + noise + b"\nendstream")
    parts, offsets = [b"%PDF-1.7\n"], []
    at = len(parts[0])
    for index, body in enumerate(objects, 1):
        offsets.append(at)
        parts.append(b"%d 0 obj\n" % index + body + b"\nendobj\n")
        at += len(parts[-1])
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%010d\n%%%%EOF\n"
    tail_size = len(trailer % 0)
    comment = b"%" + b" " * (size - at - tail_size - 2) + b"\n"
    return b"".join((*parts, comment, trailer % (size - tail_size)))


def size_of(number: int) -> int:
    """Return the bytes of a document of the work."""
    return SIZES[number % len(SIZES)]


def make_folder(folder: Path, count: int, size: int | None = None) -> Path:
    """Make `count` PDFs, of the mixed sizes or all of one; a folder that is complete is left as it is."""
    mark = folder / ".complete"
    if not mark.exists():
        for number in range(count):
            path = folder / file_name(number)
            if number % _FOLDER_SIZE == 0:
                path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(make_pdf(number, size or size_of(number)))
        mark.touch()
    return folder


def file_name(number: int) -> str:
    """Return the name of a document in its folder; a thousand share a subfolder."""
    return f"{number // _FOLDER_SIZE:03d}/{number:06d}.pdf"


def half_and_half(count: int, run: str) -> Iterator[Recipient]:
    """Name the recipients of a run in list order: every other one has a vault, the rest are new in each run."""
    for number in range(count):
        yield holder(number // 2) if number % 2 == 0 else Recipient(f"{run}-{number:06d}", f"party-{run}-{number:06d}")


def holder(number: int) -> Recipient:
    """Name a recipient who has a vault."""
    return Recipient(f"roll-{number:06d}", f"party-{number:06d}")


def count_vaults(count: int) -> int:
    """Return how many vaults `half_and_half` names."""
    return (count + 1) // 2


def write_list(path: Path, recipients: Iterable[Recipient]) -> Path:
    """Write the delivery list: row n is for recipient n and has document n."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADINGS)
        for number, one in enumerate(recipients):
            amount = f"{1_000 + number % 9_000}.{number % 100:02d}"
            title = f"Compte de taxes 2026 – {one.reference}"
            writer.writerow((one.reference, one.party, file_name(number), title, BILL_TYPE, amount, "2026-06-01"))
    return path
