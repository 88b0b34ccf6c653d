"""The main job, measured: from files on disk to receipts on disk, server and client in processes of their own.

Before the clock starts half of the recipients have a vault whose binding the department has pinned, as in a city that has
run for a year; the other half are new and get a claim key. Between two runs the machine's bound is measured, so that both
see the same noise.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.bound import UnitCosts, bound_of
from bench.checks import check_receipts
from bench.city import Founded, found_city, served
from bench.documents import SMALL_SIZE, count_vaults, half_and_half, holder, make_folder, write_list
from bench.flushes import count_flushes
from bench.holders import claim_all
from bench.memory import MemoryWatch, Peak
from bench.unit_costs import measure_unit_costs

WORK: Final = Path("var/bench")
"""On the file system of the checkout, kept out of git."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured delivery: `seconds` from the call to durable receipts, `command_seconds` with the start of Python."""

    documents: int
    seconds: float
    command_seconds: float
    to_vaults: int
    to_codes: int
    packs: int
    sealed_bytes: int
    client: Peak
    costs: UnitCosts

    @property
    def documents_per_s(self) -> float:
        """The rate of the run."""
        return self.documents / self.seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """All runs of one measurement and what the server took over all of them, preparation included."""

    runs: tuple[Run, ...]
    server: Peak
    flushes: dict[str, int] | None
    cores: int

    @property
    def documents_per_s(self) -> float:
        """The median rate."""
        return statistics.median(run.documents_per_s for run in self.runs)

    @property
    def bound_documents_per_s(self) -> float:
        """The median of the machine's bound."""
        return statistics.median(bound_of(run.costs, self.cores).documents_per_s for run in self.runs)

    @property
    def ratio_to_bound(self) -> float:
        """The share of the machine's bound: the one median over the other."""
        return self.documents_per_s / self.bound_documents_per_s


class DeliveryFailedError(Exception):
    """A delivery did not do what was asked of it: its time would mean nothing."""


def measure_delivery(documents: int, runs: int) -> Measured:
    """Prepare a city and measure `runs` deliveries of `documents` documents each."""
    folder = WORK / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = make_folder(WORK / f"documents-{documents}", documents)
    city = found_city(folder)
    with ExitStack() as stack:
        server = stack.enter_context(served(city, folder / "server.log"))
        memory = stack.enter_context(MemoryWatch(server))
        _prepare(city, folder, count_vaults(documents))
        done = [_measure_run(city, folder, files, documents, f"run-{number}") for number in range(runs)]
        flushes = count_flushes(server, _client_command(city, folder, files, documents, "counted"), folder)
    return Measured(tuple(done), memory.peak, flushes, os.cpu_count() or 1)


def _prepare(city: Founded, folder: Path, vaults: int) -> None:
    """Give so many recipients a vault, and let the department see and pin each."""
    small = make_folder(WORK / f"small-{vaults}", vaults, SMALL_SIZE)
    table = write_list(folder / "letters.csv", map(holder, range(vaults)))
    _deliver(_command(city, table, small, "letters"), vaults)
    claim_all(city)
    _deliver(_command(city, table, small, "pins"), vaults)


def _measure_run(city: Founded, folder: Path, files: Path, documents: int, name: str) -> Run:
    command = _client_command(city, folder, files, documents, name)
    costs = measure_unit_costs(folder)
    start = time.perf_counter()
    answer, peak = _deliver(command, documents)
    command_seconds = time.perf_counter() - start
    check_receipts(city, Path(answer["receipts"]), files, documents)
    return Run(
        documents=answer["sent"],
        seconds=answer["seconds"],
        command_seconds=command_seconds,
        to_vaults=answer["to_vaults"],
        to_codes=answer["to_codes"],
        packs=answer["packs"],
        sealed_bytes=answer["bytes"],
        client=peak,
        costs=costs,
    )


def _client_command(city: Founded, folder: Path, files: Path, documents: int, name: str) -> list[str]:
    return _command(city, write_list(folder / f"{name}.csv", half_and_half(documents, name)), files, name)


def _command(city: Founded, table: Path, files: Path, run: str) -> list[str]:
    return [sys.executable, "-m", "bench.client", str(city.home.home), str(table), str(files), run]


def _deliver(command: Sequence[str], documents: int) -> tuple[dict[str, Any], Peak]:
    client = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with client, MemoryWatch(client.pid) as memory:
        output, _ = client.communicate()
    if client.returncode != 0:
        raise DeliveryFailedError(command[-1])
    answer: dict[str, Any] = json.loads(output)
    if answer["sent"] != documents:
        raise DeliveryFailedError(f"{answer['sent']} of {documents} documents")
    return answer, memory.peak
