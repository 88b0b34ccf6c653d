"""Whoever reads the public log guesses who did what and when: a million guesses, and none of them is in it."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.mutants import mutated
from voute.format.event import blind
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.tiles import decode_bundle, tile_path

GUESSES = 1_000_000
_TIME = re.compile(rb'"time":"([^"]+)"')


def public_hashes(client: httpx.Client) -> frozenset[bytes]:
    """All that anybody may fetch of the log: its entries, and the hashes of its lowest tiles."""
    size = SignedCheckpoint.parse(check(client.get("/log/checkpoint")).content).head.size
    assert 0 < size < 256
    entries = decode_bundle(check(client.get(f"/log/{tile_path('entries', 0, size)}")).content)
    tile = check(client.get(f"/log/{tile_path(0, 0, size)}")).content
    leaves = [tile[at : at + 32] for at in range(0, len(tile), 32)]
    assert leaves == [leaf_hash(entry) for entry in entries]
    return frozenset([*entries, *leaves])


def guesses(demo: DemoCity, count: int) -> Iterator[bytes]:
    """Events as a thief of the whole catalogue could write them, but for their salts: each at every second of some days.

    So the guess at the true time is the event's own bytes.
    """
    with demo.city.catalogue.read() as tx:
        events = [row.data for row in tx.events.numbered(0, 1_000)]
    seconds = count // len(events) + 1
    for event in events:
        match = _TIME.search(event)
        assert match is not None
        true = int(datetime.fromisoformat(match[1].decode()).timestamp())
        before, after = event[: match.start(1)], event[match.end(1) :]
        for second in range(true - seconds + 1, true + 1):
            moment = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            yield before + moment + after


def hits(demo: DemoCity, client: httpx.Client, count: int) -> tuple[int, int]:
    """How many guesses were made, and how many are in the log, as an entry or as a leaf."""
    public, made, found = public_hashes(client), 0, 0

    def digest(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    for guess in guesses(demo, count):
        made += 1
        found += not public.isdisjoint((digest(guess), digest(b"\0" + digest(guess)), digest(b"\0" + guess)))
    return made, found


@pytest.fixture
def busy(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> DemoCity:
    """A city in which a resident has claimed, received, and opened a way in."""
    deliver_to_vault(demo, client, issuer, claimed, 3)
    return demo


@pytest.mark.attack("D5")
def test_api_log_a_million_guesses_hit_nothing(busy: DemoCity, client: httpx.Client) -> None:
    made, found = hits(busy, client, GUESSES)
    assert made >= GUESSES
    assert found == 0


@pytest.mark.attack("D5")
def test_api_log_guesses_with_the_salts_of_another_event_or_none_hit_nothing(busy: DemoCity, client: httpx.Client) -> None:
    """Salts are of one event each; no event is blinded by a constant."""
    public = public_hashes(client)
    with busy.city.catalogue.read() as tx:
        rows = list(tx.events.numbered(0, 1_000))
    salts = [row.salt for row in rows]
    assert len(set(salts)) == len(rows)
    chains = [row.chain or bytes(32) for row in rows]
    for row in rows:
        others = [salt for salt in [*salts, bytes(32)] if salt != row.salt]
        assert not any(blind(salt, chain, row.data) in public for salt in others for chain in [*chains, bytes(32)])


@pytest.mark.control("D5")
def test_api_log_control_who_holds_the_salt_finds_the_event(busy: DemoCity, client: httpx.Client) -> None:
    public = public_hashes(client)
    with busy.city.catalogue.read() as tx:
        rows = list(tx.events.numbered(0, 1_000))
    assert len(rows) >= 5
    assert all(blind(row.salt, row.chain or bytes(32), row.data) in public for row in rows)


@pytest.mark.mutant("D5")
def test_api_log_mutant_that_hashes_without_salt_is_guessed(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    with mutated("blinds nothing"):
        deliver_to_vault(demo, client, issuer, claimed, 3)
    _, found = hits(demo, client, 5_000)
    assert found == 3
