"""The process dies at every write between leaf and effect: a leaf without its effect may be, the other way round never."""

import base64
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest

from tests.support.asgi import Loop
from tests.support.city import DemoCity, SharedApplication, check, demo_settings, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.log_memory import SimulatedCrashError
from tests.support.mutants import mutated
from voute.format.event import blind
from voute.server.composition import assemble, log_parts, sequencing
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.cosigning import Cosigning
from voute.tlog.merkle import leaf_hash, verify_inclusion
from voute.tlog.proof import TlogProof
from voute.tlog.tiles import decode_bundle, tile_path

NEW = 3
"""Documents whose leaves are on their way when the process dies; one is there before."""


class Deadly:
    """A watch that ends the process before or after step number `at`."""

    def __init__(self, at: int = -1, *, done: bool = False) -> None:
        self.at, self.done, self.steps = at, done, 0

    def before(self, _step: str, *_paths: Path) -> None:
        self.steps += 1
        if self.steps - 1 == self.at and not self.done:
            raise SimulatedCrashError

    def after(self, _step: str, *_paths: Path) -> None:
        if self.steps - 1 == self.at and self.done:
            raise SimulatedCrashError


@pytest.fixture
def committed(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> tuple[DemoCity, Resident]:
    """A delivery that is committed and not yet in the log, for a vault that has one document."""
    vault = claimed.open_vault
    recipient = vault.reading.recipient.to_string()
    bills = [issuer.bill_for_vault(vault.vault_id, recipient, f"late-{n}", b"%PDF" + os.urandom(500)) for n in range(NEW)]
    issuer.deliver(client, bills, run="late")
    demo.assembled.stores.catalogue.close()
    return demo, claimed


def bring_into_log(city: DemoCity, folder: Path, watch: Deadly) -> bool:
    """What the sequencer's process does until nothing is left; False when it died on the way."""
    settings = demo_settings(folder)
    assembled = assemble(settings, city.clock, watch)
    parts = log_parts(settings, assembled.stores)
    work = sequencing(assembled.city, parts)
    try:
        while True:
            step = work.step()
            published = step.published
            if step.events:
                published = Cosigning(parts.sequencer, assembled.city.tiles, parts.witnesses).run().published
            work.publish(published)
            if not step.events:
                return True
    except SimulatedCrashError:
        return False
    finally:
        assembled.stores.catalogue.close()


def look(city: DemoCity, folder: Path, loop: Loop, shared: SharedApplication, resident: Resident) -> tuple[int, int]:
    """How many documents the resident is shown by a process that only serves, and how many leaves are published.

    Every document that is shown must be in the tree of the checkpoint that anybody may fetch.
    """
    opened = open_demo_city(demo_settings(folder), city.root, city.clock, loop, shared)
    try:
        with opened.client() as client:
            client.cookies = resident.client.cookies
            rows = check(client.get("/api/documents")).json()["documents"]
            size = SignedCheckpoint.parse(check(client.get("/log/checkpoint")).content).head.size
            entries = decode_bundle(check(client.get(f"/log/{tile_path('entries', 0, size)}")).content)
            for row in rows:
                prove(check(client.get(f"/api/documents/{row['document_id']}/receipt")).json(), entries)
        return len(rows), size
    finally:
        opened.close()


def prove(receipt: dict[str, str], entries: Sequence[bytes]) -> None:
    """The receipt's entry is published, and proven under a checkpoint that was, perhaps an earlier one."""
    event = base64.b64decode(receipt["event"])
    entry = blind(bytes.fromhex(receipt["salt"]), bytes.fromhex(receipt["chain"]), event)
    proof = TlogProof.parse(receipt["proof"].encode())
    assert entries[proof.index] == entry
    head = proof.checkpoint.head
    verify_inclusion(proof.index, head.size, leaf_hash(entry), proof.path, head.root)


Outcome = Callable[[Deadly], tuple[bool, int, int]]


@pytest.fixture
def die(committed: tuple[DemoCity, Resident], folder: Path, loop: Loop, shared: SharedApplication) -> Outcome:
    """Copy the city, let its sequencer die as the watch says, and look at what is left."""
    city, resident = committed
    copies = iter(range(1_000))

    def run(watch: Deadly) -> tuple[bool, int, int]:
        copy = folder / f"copy-{next(copies)}"
        for name in ("data", "locks"):
            shutil.copytree(folder / name, copy / name)
        whole = bring_into_log(city, copy, watch)
        shown, size = look(city, copy, loop, shared, resident)
        if not whole:
            # What was left undone is finished by the next process, and everything is shown.
            assert bring_into_log(city, copy, Deadly())
            assert look(city, copy, loop, shared, resident)[0] == 1 + NEW
        shutil.rmtree(copy)
        return whole, shown, size

    return run


@pytest.mark.control("D6")
def test_api_leaf_first_control_what_is_logged_is_shown(die: Outcome) -> None:
    whole, shown, _ = die(Deadly())
    assert (whole, shown) == (True, 1 + NEW)


@pytest.mark.attack("D6")
def test_api_leaf_first_at_every_write_nothing_is_shown_without_its_leaf(die: Outcome) -> None:
    watch = Deadly()
    _, _, last = die(watch)
    steps, first = watch.steps, last - NEW
    assert steps > 15
    seen = set()
    for at in range(steps):
        for done in (False, True):
            whole, shown, size = die(Deadly(at, done=done))
            assert not whole
            # Leaves are published first; a document that is shown has them all.
            assert size in {first, last}
            assert shown in {1, 1 + NEW}
            assert not (shown == 1 + NEW and size == first)
            seen.add((shown, size))
    # The moment between the two was met, and both sides of it.
    assert seen >= {(1, first), (1, last), (1 + NEW, last)}


@pytest.mark.mutant("D6")
def test_api_leaf_first_mutant_that_shows_a_delivery_first_shows_what_is_in_no_log(die: Outcome) -> None:
    watch = Deadly()
    die(watch)
    with mutated("shows a delivery before it is logged"):
        found = []
        for at in range(watch.steps):
            try:
                die(Deadly(at))
            except AssertionError as error:
                found.append(str(error))
    assert found
