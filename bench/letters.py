"""`voute letters`, measured: a list, its documents and a registry become print files; no server is asked.

The documents are bills of two pages, set once; every letter has a code and an address of its own. Processor time is told beside
the clock's, since a busy machine spares it.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.city import ISSUER, Founded, found_city
from bench.documents import BILL_TYPE
from bench.memory import MemoryWatch, Peak
from bench.usage import children_seconds
from bench.workplace import WORK, environment
from voute.client.code_maker import CodeMaker
from voute.client.disk import DISK
from voute.client.letter_settings import settings_path
from voute.client.registry_file import Book, write_book
from voute.core.values import unix_time
from voute.format.dsse import SigningKey
from voute.format.registry import Entry, EntryState
from voute.paper import demo_people
from voute.paper.bill import BillPress
from voute.paper.demo_city import SEED
from voute.seal.claim import claim_keys

COMMAND: Final = Path(sys.executable).with_name("voute")
RUN: Final = "letters"
BILLS: Final = 20
"""Different bills; the rows of the list share them, and each is read anew."""
LETTERS_A_MINUTE: Final = 5_000
"""What the product promises, for the table."""
_FIRST_EPOCH: Final = 1
_POSTAL_LETTERS: Final = "ABCEGHJKLM"
_HEADINGS: Final = ("reference", "party", "name", "address", "file", "title", "type", "document key")
_SETTINGS: Final = b"""phone = "819 555-0142"
hours_fr = "du lundi au vendredi"
hours_en = "Monday to Friday"
office_fr = "Service des finances"
office_en = "Finance Department"
"""


@dataclass(frozen=True, slots=True)
class MeasuredLetters:
    """One measured run: `seconds` and processor time of the whole command, its start included."""

    letters: int
    seconds: float
    cpu_s: float
    pages: int
    files: int
    bytes: int
    peak: Peak
    cores: int

    @property
    def letters_a_minute(self) -> float:
        """The rate by the clock."""
        return self.letters / self.seconds * 60

    @property
    def letters_a_minute_of_all_cores(self) -> float:
        """The rate that the same processor time would give if no neighbour took any."""
        return self.letters / self.cpu_s * self.cores * 60


class LettersFailedError(Exception):
    """The command did not do what was asked of it: its time would mean nothing."""


def measure_letters(letters: int) -> MeasuredLetters:
    """Make a list with its registry, run the command once, look at what it says."""
    folder = WORK / "letters"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    city = found_city(folder)
    DISK.replace(settings_path(city.home), _SETTINGS)
    table = _write(city, folder, letters)
    command = [str(one) for one in (COMMAND, "letters", table, "--as", ISSUER, "--home", city.home.home, "--run", RUN, "--json")]
    cpu, start = children_seconds(), time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as process, MemoryWatch(process.pid) as memory:
        out, _ = process.communicate()
    seconds, cpu = time.perf_counter() - start, children_seconds() - cpu
    if process.returncode:
        raise LettersFailedError(out.decode("utf-8", "replace"))
    said = json.loads(out)
    size = sum(path.stat().st_size for path in Path(said["folder"]).glob("*.pdf"))
    return MeasuredLetters(said["letters"], seconds, cpu, said["pages"], said["files"], size, memory.peak, os.cpu_count() or 1)


def letters_figures(measured: MeasuredLetters) -> dict[str, Any]:
    """Put a measurement into the figures that are kept."""
    return {
        "letters": measured.letters,
        "letters_a_minute": round(measured.letters_a_minute),
        "letters_a_minute_of_all_cores": round(measured.letters_a_minute_of_all_cores),
        "letters_a_minute_wanted": LETTERS_A_MINUTE,
        "cpu_ms_per_letter": round(measured.cpu_s / measured.letters * 1000, 2),
        "seconds": round(measured.seconds, 2),
        "pages": measured.pages,
        "files": measured.files,
        "kilobytes_per_letter": round(measured.bytes / measured.letters / 1000, 1),
        "peak_rss_mb": round(measured.peak.total_mb, 1),
        "peak_rss_largest_process_mb": round(measured.peak.largest_mb, 1),
        "processes": measured.peak.processes,
    }


def _write(city: Founded, folder: Path, letters: int) -> Path:
    """Write bills, a list, and the registry that a delivery of it would leave; gives the list."""
    pdf, press = folder / "pdf", BillPress()
    pdf.mkdir()
    for number, one in enumerate(demo_people.taxpayers(SEED, BILLS)):
        (pdf / f"{number}.pdf").write_bytes(press.pdf(one.bill))
    secrets, settings = city.home.secrets(), city.home.settings()
    codes = CodeMaker(secrets.master, settings.city, settings.issuer)
    book = Book(settings.city, settings.issuer, 0, None)
    table = folder / f"{RUN}.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        for number in range(letters):
            reference, party = f"R-{number:06d}", f"C-{number}"
            area = _POSTAL_LETTERS[number * 7 % 10] + str(number % 10) + _POSTAL_LETTERS[number * 3 % 10]
            address = f"{number}, rue des Érables-Argentés | Val-des-Cèdres (Québec) {area} 1A{number * 7 // 10 % 10}"
            name = f"Élise Fontaine-Ouellet {number}"
            writer.writerow((reference, party, name, address, f"{number % BILLS}.pdf", "Taxes 2026", BILL_TYPE, f"K-{number}"))
            known = Entry(reference, party, 0, RUN, _FIRST_EPOCH, EntryState.ISSUED, claim_keys(bytes(15)).lookup_id)
            book.put(Entry(reference, party, 0, RUN, _FIRST_EPOCH, EntryState.ISSUED, claim_keys(codes.code(known)).lookup_id))
    write_book(city.home, book, SigningKey(secrets.signing_seed), unix_time(int(time.time())))
    return table
