"""A log of millions of leaves: what a proof costs, how fast events still come in, how far the checkpoint stays behind.

Leaves are generated and their tiles written in bulk, without a flush for each; then lock, catalogue and checkpoint are brought to
that size, and from there on everything is the city's own: its sequencer, its ledger, the proofs of its receipts, its thread that
brings events in and has checkpoints cosigned.
"""

import gc
import random
import shutil
import sqlite3
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bench.city import Founded, found_city
from bench.report import spread
from bench.sequencing import EVENTS, WANTED_PER_S, Sequenced, boxes_of, bring, commit
from bench.usage import say
from bench.workplace import WORK
from voute.app.city import City
from voute.app.proofs import open_proofs
from voute.app.sequence import BATCH, Sequencing
from voute.format.event import NO_CHAIN, blind
from voute.server.composition import Assembled, LogParts, assemble, log_parts, sequencing
from voute.server.jobs.election import election_of
from voute.server.jobs.sequencer import SequencerThread
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.merkle import leaf_hash, verify_inclusion
from voute.tlog.proof import TlogProof
from voute.tlog.sequencer import lock_key
from voute.tlog.tiles import TILE_HEIGHT, TILE_WIDTH, Edge, append, tile_path

PROOFS: Final = 500
PROOF_MS_WANTED: Final = 5.0
LAG_S_WANTED: Final = 1.0
LAGS: Final = 9

_PART: Final = 65_536
"""Leaves of one step in bulk: whole tiles of two levels."""
_SEED: Final = 10
_GIVE_UP_S: Final = 120.0
_LOOK_S: Final = 0.002


@dataclass(frozen=True, slots=True)
class _Ready:
    """A city whose log has its size."""

    city: City
    assembled: Assembled
    steps: Sequencing
    parts: LogParts
    last: bytes
    """The entry of the last leaf, which is an event of the catalogue."""


def measure_log(leaves: int, runs: int) -> dict[str, Any]:
    """Build a log of so many leaves and measure; returns the figures that are kept."""
    folder = WORK / "log"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    founded = found_city(folder)
    start = time.perf_counter()
    ready = _prepare(founded, leaves)
    built = time.perf_counter() - start
    say(f"{PROOFS} proofs")
    proofs = _time_proofs(ready, leaves)
    say("events come into the log")
    gc.freeze()
    done = [bring(ready.city.slug, ready.steps, boxes_of(EVENTS)) for _ in range(runs + 1)][1:]
    say("the checkpoint follows")
    one, many = _lags(founded, ready, 1), _lags(founded, ready, BATCH)
    ready.assembled.stores.catalogue.close()
    shutil.rmtree(folder, ignore_errors=True)
    return {
        "leaves": leaves,
        "built_s": round(built, 1),
        **proofs,
        **_rates(done),
        "lag_s": spread(one, 3),
        "lag_full_s": spread(many, 3),
    }


def entry_of(leaf: int) -> bytes:
    """Generate the entry of a leaf: as long as a blinded event."""
    return sha256(leaf.to_bytes(8, "big")).digest()


def build(folder: Path, leaves: int, last: bytes) -> Edge:
    """Write tiles and bundles of a tree of so many leaves, the last of them given; returns its right edge."""
    edge = Edge.empty()
    for part in _parts(leaves, last):
        grown = append(edge, part)
        edge = grown.edge
        # A tile in the making is written once, at the end.
        _write(folder, [(path, data) for path, data in grown.tiles if ".p/" not in path or edge.size == leaves])
    for level, row in enumerate(edge.levels):
        index, width = divmod(leaves >> TILE_HEIGHT * level, TILE_WIDTH)
        if width:
            _write(folder, [(tile_path(level, index, width), row)])
    return edge


def _write(folder: Path, tiles: Sequence[tuple[str, bytes]]) -> None:
    for path, data in tiles:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _parts(leaves: int, last: bytes) -> Iterator[list[bytes]]:
    for start in range(0, leaves, _PART):
        end = min(leaves, start + _PART)
        part = [entry_of(leaf) for leaf in range(start, end)]
        if end == leaves:
            part[-1] = last
        yield part


def _prepare(founded: Founded, leaves: int) -> _Ready:
    """Bring one event into the log by the city's own way, then make it the last of so many leaves."""
    assembled = assemble(founded.settings)
    city = assembled.city
    parts = log_parts(founded.settings, assembled.stores)
    steps = sequencing(city, parts)
    bring(city.slug, steps, boxes_of(1))
    with city.catalogue.read() as tx:
        (row,) = tx.events.numbered(0, 1)
    last = blind(row.salt, row.chain or NO_CHAIN, row.data)
    say(f"a log of {leaves:,} leaves is built")
    edge = build(founded.settings.log_folder, leaves, last)
    with closing(sqlite3.connect(founded.settings.data / "catalogue.sqlite")) as db, db:
        db.execute("UPDATE events SET log_index = ? WHERE log_index = 0", (leaves - 1,))
    origin = parts.sequencer.log.origin
    old = parts.sequencer.recover().head
    new = Checkpoint(origin, edge.size, edge.root())
    assembled.stores.locks.replace(lock_key(origin), old.encode().encode(), new.encode().encode())
    steps.publish(parts.sequencer.recover())
    return _Ready(city, assembled, steps, parts, last)


def _time_proofs(ready: _Ready, leaves: int) -> dict[str, Any]:
    """Make proofs as a receipt does, each from the tiles anew, and verify each."""
    drawn = random.Random(_SEED)
    walls, cpus = [], []
    for number in range(PROOFS):
        leaf = leaves - 1 if number == 0 else drawn.randrange(leaves)
        entry = ready.last if leaf == leaves - 1 else entry_of(leaf)
        cpu, wall = time.thread_time(), time.perf_counter()
        with ready.city.catalogue.read() as tx:
            proofs = open_proofs(ready.city, tx)
        text = proofs.proof(leaf)
        walls.append((time.perf_counter() - wall) * 1e3)
        cpus.append((time.thread_time() - cpu) * 1e3)
        proof, head = TlogProof.parse(text.encode()), proofs.checkpoint.head
        verify_inclusion(proof.index, head.size, leaf_hash(entry), proof.path, head.root)
    return {
        "proofs": PROOFS,
        "proof_ms": _middle_and_slow(walls),
        "proof_cpu_ms": _middle_and_slow(cpus),
        "proof_ms_wanted": PROOF_MS_WANTED,
    }


def _middle_and_slow(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median": round(statistics.median(ordered), 2), "p99": round(ordered[len(ordered) * 99 // 100], 2)}


def _rates(done: Sequence[Sequenced]) -> dict[str, Any]:
    return {
        "events": done[0].events,
        "runs": len(done),
        "events_per_s": spread([run.events / run.seconds for run in done]),
        "events_per_s_wanted": WANTED_PER_S,
        "cpu_us_per_event": spread([run.cpu_s / run.events * 1e6 for run in done]),
        "events_per_s_of_one_core": round(1 / statistics.median(run.cpu_s / run.events for run in done)),
        "lag_s_wanted": LAG_S_WANTED,
        "batch": BATCH,
    }


def _lags(founded: Founded, ready: _Ready, events: int) -> list[float]:
    """Let the city's thread run, commit so many events again and again, and time until a cosigned checkpoint shows them."""
    city, woken = ready.city, ready.assembled.woken
    thread = SequencerThread(ready.steps, ready.parts, city.tiles, woken, election_of(founded.settings))
    thread.start()
    lags = []
    try:
        for _ in range(LAGS):
            size = _shown(city)
            commit(city.slug, ready.steps, boxes_of(events))
            start = time.perf_counter()
            woken.set()
            while _shown(city) < size + events:
                if time.perf_counter() - start > _GIVE_UP_S:
                    raise TimeoutError("the checkpoint does not follow")
                time.sleep(_LOOK_S)
            lags.append(time.perf_counter() - start)
    finally:
        thread.stop()
    return lags


def _shown(city: City) -> int:
    with city.catalogue.read() as tx:
        state = tx.log_states.get()
    return 0 if state is None else state.size
