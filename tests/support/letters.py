"""What tests of letters share: settings of a department, people with addresses, and what a print file shows."""

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path

import zxingcpp
from PIL import Image

from voute.cli import demo_city
from voute.client.home import IssuerHome
from voute.client.letter_settings import settings_path

SETTINGS = """phone = "819 555-0142"
hours_fr = "du lundi au vendredi, de 8 h 30 à 16 h 30"
hours_en = "Monday to Friday, 8:30 to 16:30"
office_fr = "Service des finances"
office_en = "Finance Department"
"""
WITH_ARMS = f'{SETTINGS}arms = "armoiries.svg"\n'
ARMS = Path(demo_city.__file__).with_name("demo_arms.svg")


def write_settings(home: IssuerHome, text: str = WITH_ARMS) -> None:
    place = settings_path(home)
    place.write_text(text, "utf-8")
    place.with_name("armoiries.svg").write_bytes(ARMS.read_bytes())


def text_of(pdf: Path, first: int = 1, last: int = 0) -> str:
    """Words of the pages as another program reads them."""
    pages = ["-f", str(first), *(["-l", str(last)] if last else [])]
    found = subprocess.run(["pdftotext", *pages, pdf, "-"], capture_output=True, check=True)
    return found.stdout.decode()


def squares_of(pdf: Path, page: int, dots_per_inch: int = 110) -> list[str]:
    """What a camera reads in the squares of a page that is drawn by another program."""
    command = ["pdftoppm", "-r", str(dots_per_inch), "-f", str(page), "-l", str(page), "-png", str(pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True).stdout
    with Image.open(io.BytesIO(drawn)) as picture:
        return [one.text for one in zxingcpp.read_barcodes(picture.convert("L"))]


def addressed(rows: Sequence[dict[str, str]], *codes: str) -> list[dict[str, str]]:
    """The rows with a name and an address each, at these postal codes in turn."""
    return [
        row | {"name": f"Zoë L’Écuyer {number}", "address": f"{number}, rue X | Val-des-Cèdres (Québec) {code}"}
        for number, (row, code) in enumerate(zip(rows, codes, strict=True), 1)
    ]
