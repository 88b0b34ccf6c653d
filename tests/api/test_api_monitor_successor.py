"""`voute monitor` follows a log over to its successor, by the trust root alone, and says what the successor lacks."""

from pathlib import Path

import pytest

from tests.api.test_api_log_restored import back_up, restore
from tests.api.test_api_succession import ask_no_witness
from tests.support.city import LOG_ORIGIN
from tests.support.monitored_city import PAGES, Scene
from tests.support.successor import SECOND_LOG, end_the_log
from voute.client import monitor as rules
from voute.client import monitor_log
from voute.client.monitor_state import read_state
from voute.server.composition import log_parts
from voute.server.succession import succeed
from voute.tlog.sequencer import CHECKPOINT_PATH


def followed_over(scene: Scene) -> None:
    """The city's log ends, its successor takes over, and the city serves on."""
    first = scene.demo.root
    end_the_log(scene.demo)
    succeed(scene.demo.settings)
    scene.demo.parts = log_parts(scene.demo.settings, scene.demo.assembled.stores)
    scene.grow(2)
    scene.demo.root = first


@pytest.mark.control("D1")
def test_api_monitor_follows_over_to_a_successor(scene: Scene) -> None:
    scene.grow(5)
    assert scene.codes() == []
    followed_over(scene)
    report = scene.look()
    assert report.problems == []
    assert report.look is not None
    assert (report.look.new, report.look.head.signed.head.origin) == (2, SECOND_LOG)
    assert [one.head.origin for one in read_state(scene.state).checkpoints] == [LOG_ORIGIN, SECOND_LOG]
    assert scene.codes() == []


@pytest.mark.attack("D1")
def test_api_monitor_names_a_successor_that_is_not_in_the_root(scene: Scene) -> None:
    scene.grow(5)
    assert scene.codes() == []
    trust_root = scene.demo.settings.trust_root_file.read_bytes()
    followed_over(scene)
    scene.demo.settings.trust_root_file.write_bytes(trust_root)
    scene.liar.lies = {"/api/trust-root": lambda _: trust_root}
    assert scene.codes()[0] == "unknown-log"
    assert scene.size == 6


@pytest.mark.attack("D1")
def test_api_monitor_names_the_old_log_when_it_is_shown_again(scene: Scene) -> None:
    scene.grow(5)
    old = scene.demo.city.tiles.get(CHECKPOINT_PATH)
    assert scene.codes() == []
    followed_over(scene)
    assert scene.codes() == []
    scene.liar.lies = {"/log/checkpoint": lambda _: old}
    assert [(one.code, one.facts) for one in scene.look().problems] == [("log-rolled-back", {"size": 6, "seen": 8})]


def lose_four(scene: Scene, folder: Path) -> bytes:
    """A monitor saw ten entries, the backup has six: the successor begins there."""
    scene.grow(5)
    demo = back_up(scene.demo, folder)
    scene.demo = demo
    scene.serve(PAGES)
    scene.grow(4)
    newest = demo.city.tiles.get(CHECKPOINT_PATH)
    assert scene.codes() == []
    assert scene.size == 10
    scene.demo = restore(demo, folder, "catalogue and tiles")
    scene.serve(PAGES)
    first = scene.demo.root
    end_the_log(scene.demo)
    ask_no_witness(scene.demo)
    for lock in scene.demo.settings.locks_folder.glob("log-*"):
        lock.unlink()
    succeed(scene.demo.settings, newest)
    scene.demo.parts = log_parts(scene.demo.settings, scene.demo.assembled.stores)
    scene.grow(9)
    scene.demo.root = first
    return newest


@pytest.mark.attack("D1")
def test_api_monitor_says_once_what_a_successor_lacks(scene: Scene, tmp_path: Path) -> None:
    newest = lose_four(scene, tmp_path)
    report = scene.look()
    lost = {"origin": LOG_ORIGIN, "size": 6, "seen": 10}
    assert [(one.code, one.facts) for one in report.problems] == [("log-lost", lost)]
    assert report.evidence is not None
    assert report.evidence.read_bytes().startswith(newest)
    assert scene.codes() == []


@pytest.mark.mutant("D1")
def test_api_monitor_that_compares_nothing_with_the_old_log_misses_the_loss(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_four(scene, tmp_path)
    look_at_log = monitor_log.look_at_log
    monkeypatch.setattr(rules, "look_at_log", lambda get, state, judge, _before: look_at_log(get, state, judge))
    assert scene.codes() == []
