"""`voute monitor` and the trust root that waits: told of, remembered, followed in its time alone."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.city import CITY_KEYS, SECOND
from tests.support.monitored_city import Scene
from tests.support.mutants import mutated
from voute.client.monitor_state import read_state
from voute.core.ids import Hash
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.dsse import SigningKey
from voute.format.trust_root import sign_trust_root
from voute.verify.trust import accept_first

STRANGERS = tuple(SigningKey(bytes([number]) * 32) for number in (201, 202, 203))
OTHERS = tuple(sorted((one.public for one in STRANGERS), key=dsse.keyid))


def waiting_root(scene: Scene, days: int = 7, signers: int = 3, by: Sequence[SigningKey] = CITY_KEYS, **changes: object) -> bytes:
    first = sign_trust_root(scene.demo.root, CITY_KEYS)
    at = unix_time(scene.demo.clock() // SECOND + days * 86_400)
    second = replace(scene.demo.root, number=2, previous=dsse.statement_hash(dsse.parse(first).payload), effective_at=at)
    return sign_trust_root(replace(second, **changes), by[:signers])  # type: ignore[arg-type] # any field of a root


def next_file(scene: Scene) -> Path:
    return scene.demo.settings.trust_root_file.with_name("trust-root.next.json")


@pytest.mark.control("A1")
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


@pytest.mark.attack("A1")
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


def third_after(second: bytes, scene: Scene, days: int = -1) -> bytes:
    """The root behind another one, in force since some days."""
    at = unix_time(scene.demo.clock() // SECOND + days * 86_400)
    number_three = replace(accept_first(second).root, number=3, previous=accept_first(second).hash, effective_at=at)
    return sign_trust_root(number_three, CITY_KEYS)


def in_force_now(scene: Scene, second: bytes, third: bytes) -> None:
    """The city gives the third root as the one in force, and the second to whoever asks for it."""
    scene.liar.lies = {
        "/api/trust-root": lambda _: third,
        "/api/trust-root?number=2": lambda _: second,
        "/api/trust-root/next": lambda _: b"{}",
    }


@pytest.mark.attack("A1")
def test_api_monitor_warns_of_a_replaced_root_that_hides_behind_the_next(scene: Scene) -> None:
    seen, other = waiting_root(scene), waiting_root(scene, days=-2)
    scene.liar.lies["/api/trust-root/next"] = lambda _: seen
    assert scene.codes() == []
    third = third_after(other, scene)
    in_force_now(scene, other, third)
    assert "trust-root-replaced" in scene.codes()
    assert read_state(scene.state).trust_root == third


@pytest.mark.control("A1")
def test_api_monitor_follows_a_root_that_waited_and_the_next_behind_it(scene: Scene) -> None:
    seen = waiting_root(scene)
    scene.liar.lies["/api/trust-root/next"] = lambda _: seen
    assert scene.codes() == []
    third = third_after(seen, scene, days=8)
    scene.late = 9 * 86_400
    in_force_now(scene, seen, third)
    assert {"trust-root-replaced", "trust-root-withdrawn"}.isdisjoint(scene.codes())
    assert read_state(scene.state).trust_root == third


@pytest.mark.mutant("A1")
def test_api_monitor_mutant_that_forgets_what_it_saw_wait_warns_of_nothing(scene: Scene) -> None:
    lies = scene.liar.lies
    lies["/api/trust-root/next"] = lambda _: waiting_root(scene)
    with mutated("forgets what it saw wait"):
        assert scene.codes() == []
        lies["/api/trust-root/next"] = lambda _: waiting_root(scene, days=9)
        assert scene.codes() == []
        lies["/api/trust-root/next"] = lambda _: b"{}"
        assert scene.codes() == []


@pytest.mark.mutant("A1")
def test_api_monitor_mutant_that_follows_at_once_uses_a_root_that_waits(scene: Scene) -> None:
    raw = waiting_root(scene)
    scene.liar.lies = {"/api/trust-root": lambda _: raw, "/api/trust-root/next": lambda _: b"{}"}
    with mutated("follows a root at once"):
        scene.look()
    assert read_state(scene.state).trust_root == raw


@pytest.mark.mutant("A1")
def test_api_monitor_mutant_that_takes_any_root_for_the_next_tells_of_one_without_right(scene: Scene) -> None:
    raw = waiting_root(scene, previous=Hash(bytes(32)))
    scene.liar.lies = {"/api/trust-root/next": lambda _: raw}
    with mutated("takes any root for the next"):
        report = scene.look()
    assert report.problems == []
    assert report.waiting is not None


@pytest.mark.attack("A1")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda scene: waiting_root(scene, previous=Hash(bytes(32))), "trust-root-chain"),
        (lambda scene: waiting_root(scene, signers=1), "trust-root-quorum"),
        # Signed by enough of the present officers, by too few of those that it names; and the other way round.
        (lambda scene: waiting_root(scene, keys=OTHERS), "trust-root-quorum"),
        (lambda scene: waiting_root(scene, by=STRANGERS, keys=OTHERS), "trust-root-quorum"),
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
