"""The main job, measured: `voute deliver` from files on disk to receipts on disk, beside a server in its own process.

Before the clock starts half of the recipients have a vault whose binding the department has pinned, as in a city that has
run for a year; the other half are new in each run and get a claim key. Before each run the machine's bound is measured,
so that both see the same noise.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.bound import bound_of, core_time_us
from bench.checks import check_receipts
from bench.city import ISSUER, Founded, found_city, served
from bench.documents import MEAN_SIZE, SMALL_SIZE, count_vaults, half_and_half, holder, make_folder, write_list
from bench.flushes import count_flushes
from bench.holders import claim_beside
from bench.memory import MemoryWatch, Peak
from bench.peers import PEERS, Stored
from bench.unit_costs import MeasuredCosts, measure_unit_costs
from bench.usage import children_seconds, process_seconds, say
from bench.workplace import WORK, environment

COMMAND: Final = Path(sys.executable).with_name("voute")
COUNTED: Final = 2_000
"""Documents of the delivery whose flushes are counted, at most: counting takes far longer than delivering."""
KEPT: Final = 20_000
"""Of more documents nothing is kept on the disk that is not needed any more."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured delivery.

    `seconds` from the call of the delivery to durable receipts, `command_seconds` with the start of Python and all
    imports; `client_cpu_s` and `server_cpu_s` are processor time, the client's with its start.
    """

    documents: int
    seconds: float
    command_seconds: float
    client_cpu_s: float
    server_cpu_s: float
    to_vaults: int
    to_codes: int
    packs: int
    sealed_bytes: int
    client: Peak
    costs: MeasuredCosts
    peers: Mapping[str, Stored]
    """What each peer took for the same files, right after."""

    @property
    def documents_per_s(self) -> float:
        """The rate of the run."""
        return self.documents / self.seconds

    @property
    def necessary_share(self) -> float:
        """How much of the processor time, both sides together, went into the work of the bound.

        It is the share of the bound that the run would reach if it kept all cores busy from begin to end.
        """
        return core_time_us(self.costs.processor) * 1e-6 * self.documents / (self.client_cpu_s + self.server_cpu_s)


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
        return statistics.median(bound_of(run.costs.wall, self.cores).documents_per_s for run in self.runs)

    @property
    def ratio_to_bound(self) -> float:
        """The share of the machine's bound: the one median over the other."""
        return self.documents_per_s / self.bound_documents_per_s


class NoRoomError(Exception):
    """The disk is too full for what was asked."""


class DeliveryFailedError(Exception):
    """A delivery did not do what was asked of it: its time would mean nothing."""


def measure_delivery(documents: int, runs: int) -> Measured:
    """Prepare a city and measure `runs` deliveries of `documents` documents each."""
    folder = WORK / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    expect_room(folder, documents, runs)
    say(f"{documents:,} documents are made")
    files = make_folder(WORK / f"documents-{documents}", documents)
    city = found_city(folder)
    counted = min(documents, COUNTED)
    done: list[Run] = []
    with ExitStack() as stack:
        server = stack.enter_context(served(city, folder / "server.log"))
        memory = stack.enter_context(MemoryWatch(server))
        prepare(city, folder, count_vaults(documents))
        say(f"flushes of {counted:,} documents are counted")
        flushes = count_flushes(server, command_of(city, list_of(folder, counted, "counted"), files), folder)
        for number in range(runs):
            if number:
                done[-1] = _with_peers(done[-1], files, folder / "peers" / f"{number}")
            done.append(_measure_run(city, server, files, list_of(folder, documents, f"run-{number}")))
    # Beside the last run's peers the city needs no room any more.
    shutil.rmtree(city.settings.data, ignore_errors=True)
    done[-1] = _with_peers(done[-1], files, folder / "peers" / "last")
    shutil.rmtree(folder, ignore_errors=True)
    if documents > KEPT:
        shutil.rmtree(files)
    return Measured(tuple(done), memory.peak, None if flushes is None else {**flushes, "documents": counted}, os.cpu_count() or 1)


def expect_room(folder: Path, documents: int, runs: int) -> None:
    """Raise `NoRoomError` where the disk has no room: the files, what is delivered of them in each run, each peer's copies."""
    needed = documents * MEAN_SIZE * (1 + max(1, runs) + (runs - 1) * len(PEERS)) * 1.1
    free = shutil.disk_usage(folder).free + sum(path.stat().st_size for path in WORK.glob(f"documents-{documents}/*/*.pdf"))
    if free < needed:
        raise NoRoomError(f"{needed / 1e9:,.0f} GB are needed below {folder}, {free / 1e9:,.0f} GB are free")


def list_of(folder: Path, documents: int, run: str) -> Path:
    """Write the list of a run, half vaults and half codes."""
    return write_list(folder / f"{run}.csv", half_and_half(documents, run))


def prepare(city: Founded, folder: Path, vaults: int) -> None:
    """Give so many recipients a vault, and let the department see and pin each."""
    small = make_folder(WORK / f"small-{vaults}", vaults, SMALL_SIZE)
    say(f"letters for {vaults:,} vaults are sent")
    deliver(command_of(city, write_list(folder / "letters.csv", map(holder, range(vaults))), small))
    say("the vaults are opened")
    claim_beside(city)
    say("the department sees and pins them")
    deliver(command_of(city, write_list(folder / "pins.csv", map(holder, range(vaults))), small))


def _with_peers(run: Run, files: Path, folder: Path) -> Run:
    """Let each peer store what the run has delivered; what it wrote is removed at once where it is much."""
    took = {}
    for peer in PEERS:
        if peer.is_there():
            say(f"{peer.name} stores {min(run.documents, peer.most):,} documents")
            took[peer.name] = peer.store(files, folder / peer.name)
            if run.documents > KEPT:
                # Some thousand large files at most: what slows ext4 down is removing very many.
                shutil.rmtree(folder / peer.name)
    return replace(run, peers=took)


def _measure_run(city: Founded, server: int, files: Path, table: Path) -> Run:
    """Measure the bound, then one delivery; what it left is checked when the clocks have stopped."""
    say("the machine's bound is measured")
    costs = measure_unit_costs(WORK)
    say(f"{table.stem}: the delivery")
    server_cpu, client_cpu, start = process_seconds(server), children_seconds(), time.perf_counter()
    answer, peak = deliver(command_of(city, table, files))
    command_seconds = time.perf_counter() - start
    used = children_seconds() - client_cpu, process_seconds(server) - server_cpu
    check_receipts(city, Path(answer["receipts"]), files, answer["sent"])
    return Run(
        documents=answer["sent"],
        seconds=answer["seconds"],
        command_seconds=command_seconds,
        client_cpu_s=used[0],
        server_cpu_s=used[1],
        to_vaults=answer["to_vaults"],
        to_codes=answer["to_codes"],
        packs=answer["packs"],
        sealed_bytes=answer["bytes"],
        client=peak,
        costs=costs,
        peers={},
    )


def command_of(city: Founded, table: Path, files: Path) -> list[str]:
    """Write the command of a delivery; its run has the list's name."""
    home = str(city.home.home)
    return [str(COMMAND), "deliver", str(table), "--as", ISSUER, "--pdf-dir", str(files), "--home", home, "--json"]


def deliver(command: Sequence[str]) -> tuple[dict[str, Any], Peak]:
    """Run a delivery; raises `DeliveryFailedError` when anything was held back."""
    client = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with client, MemoryWatch(client.pid) as memory:
        output, _ = client.communicate()
    if client.returncode != 0:
        raise DeliveryFailedError(output.decode())
    answer: dict[str, Any] = json.loads(output)
    if answer["held"] or answer["known"]:
        raise DeliveryFailedError(output.decode())
    return answer, memory.peak
