"""A city, or its backups, on a disk of some megabytes that is filled to the last byte and emptied: what was said, what is there.

`python -m tests.support.full_disk DISK WORK WHAT` runs where only it and its children see that disk (`on_a_small_disk`), checks
that nothing is lost, and writes what it saw as one line of JSON. SQLite takes no way into another process's disks.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from tests.support.command import Ran, environment
from tests.support.large_office import LargeOffice, working
from tests.support.project import ROOT
from tests.support.proxy import Exchange
from tests.support.served_city import serve_city
from voute.server.settings import Settings, write_settings

MEGABYTES = 48
DOCUMENTS = 300
ROUTES = {
    "pack": "PUT /api/deliveries/ID/packs/ID",
    "draft": "PUT /api/deliveries/ID/packs/ID/draft",
    "log": "POST /api/deliveries/ID/commit",
}
"""When the disk is full: before a pack, before what stands beside it; or behind the commit, where the log is to be written."""


def on_a_small_disk(folder: Path, what: str) -> dict[str, Any]:
    """Run a scenario; where we are not root, as a user who is one in a world of its own."""
    disk, work = folder / "small", folder / "work"
    disk.mkdir()
    work.mkdir()
    more = () if os.geteuid() == 0 else ("--user", "--map-current-user", "--keep-caps")
    script = 'mount -t tmpfs -o size=$0m,mode=0777 none "$1" && shift && exec "$@"'
    inner = [sys.executable, "-m", __name__, str(disk), str(work), what]
    command = ["unshare", "--mount", *more, "sh", "-c", script, str(MEGABYTES), str(disk), *inner]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return cast("dict[str, Any]", json.loads(ran.stdout.splitlines()[-1]))


@dataclass(frozen=True)
class Disk:
    """The small disk."""

    folder: Path

    def fill(self) -> None:
        """Leave not a byte."""
        with (self.folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4_096)):
                pass

    def free(self) -> None:
        (self.folder / "ballast").unlink()


@dataclass(frozen=True)
class Folders:
    """Gives folders by name, as pytest does."""

    work: Path

    def mktemp(self, name: str) -> Path:
        path = self.work / name
        path.mkdir()
        return path


def counted(office: LargeOffice) -> tuple[int, int]:
    """Documents whose commit the city has answered, and documents of deliveries that count in its catalogue."""
    commits = [one for one in office.city.proxy.exchanges if one.route == ROUTES["log"] and one.status == httpx.codes.OK]
    acknowledged = sum({one.path: int(one.request.json["documents"]) for one in commits}.values())
    ask = "select coalesce(sum(documents), 0) from deliveries where state <> 'draft'"
    with office.city.catalogue() as db:
        return acknowledged, int(db.execute(ask).fetchone()[0])


def deliver(office: LargeOffice, run: str) -> Ran:
    office.start(run, office.bills(run), several=False)
    return office.forks.wait()


def city_on(disk: Disk, folders: Folders, moment: str) -> dict[str, Any]:
    """Deliver with room, deliver while it ends, make room, go on; then everything is opened, verified and checked."""

    def place(settings: Settings) -> Settings:
        return replace(settings, data=disk.folder / "city", locks=disk.folder / "city" / "locks")

    city = serve_city(folders.mktemp("city"), ["finances"], place=place)
    with working(city, cast("pytest.TempPathFactory", folders), DOCUMENTS, references=10) as office:
        deliver(office, "spring").ended(0)
        counts = [counted(office)]
        full: list[str] = []

        def fill(exchange: Exchange) -> None:
            if exchange.route == ROUTES[moment] and not full:
                full.append(moment)
                disk.fill()

        hooks = {"after" if moment == "log" else "before": fill}
        with city.proxy.hooks(**hooks):
            ran = deliver(office, "autumn")
        counts.append(counted(office))
        heard = {one.reply.json["code"] for one in city.proxy.exchanges if one.status == 503 and one.reply is not None}
        assert full
        disk.free()
        office.go_on("autumn")
        city.settle()
        counts.append(counted(office))
        # Each document once, opened by its holder; receipts verified; `voute fsck` finds nothing.
        office.check()
        assert city.server.is_running
        return {"code": ran.code, "error": ran.json.get("error"), "heard": sorted(heard), "counts": counts}


def backups_on(disk: Disk, folders: Folders) -> dict[str, Any]:
    """Back up with room, deliver, back up without, make room, back up again; the first is whole throughout."""
    city = serve_city(folders.mktemp("city"), ["finances"])
    with working(city, cast("pytest.TempPathFactory", folders), DOCUMENTS, references=10) as office:
        key, backups, settings = folders.work / "operator.key", disk.folder / "backups", city.server.settings
        office.voute("backup", "key", key).ended(0)
        recipient = key.read_text().splitlines()[0].removeprefix("# public key: ")
        env = {**environment(office.voute.folder), **write_settings(settings)}

        def save() -> Ran:
            return office.voute("backup", "save", backups, "--to", recipient, "--json", env=env)

        def check(*more: str) -> Ran:
            return office.voute("backup", "check", backups, *more, "--key", key, "--json")

        deliver(office, "spring").ended(0)
        first = save().ended(0).json["name"]
        deliver(office, "autumn").ended(0)
        disk.fill()
        refused = save()
        left = [one.name for one in settings.data.glob("frozen-*")]
        after = check().ended(0).json
        disk.free()
        second = save().ended(0).json["name"]
        check().ended(0)
        office.check()
        return {"code": refused.code, "error": refused.json, "left": left, "first": first, "checked": after, "second": second}


if __name__ == "__main__":
    small, what = Disk(Path(sys.argv[1])), sys.argv[3]
    own = Folders(Path(sys.argv[2]))
    result = backups_on(small, own) if what == "backup" else city_on(small, own, what)
    sys.stdout.write(json.dumps(result) + "\n")
