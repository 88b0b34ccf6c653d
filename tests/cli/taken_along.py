"""A resident who takes everything along: the archive of a vault, and the kit that opens it."""

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cli.conftest import Department
from tests.support.command import Ran
from tests.support.holder import Resident

Entries = dict[str, bytes]


@dataclass
class Left:
    """What a resident took along: an archive and the kit."""

    office: Department
    archive: Path
    kit: Path
    resident: Resident
    bills: dict[str, bytes]

    @property
    def entries(self) -> Entries:
        with zipfile.ZipFile(self.archive) as file:
            return {name: file.read(name) for name in file.namelist()}

    def rewritten(self, change: Callable[[Entries], None]) -> Path:
        entries = self.entries
        change(entries)
        path = self.office.folder / "changed.zip"
        with zipfile.ZipFile(path, "w") as file:
            for name, data in entries.items():
                file.writestr(name, data)
        return path

    def open(self, archive: Path | None = None, *args: str, kit: Path | None = None) -> Ran:
        """Open it into an empty folder, knowing no city."""
        shutil.rmtree(self.opened, ignore_errors=True)
        command: list[str | Path] = ["open", "--kit", kit or self.kit, archive or self.archive, "-o", self.opened, *args]
        return self.office.voute(*command, env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "fr_CA.UTF-8"})

    @property
    def opened(self) -> Path:
        return self.office.folder / "opened"


def leave(office: Department) -> Left:
    """Give a resident three bills, and let them take all of it along."""
    office.deliver(office.bills("a-1")).ended(0)
    resident = office.resident()
    resident.claim(office.code("a-1"), with_kit=True)
    office.city.settle()
    for key in ("second", "third"):
        office.deliver(office.bills("a-1", title=f"Avis {key} / 2026", **{"document key": key})).ended(0)
    archive = office.folder / "archive.zip"
    archive.write_bytes(resident.client.get("/api/vault/archive").raise_for_status().content)
    kit = office.folder / "kit.txt"
    assert resident.kit is not None
    kit.write_bytes(resident.kit.encode())
    bill = (office.folder / "pdf" / "a-1.pdf").read_bytes()
    titles = ("Compte de taxes a-1", "Avis second - 2026", "Avis third - 2026")
    return Left(office, archive, kit, resident, dict.fromkeys(titles, bill))
