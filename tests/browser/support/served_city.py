"""The demonstration city, founded and served as `voute demo` does it, for tests that drive its pages."""

import csv
import json
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from voute.cli.city_process import serving
from voute.cli.demo_city import Demo, Founded, deliver_demo, found_demo
from voute.cli.held_port import any_ports, held_port
from voute.client.codes import CodeDesk
from voute.client.deliver import Delivery
from voute.client.order import DeliverOrder
from voute.client.outcome import Outcome
from voute.format.claim_code import group_code, write_code
from voute.server.settings import Settings

COUNT = 70
"""Twenty awkward files, the resident's plain bill, and more plain ones than the suite has journeys that open a vault."""
PATIENCE = 50
"""Every limit of the city is multiplied by this: all visitors of these tests come from one address."""
VOUTE = Path(sys.executable).with_name("voute")

Row = Mapping[str, str]
Progress = Callable[[str, int, int], None]


def say_nothing(_stage: str, _done: int, _total: int) -> None:
    """Progress of a delivery that nobody watches."""


@dataclass(frozen=True)
class Recipient:
    """A taxpayer of the demonstration's list, with the code on their letter."""

    row: Row
    pdf: Path
    code: str
    link: str

    @property
    def grouped(self) -> str:
        return group_code(self.code)


@dataclass
class ServedCity:
    """One city in one folder, up or down."""

    founded: Founded
    demo: Demo
    server: ExitStack
    changed: dict[str, Any] = field(default_factory=dict)
    """Settings that a file of tests needs otherwise, from the next start on."""
    _fresh: list[Row] = field(default_factory=list)
    _runs: int = 0

    @property
    def origin(self) -> str:
        return self.demo.origin

    @property
    def home(self) -> Path:
        return self.demo.home

    def start(self) -> None:
        self.server.enter_context(serving(replace(patient(self.demo.settings), **self.changed)))

    def stop(self) -> None:
        self.server.close()

    # -- the department

    def recipient(self, row: Row) -> Recipient:
        desk = CodeDesk(self.founded.home)
        code = write_code(desk.code(desk.at(row["référence"])[0]))
        return Recipient(row, pdf_of(self.founded.documents.bills_dir, row["fichier"]), code, desk.link(code))

    def resident(self) -> Recipient:
        """Give the person that `voute demo` plays."""
        return self.recipient(read_list(self.founded.documents.bills_csv)[0])

    def fresh(self) -> Recipient:
        """Give a recipient of a plain bill whose code nobody has used yet; each is given once.

        Plain ones alone: what a test finds in its document must not depend on which tests ran before.
        """
        return self.recipient(self._fresh.pop(0))

    def deliver(self, rows: Sequence[Mapping[str, str]], folder: Path, progress: Progress = say_nothing) -> Outcome:
        """Deliver a list of our own, in this process."""
        self._runs += 1
        table = self.founded.folder / f"run-{self._runs}.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        return Delivery(self.founded.home, DeliverOrder(table, folder, table.stem), progress).run()

    def voute(self, *arguments: str | Path, status: int = 0) -> dict[str, Any]:
        """Run the command with `--json`, as a person would; give the last line of what it answers."""
        command = [VOUTE, *arguments, "--json"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.founded.folder)
        assert done.returncode == status, done.stderr + done.stdout
        reply: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return reply

    def lookup_of(self, letter: Recipient) -> bytes:
        """Give the public id of a letter's code."""
        return bytes(CodeDesk(self.founded.home).at(letter.row["référence"])[0].lookup_id)

    # -- what the server keeps

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the catalogue, which the server goes on using."""
        path = self.demo.settings.data / "catalogue.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as catalogue:
            return catalogue.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> None:
        """Do to the catalogue what only time does otherwise."""
        with closing(sqlite3.connect(self.demo.settings.data / "catalogue.sqlite", timeout=10)) as catalogue, catalogue:
            catalogue.execute(sql, values)

    def counts(self) -> dict[str, int]:
        """Count what opening a vault leaves behind at once; a vault's index is written when its page finds the time."""
        tables = ("vaults", "vault_records", "keyrings", "methods", "credentials", "sessions", "events")
        return {table: self.query(f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608 names of ours

    def opened_at(self, document_id: str) -> int | None:
        """Say when a document was first opened, or None."""
        row = self.query("SELECT opened_at FROM documents WHERE document_id = ?", bytes.fromhex(document_id))[0]
        return None if row[0] is None else int(row[0])


def patient(settings: Settings) -> Settings:
    return replace(settings, limit_factor=PATIENCE)


def read_list(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def pdf_of(folder: Path, name: str) -> Path:
    """Find a file by the name in the list, which a Mac may have written decomposed."""
    wanted = unicodedata.normalize("NFC", name)
    return next(path for path in folder.iterdir() if unicodedata.normalize("NFC", path.name) == wanted)


def rows_like(row: Row, count: int) -> list[Row]:
    """Give rows of other taxpayers with the same bill, which stand in no list of the demonstration."""
    return [
        {**row, "référence": f"{row['référence']}-{number}", "partie": f"{row['partie']}-{number}", "clé": f"own-{number}"}
        for number in range(count)
    ]


@contextmanager
def served_city(folder: Path) -> Iterator[ServedCity]:
    """Found, serve and deliver; the server ends with the context."""
    with held_port(any_ports()) as port, ExitStack() as server:
        founded = found_demo(folder, port, COUNT, lambda _key, _number: None)
        server.enter_context(serving(patient(founded.settings)))
        city = ServedCity(founded, deliver_demo(founded, say_nothing), server)
        awkward = set(dict(founded.documents.awkward).values())
        city._fresh = [row for row in read_list(founded.documents.bills_csv)[1:] if row["fichier"] not in awkward]  # noqa: SLF001
        yield city
