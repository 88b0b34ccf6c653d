"""A city whose two witnesses are behind HTTP: receipts are witnessed, only logged while one is dead, witnessed again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from tests.support.asgi import AppTransport, Loop
from tests.support.city import (
    CITY_KEYS,
    FINANCES,
    LOG_ORIGIN,
    Clock,
    DemoCity,
    check,
    demo_settings,
    make_trust_root,
    open_demo_city,
)
from tests.support.issuer import Department
from tests.support.waiting import wait_for
from voute.client.trust import PinnedTrust
from voute.core.ids import Slug
from voute.format.trust_root import TrustRoot, WitnessKey, sign_trust_root
from voute.server.ceremony import create_city
from voute.server.composition import log_parts
from voute.server.http_witness import HttpWitness
from voute.server.jobs import sequencer as job
from voute.server.jobs.election import FileElection
from voute.server.jobs.sequencer import SequencerThread
from voute.server.witness.folder import WitnessFolder
from voute.server.witness.http import create_application
from voute.tlog import policy
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import NoQuorumError
from voute.verify.trust import accept_first

NAMES = ("a.example/witness", "b.example/witness")


class Line(httpx.BaseTransport):
    """The line to a witness: cut or whole."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.is_cut = False
        self.calls = 0

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.is_cut:
            raise httpx.ConnectError("cut")
        return self.inner.handle_request(request)


@dataclass
class Watched:
    demo: DemoCity
    root: TrustRoot
    folders: list[WitnessFolder]
    lines: list[Line]
    thread: SequencerThread

    def verdict(self) -> policy.CheckpointVerdict:
        """How far the checkpoint that the city shows is believed."""
        with self.demo.client() as client:
            signed = SignedCheckpoint.parse(check(client.get("/log/checkpoint")).content)
        logs = [policy.LogKey(one.origin, one.ed25519, one.mldsa44) for one in self.root.logs]
        witnesses = tuple(policy.WitnessKey(one.name, one.mldsa44) for one in self.root.witnesses)
        return policy.verify_checkpoint(signed, logs, policy.WitnessPolicy(self.root.quorum, witnesses))

    def names(self) -> list[str]:
        return [name for name, _ in self.verdict().witness_times]

    def deliver(self, key: str) -> None:
        """One bill for a code, visible when this returns."""
        with self.demo.client() as client:
            issuer = Department(Slug("finances"), FINANCES)
            issuer.sign_in(client)
            delivery = issuer.deliver(client, [issuer.bill_for_code(issuer.code(key)[1], key)], run=key)
            wait_for(lambda: state_of(client, issuer, delivery) == "visible")


def state_of(client: httpx.Client, issuer: Department, delivery: bytes) -> str:
    state: str = check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)).json()["state"]
    return state


@pytest.fixture
def city(folder: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(job, "WITNESS_REST", 0.1)
    settings = replace(demo_settings(folder), witnesses=",".join(f"{name}=https://{name}" for name in NAMES))
    keys = create_city(settings, LOG_ORIGIN)
    folders = [WitnessFolder(folder / f"witness-{number}") for number in range(len(NAMES))]
    made = [one.create(name) for one, name in zip(folders, NAMES, strict=True)]
    for one in folders:
        one.follow((keys.log.note_key, keys.log.cosigner_key))
    witnesses = tuple(WitnessKey(key.name, key.public) for key in made)
    root = replace(make_trust_root(keys), quorum=2, witnesses=witnesses)
    settings.trust_root_file.write_bytes(sign_trust_root(root, CITY_KEYS))
    demo = open_demo_city(settings, root, Clock(), loop)
    parts = log_parts(settings, demo.assembled.stores, root)
    assert [(type(one), one.name, key.mldsa44) for one, key in parts.witnesses] == [
        (HttpWitness, key.name, key.public) for key in made
    ]
    lines = [Line(AppTransport(create_application(one.open()), loop)) for one in folders]
    told = tuple(
        (HttpWitness(key.name, "https://witness.test", line), key) for (_, key), line in zip(parts.witnesses, lines, strict=True)
    )
    thread = SequencerThread(
        demo.sequencing,
        replace(parts, witnesses=told),
        demo.city.tiles,
        demo.assembled.woken,
        FileElection(settings.locks_folder),
    )
    thread.start()
    yield Watched(demo, root, folders, lines, thread)
    thread.stop()
    demo.close()


def test_api_witnessed_city_receipts_carry_both_witnesses(city: Watched) -> None:
    city.deliver("bill-1")
    assert city.names() == list(NAMES)
    assert city.verdict().state is policy.CheckpointState.WITNESSED
    assert [line.calls for line in city.lines] <= [4, 4]


def test_api_witnessed_city_goes_on_without_a_witness_and_catches_up(city: Watched) -> None:
    city.deliver("bill-1")
    city.lines[1].is_cut = True
    city.deliver("bill-2")
    assert city.names() == [NAMES[0]]
    assert city.verdict().state is policy.CheckpointState.LOGGED
    trust = PinnedTrust(accept_first(city.demo.settings.trust_root_file.read_bytes()))
    with city.demo.client() as client, pytest.raises(NoQuorumError):
        trust.verify_checkpoint(SignedCheckpoint.parse(check(client.get("/log/checkpoint")).content))
    city.deliver("bill-3")
    assert city.names() == [NAMES[0]]
    # Nothing new happens in the city: the witness is asked again by itself.
    city.lines[1].is_cut = False
    wait_for(lambda: city.names() == list(NAMES))
    size = city.verdict().head.size
    assert [SignedCheckpoint.parse(one.open().checkpoint(LOG_ORIGIN) or b"").head.size for one in city.folders] == [size, size]


def test_api_witnessed_city_lets_a_witness_that_was_restarted_say_its_size(city: Watched, loop: Loop) -> None:
    city.deliver("bill-1")
    city.lines[0].inner = AppTransport(create_application(city.folders[0].open()), loop)
    city.deliver("bill-2")
    assert city.names() == list(NAMES)


def test_api_witnessed_city_asks_only_witnesses_of_the_trust_root_with_an_address(city: Watched) -> None:
    settings, stores = city.demo.settings, city.demo.assembled.stores
    only = replace(settings, witnesses=f"{NAMES[1]}=https://b.example,c.example/witness=https://c.example")
    assert [one.name for one, _ in log_parts(only, stores, city.root).witnesses] == [NAMES[1]]
    assert log_parts(settings, stores).witnesses == ()
