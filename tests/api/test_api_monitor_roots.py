"""`voute monitor` and the trust root that waits: told of, remembered, followed in its time alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.asgi import Loop
from tests.support.city import CITY_KEYS, SECOND, DemoCity
from tests.support.monitored_city import Scene
from voute.client.monitor_state import read_state
from voute.core.ids import Hash
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.trust_root import sign_trust_root


@pytest.fixture
def scene(demo: DemoCity, loop: Loop, folder: Path) -> Scene:
    return Scene(demo, loop, folder / "monitor.json")


def waiting_root(scene: Scene, days: int = 7, signers: int = 3, **changes: object) -> bytes:
    first = sign_trust_root(scene.demo.root, CITY_KEYS)
    at = unix_time(scene.demo.clock() // SECOND + days * 86_400)
    second = replace(scene.demo.root, number=2, previous=dsse.statement_hash(dsse.parse(first).payload), effective_at=at)
    return sign_trust_root(replace(second, **changes), CITY_KEYS[:signers])  # type: ignore[arg-type] # any field of a root


def next_file(scene: Scene) -> Path:
    return scene.demo.settings.trust_root_file.with_name("trust-root.next.json")


def test_api_monitor_tells_of_a_root_that_waits_and_follows_it_in_its_time_alone(scene: Scene) -> None:
    raw = waiting_root(scene)
    assert scene.look().waiting is None
    next_file(scene).write_bytes(raw)
    report = scene.look()
    assert report.problems == []
    assert report.waiting is not None
    assert report.waiting.trusted.envelope.raw == raw
    assert report.waiting.signed_by == tuple(sorted(dsse.keyid(one.public) for one in CITY_KEYS))
    assert read_state(scene.state).waiting == raw
    # Shown as if it counted already: whoever shows it, it does not.
    scene.liar.lies = {"/api/trust-root": lambda _: raw}
    assert scene.codes() == []
    assert read_state(scene.state).trust_root == sign_trust_root(scene.demo.root, CITY_KEYS)
    scene.late = 8 * 86_400
    scene.liar.lies = {"/api/trust-root": lambda _: raw, "/api/trust-root/next": lambda _: b"{}"}
    report = scene.look()
    assert {"trust-root-replaced", "trust-root-withdrawn"}.isdisjoint(one.code for one in report.problems)
    assert (read_state(scene.state).trust_root, read_state(scene.state).waiting, report.waiting) == (raw, None, None)


def test_api_monitor_warns_of_a_waiting_root_that_changes_or_disappears(scene: Scene) -> None:
    first, second = waiting_root(scene), waiting_root(scene, days=9)
    lies = scene.liar.lies
    lies["/api/trust-root/next"] = lambda _: first
    assert scene.codes() == []
    lies["/api/trust-root/next"] = lambda _: second
    assert [scene.codes(), scene.codes()] == [["trust-root-replaced"], []]
    lies["/api/trust-root/next"] = lambda _: b"{}"
    assert scene.codes() == ["trust-root-withdrawn"]
    lies["/api/trust-root/next"] = lambda _: None
    assert scene.codes() == ["trust-root-withdrawn"]
    # Another than the one that waited comes into force.
    early = waiting_root(scene, days=-1)
    lies["/api/trust-root"] = lambda _: early
    assert "trust-root-replaced" in scene.codes()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda scene: waiting_root(scene, previous=Hash(bytes(32))), "trust-root-chain"),
        (lambda scene: waiting_root(scene, signers=1), "trust-root-quorum"),
        (lambda _: b"rubbish", "format"),
    ],
)
def test_api_monitor_names_what_waits_without_right(scene: Scene, make: Callable[[Scene], bytes], code: str) -> None:
    scene.liar.lies = {"/api/trust-root/next": lambda _: make(scene)}
    assert scene.codes() == [code]
    assert read_state(scene.state).waiting is None


def test_api_monitor_reads_the_state_of_a_monitor_of_before(scene: Scene) -> None:
    scene.look()
    state = json.loads(scene.state.read_bytes())
    del state["waiting"]
    scene.state.write_bytes(json.dumps({**state, "version": 1}, separators=(",", ":"), sort_keys=True).encode())
    assert scene.codes() == []
