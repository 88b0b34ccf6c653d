"""Backup and restore of a whole city, measured: all of it, what one more delivery brought, and back from nothing.

On files and SQLite; and on Ceph's S3 and PostgreSQL where this machine has their programs, started here with a throw-away
cluster each. The server runs while backups are taken. Each command is a process of its own; its start counts.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx

from bench.city import Founded, found_city, served
from bench.delivery import COMMAND, DeliveryFailedError, command_of, deliver
from bench.documents import MEAN_SIZE, half_and_half, make_folder, write_list
from bench.usage import children_seconds
from bench.workplace import WORK, environment
from tests.support.postgres import postgres
from tests.support.s3.ceph import CephMissingError, ceph
from voute.server.settings import Settings, write_settings

SHARE: Final = 10
"""One document in so many comes again with the second delivery: a day's post beside a year's."""
FILES: Final = "files and SQLite"
OBJECTS: Final = "S3 and PostgreSQL"
_SECONDS: Final = 120
"""What a call to S3 may take: a cluster of one machine is slow when the machine is busy."""


class CommandFailedError(Exception):
    """A command failed: its time would mean nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command: by the clock, by processor time, and how many documents and megabytes it had to bring along."""

    seconds: float
    cpu_s: float
    documents: int
    megabytes: float


@dataclass(frozen=True, slots=True)
class MeasuredBackup:
    """All of a city, a tenth more, back again."""

    full: Step
    incremental: Step
    restore: Step


@dataclass(frozen=True, slots=True)
class Place:
    """A city, the settings it comes back with, and where the stores of both are."""

    city: Founded
    back: Settings


def measure_backups(documents: int, size: int | None, note: Callable[[str], None]) -> Mapping[str, MeasuredBackup]:
    """Measure on both kinds of stores, documents of mixed sizes or of `size` bytes; `note` is told why one is missing."""
    measured = {}
    for name, place in ((FILES, _on_files), (OBJECTS, _on_objects)):
        folder = WORK / "backup"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            with place(folder) as one:
                measured[name] = _measure(one, folder, documents, size)
        except (CephMissingError, FileNotFoundError) as error:
            note(f"{name}: left out ({error})")
        except (CommandFailedError, DeliveryFailedError) as error:
            # What the other stores gave took an hour perhaps: it is kept.
            note(f"{name}: failed ({error})")
    return measured


@contextmanager
def _on_files(folder: Path) -> Iterator[Place]:
    city = found_city(folder)
    yield Place(city, replace(city.settings, data=folder / "back"))


@contextmanager
def _on_objects(folder: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        (folder / "ceph").mkdir()
        server = stack.enter_context(ceph(folder / "ceph"))
        database = stack.enter_context(postgres())
        stores = {"s3_endpoint": server.endpoint, "s3_credentials": server.credentials, "s3_seconds": _SECONDS}
        city = found_city(folder, catalogue=database.database(), blobs="s3://city/measured", **stores)
        back = replace(city.settings, data=folder / "back", catalogue=database.database(empty=True), blobs="s3://city/back")
        yield Place(city, back)


def _measure(place: Place, folder: Path, documents: int, size: int | None) -> MeasuredBackup:
    city, more, backups, key = place.city, max(1, documents // SHARE), folder / "backups", folder / "operator.key"
    files = make_folder(WORK / (f"documents-{documents}" + (f"-{size}" if size else "")), documents, size)
    recipient = _run(["backup", "key", key], city.settings)["recipient"]
    save: Sequence[str | Path] = ["backup", "save", backups, "--to", recipient]
    with served(city, folder / "server.log"):
        deliver(command_of(city, write_list(folder / "year.csv", half_and_half(documents, "year")), files))
        full = _step(save, city.settings, documents, backups)
        deliver(command_of(city, write_list(folder / "day.csv", half_and_half(more, "day")), files))
        incremental = _step(save, city.settings, more, backups)
        checkpoint = folder / "checkpoint"
        checkpoint.write_bytes(httpx.get(f"{city.origin}/log/checkpoint").raise_for_status().content)
    file = folder / "back.toml"
    file.write_text("".join(f"{name.removeprefix('VOUTE_').lower()} = {json.dumps(text)}\n" for name, text in _kept(place.back)))
    command: Sequence[str | Path] = ["restore", backups, place.back.data, "--key", key, "--settings", file]
    restore = _step(command, place.back, documents + more, backups, whole=True)
    # A restore counts when the log may go on and nothing differs.
    _run(["admin", "log-recover", "--data", place.back.data, "--checkpoint", checkpoint], place.back)
    _run(["fsck", "--data", place.back.data], place.back)
    return MeasuredBackup(full, incremental, restore)


def _kept(settings: Settings) -> Sequence[tuple[str, str]]:
    return [(name, text) for name, text in write_settings(settings).items() if text]


def _step(command: Sequence[str | Path], settings: Settings, documents: int, backups: Path, *, whole: bool = False) -> Step:
    """Time a command; what it brought along is what the folder of backups grew by, or all of it."""
    before = 0 if whole else _size(backups)
    used, start = children_seconds(), time.perf_counter()
    _run(command, settings)
    seconds, cpu = time.perf_counter() - start, children_seconds() - used
    return Step(seconds, cpu, documents, (_size(backups) - before) / 1e6)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _run(command: Sequence[str | Path], settings: Settings) -> dict[str, Any]:
    """Run a command of the product and return the last line of its answer; raises `CommandFailedError`."""
    variables = {**environment(), **write_settings(settings)}
    words = [str(COMMAND), *map(str, command), "--json"]
    done = subprocess.run(words, check=False, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailedError(done.stderr + done.stdout)
    lines = done.stdout.splitlines()
    answer: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return answer


def backup_figures(documents: int, size: int | None, measured: Mapping[str, MeasuredBackup]) -> dict[str, Any]:
    """Put measurements into the figures that are kept."""
    return {
        "documents": documents,
        "document_bytes": size or MEAN_SIZE,
        "mixed_sizes": size is None,
        "more": max(1, documents // SHARE),
        "stores": {
            name: {step: _figures(getattr(one, step)) for step in ("full", "incremental", "restore")}
            for name, one in measured.items()
        },
    }


def _figures(step: Step) -> dict[str, float]:
    return {
        "seconds": round(step.seconds, 1),
        "documents_per_s": round(step.documents / step.seconds, 1),
        "megabytes": round(step.megabytes, 1),
        "cpu_us_per_document": round(step.cpu_s / step.documents * 1e6, 1),
    }
