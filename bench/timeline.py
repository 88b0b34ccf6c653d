"""Where a delivery leaves cores idle, by phase: who works, who waits for a core, for how long nobody wants one (`main`).

The scheduler keeps for each thread how long it ran and how long it wanted to (`/proc/PID/task/*/schedstat`). What ran and what
wanted to run together say how many of our threads had work in an instant: from that the phase is reckoned as if the machine had
nothing else to do, which is what can be compared between runs on a busy one.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.city import Founded, found_city, served
from bench.delivery import expect_room, list_of, prepare
from bench.documents import count_vaults, make_folder
from bench.memory import PROC, family_of
from bench.workplace import WORK, environment

LOOK_S: Final = 0.02
"""Between two looks: a batch of codes, or a pack, takes ten times that."""
NS: Final = 1e-9
MAIN, CHILDREN, SERVER = "client", "its processes", "server"


@dataclass(frozen=True, slots=True)
class Look:
    """One moment: seconds that each thread ran and wanted to run until then."""

    at: float
    ran: Mapping[tuple[str, int], float]
    wanted: Mapping[tuple[str, int], float]


@dataclass(slots=True)
class Phase:
    """A phase as it was, and as it is reckoned for a machine with nothing else to do."""

    name: str
    seconds: float = 0.0
    quiet: float = 0.0
    """Seconds on a quiet machine, reckoned."""
    busy: dict[str, float] = field(default_factory=lambda: dict.fromkeys((MAIN, CHILDREN, SERVER), 0.0))
    """Seconds of a core, by whose they are."""

    @property
    def worked(self) -> float:
        """Seconds of a core, all together."""
        return sum(self.busy.values())


def look(client: int, server: int) -> Look:
    """Read what all threads of a delivery have used so far."""
    ran: dict[tuple[str, int], float] = {}
    wanted: dict[tuple[str, int], float] = {}
    at = time.monotonic()
    for pid in (*family_of(client), *family_of(server)):
        whose = MAIN if pid == client else SERVER if pid == server else CHILDREN
        with suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                # A thread may end between listing and reading.
                with suppress(OSError, ValueError, IndexError):
                    one = (task / "schedstat").read_text().split()
                    ran[whose, int(task.name)], wanted[whose, int(task.name)] = int(one[0]) * NS, int(one[1]) * NS
    return Look(at, ran, wanted)


def reckon(looks: Sequence[Look], marks: Sequence[tuple[str, float]], cores: int) -> list[Phase]:
    """Put what was seen into phases; a mark is a phase and when it began, the last one is the end."""
    phases = {name: Phase(name) for name, _ in marks[:-1]}
    for (name, begun), (_, ended) in pairwise(marks):
        phases[name].seconds += ended - begun
    for first, second in pairwise(looks):
        _share_out(first, second, marks, phases, cores)
    return list(phases.values())


def _share_out(first: Look, second: Look, marks: Sequence[tuple[str, float]], phases: Mapping[str, Phase], cores: int) -> None:
    length = second.at - first.at
    ran = {key: used - first.ran.get(key, 0.0) for key, used in second.ran.items()}
    wanted = sum(used - first.wanted.get(key, 0.0) for key, used in second.wanted.items())
    worked = sum(ran.values())
    at_once = (worked + wanted) / length
    # With nothing else to do, what wants to run runs, as far as there are cores; while nobody wants to, time goes by as it did.
    quiet = worked / min(cores, max(at_once, 1.0)) + length * max(0.0, 1.0 - at_once)
    for name, share in _within(first.at, second.at, marks):
        phases[name].quiet += quiet * share
        for (whose, _), used in ran.items():
            phases[name].busy[whose] += used * share


def _within(begin: float, end: float, marks: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    for (name, begun), (_, ended) in pairwise(marks):
        together = min(end, ended) - max(begin, begun)
        if together > 0:
            yield name, together / (end - begin)


def measure_timeline(documents: int, runs: int) -> Iterator[list[Phase]]:
    """Prepare a city and give the phases of so many deliveries, one after the other."""
    folder = WORK / "timeline"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    expect_room(folder, documents, runs)
    files = make_folder(WORK / f"documents-{documents}", documents)
    city = found_city(folder)
    with served(city, folder / "server.log") as server:
        prepare(city, folder, count_vaults(documents))
        for number in range(runs):
            yield take_timeline(city, server, list_of(folder, documents, f"run-{number}"), files)
    shutil.rmtree(folder)


def take_timeline(city: Founded, server: int, table: Path, files: Path) -> list[Phase]:
    """Deliver a list and give its phases; raises `CalledProcessError` when the delivery fails."""
    command = [sys.executable, "-m", "bench.staged", str(city.home.home), str(table), str(files)]
    looks: list[Look] = []
    stop = threading.Event()
    client = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def watch() -> None:
        while not stop.wait(LOOK_S):
            looks.append(look(client.pid, server))

    watcher = threading.Thread(target=watch, daemon=True)
    with client:
        watcher.start()
        output, _ = client.communicate()
    stop.set()
    watcher.join()
    if client.returncode:
        raise subprocess.CalledProcessError(client.returncode, command, output)
    lines = [json.loads(line) for line in output.splitlines()]
    return reckon(looks, [(line["phase"], line["at"]) for line in lines if "phase" in line], os.cpu_count() or 1)


def show_timeline(phases: Iterable[Phase], documents: int, console: Console) -> None:
    """Print the table of a delivery's phases."""
    cores = os.cpu_count() or 1
    table = Table(title=f"{documents:,} documents, by phase", title_justify="left")
    for heading in ("phase", "s", "s, reckoned quiet", "client", "its processes", "server", "cores at work", "idle, core·s"):
        table.add_column(heading, justify="left" if heading == "phase" else "right")
    listed = list(phases)
    whole = Phase("all", sum(one.seconds for one in listed), sum(one.quiet for one in listed))
    for one in listed:
        for whose, used in one.busy.items():
            whole.busy[whose] += used
    for one in (*listed, whole):
        busy = [f"{one.busy[whose]:.2f}" for whose in (MAIN, CHILDREN, SERVER)]
        at_work = f"{one.worked / one.quiet:.2f}" if one.quiet else ""
        table.add_row(one.name, f"{one.seconds:.2f}", f"{one.quiet:.2f}", *busy, at_work, f"{cores * one.quiet - one.worked:.2f}")
    console.print(table)


def main(given: Sequence[str]) -> None:
    """Show the phases of deliveries: `python -m bench.timeline DOCUMENTS [RUNS]`; nothing is kept."""
    documents, runs = int(given[0]), int(given[1]) if len(given) > 1 else 1
    for phases in measure_timeline(documents, runs):
        show_timeline(phases, documents, Console())


if __name__ == "__main__":
    main(sys.argv[1:])
