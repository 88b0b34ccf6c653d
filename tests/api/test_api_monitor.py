"""`voute monitor` before a city that lies about its log or its pages: each lie is named, the truth is well."""

import errno
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.city import CITY_KEYS, SECOND
from tests.support.log_memory import MemoryLocks, MemoryTiles, flip
from tests.support.monitored_city import ADDRESSES, PAGES, URL, Lie, Scene
from voute.client import monitor as rules
from voute.client import monitor_log
from voute.client import monitor_pages as pages
from voute.client.disk import DISK
from voute.client.monitor import Monitor, Watched
from voute.client.monitor_log import judge_by_keys
from voute.client.monitor_state import MonitorStateError, read_state
from voute.format import dsse
from voute.format.release import parse_manifest, write_manifest
from voute.format.trust_root import sign_trust_root
from voute.server.keys import read_log_seeds, read_witness_seed
from voute.tlog.cosignature import Cosigner
from voute.tlog.note import Note, SignatureLine
from voute.tlog.sequencer import Sequencer
from voute.tlog.signer import MemorySigner

RESIDENT = pages.ADDRESSES["index.html"]


@pytest.mark.control("D1", "F1")
def test_api_monitor_finds_all_well_and_remembers(scene: Scene) -> None:
    report = scene.look()
    assert (report.problems, report.addresses, report.release) == ([], ADDRESSES, "1.0")
    assert report.look is not None
    assert (report.look.new, report.look.head.witnesses, report.look.head.quorum) == (1, ("ville.test/witness",), 1)
    for count in (0, 3, 300, 260):
        scene.grow(count)
        report = scene.look()
        assert report.problems == []
        assert report.look is not None
        assert report.look.new == count
    assert scene.size == 564


@pytest.mark.attack("F1")
@pytest.mark.parametrize(
    "path", ["/", "/ouvrir", "/connexion", "/documents", "/acces", "/papier", "/verifier", "/assets/app-0123abcd.js"]
)
def test_api_monitor_names_an_altered_page_at_each_address(scene: Scene, path: str) -> None:
    assert scene.codes() == []
    for lie in (lambda page: page + b"<script>", lambda _: None, lambda _: PAGES["verifier.html"]):
        scene.liar.lies = {path: lie}
        (problem,) = scene.look().problems
        assert (problem.code, problem.facts) == ("page-altered", {"path": path, "count": 1})
    scene.liar.lies = {}
    assert scene.codes() == []


@pytest.mark.mutant("F1")
def test_api_monitor_that_does_not_compare_pages_sees_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "check_pages", lambda *_: 0)
    scene.liar.lies = {"/": lambda page: page + b"<script>"}
    assert scene.codes() == []


@pytest.mark.attack("F1")
def test_api_monitor_names_a_verifier_with_another_trust_root_or_script(scene: Scene) -> None:
    other = sign_trust_root(replace(scene.demo.root, threshold=1), CITY_KEYS[:1])
    true = sign_trust_root(scene.demo.root, CITY_KEYS)
    for lie in (
        lambda page: page.replace(true.replace(b"<", b"\\u003c"), other),
        lambda page: page + b"<script>",
        lambda page: page.replace(true.replace(b"<", b"\\u003c"), b"null</script><script>alert(1)"),
    ):
        scene.liar.lies = {"/verifier.html": lie}
        (problem,) = scene.look().problems
        assert (problem.code, problem.facts["path"]) == ("page-altered", "/verifier.html")


@pytest.mark.attack("F1")
def test_api_monitor_names_a_release_that_is_not_in_the_log(scene: Scene) -> None:
    """Page and list agree with one another: only the log says otherwise."""
    changed = PAGES["index.html"] + b"<script>"
    files = dict(parse_manifest(scene.manifest))
    files["index.html"] = type(files["index.html"]).of(changed)
    lies: dict[str, Lie] = dict.fromkeys(RESIDENT, lambda _: changed)
    scene.liar.lies = {**lies, "/release-manifest.json": lambda _: write_manifest(files)}
    assert scene.codes() == ["release-not-logged"]
    scene.liar.lies["/release-manifest.json"] = lambda _: b"{}"
    assert scene.codes() == ["format"]


def test_api_monitor_gives_a_new_release_the_time_to_come_into_the_log(scene: Scene) -> None:
    assert scene.codes() == []
    scene.serve({**PAGES, "index.html": b"<!doctype html><title>new</title>"})
    assert scene.codes() == ["release-not-logged"]
    asked = []

    def slowly(manifest: bytes) -> bytes:
        asked.append(1)
        if len(asked) == 2:
            scene.release()
        return manifest

    scene.liar.lies = {"/release-manifest.json": slowly}
    report = scene.look(patience=20)
    assert (report.problems, report.addresses, len(asked)) == ([], ADDRESSES, 3)


@pytest.mark.attack("D1")
def test_api_monitor_names_a_log_that_went_back_and_keeps_the_proof(scene: Scene) -> None:
    old = (scene.demo.settings.data / "log" / "checkpoint").read_bytes()
    scene.grow(5)
    assert scene.codes() == []
    scene.liar.lies = {"/log/checkpoint": lambda _: old}
    report = scene.look()
    assert [(one.code, one.facts) for one in report.problems] == [("log-rolled-back", {"size": 1, "seen": 6})]
    assert report.evidence is not None
    assert report.evidence.read_bytes() == scene_checkpoint(scene) + b"\n" + old
    assert scene.size == 6
    scene.liar.lies = {}
    assert scene.codes() == []


def scene_checkpoint(scene: Scene) -> bytes:
    return read_state(scene.state).checkpoints[0].encode()


def fork_of(scene: Scene, size: int) -> MemoryTiles:
    """Another tree of the same log, signed with its keys and cosigned by a witness that helps."""
    seeds = read_log_seeds(scene.demo.settings.keys_folder)
    witness = read_witness_seed(scene.demo.settings.keys_folder)
    assert witness is not None
    signer = MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44)
    tiles = MemoryTiles()
    sequencer = Sequencer(tiles, MemoryLocks(), signer, signer.log, lambda: scene.demo.clock() // SECOND)
    sequencer.create()
    signed = sequencer.sequence([bytes([7]) * 31 + bytes([n]) for n in range(size)], 0).checkpoint
    line = Cosigner(witness.name, witness.mldsa44).sign(signed.head, scene.demo.clock() // SECOND)
    tiles.put_mutable("checkpoint", Note(signed.note.text, (*signed.note.signatures, line)).encode())
    return tiles


@pytest.mark.attack("D1")
@pytest.mark.parametrize("size", [6, 7, 200])
def test_api_monitor_names_a_fork_although_its_witness_helps(scene: Scene, size: int) -> None:
    scene.grow(5)
    assert scene.codes() == []
    fork = fork_of(scene, size)
    scene.liar.everywhere = fork.kept.get
    report = scene.look()
    assert [(one.code, one.facts) for one in report.problems] == [("log-forked", {"size": 6})]
    assert report.evidence is not None
    assert fork.kept["checkpoint"] in report.evidence.read_bytes()
    assert scene_checkpoint(scene) in report.evidence.read_bytes()
    assert scene.size == 6
    # It grows while nobody stops it: what was kept proves it already, and no look fills the disk.
    first = report.evidence.read_bytes()
    scene.liar.everywhere = fork_of(scene, size + 1).kept.get
    again = scene.look()
    assert [one.code for one in again.problems] == ["log-forked"]
    assert list(scene.state.parent.glob("*evidence*")) == [again.evidence] == [report.evidence]
    assert report.evidence.read_bytes() == first
    scene.liar.everywhere = None
    assert scene.codes() == []


@pytest.mark.mutant("D1")
def test_api_monitor_that_compares_no_roots_follows_a_fork(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.grow(5)
    assert scene.codes() == []
    root = read_state(scene.state).checkpoints[0].head.root
    monkeypatch.setattr(monitor_log, "root_of", lambda *_: root)
    scene.liar.everywhere = fork_of(scene, 200).kept.get
    assert scene.codes() == []
    assert scene.size == 200


def test_api_monitor_names_a_checkpoint_that_the_log_did_not_sign(scene: Scene) -> None:
    assert scene.codes() == []
    note = Note.parse(scene_checkpoint(scene))
    first, *others = note.signatures
    broken = SignatureLine(first.name, first.key_id, flip(first.signature))
    for lie, code in (
        (Note(note.text, (broken, *others)).encode(), "bad-checkpoint"),
        (Note(note.text, tuple(others)).encode(), "bad-checkpoint"),
        (Note(note.text.replace("ville", "autre"), note.signatures).encode(), "unknown-log"),
        (b"nothing", "note"),
        (b"", "note"),
    ):
        scene.liar.lies = {"/log/checkpoint": lambda _, lie=lie: lie}  # type: ignore[misc]
        assert scene.codes() == [code]
    assert scene.size == 1


def test_api_monitor_names_a_missing_quorum_and_still_looks_at_the_pages(scene: Scene) -> None:
    scene.liar.lies = {"/log/checkpoint": lambda raw: Note(Note.parse(raw).text, Note.parse(raw).signatures[:2]).encode()}
    report = scene.look()
    assert [(one.code, one.facts) for one in report.problems] == [("no-quorum", {"have": 0, "need": 1})]
    assert (report.addresses, scene.size) == (ADDRESSES, 1)


def test_api_monitor_waits_for_witnesses_that_are_on_their_way(scene: Scene) -> None:
    asked = []

    def slowly(raw: bytes) -> bytes:
        asked.append(1)
        note = Note.parse(raw)
        return raw if len(asked) > 2 else Note(note.text, note.signatures[:2]).encode()

    scene.liar.lies = {"/log/checkpoint": slowly}
    report = scene.look(patience=20)
    assert (report.problems, len(asked)) == ([], 3)
    assert report.look is not None
    assert report.look.new == 1


def test_api_monitor_names_an_old_checkpoint(scene: Scene) -> None:
    scene.late = rules.MAX_AGE - 600
    assert scene.codes() == []
    scene.late = 2 * rules.MAX_AGE
    (problem,) = scene.look().problems
    assert (problem.code, problem.facts) == ("checkpoint-stale", {"minutes": 60, "limit": 30})


@pytest.mark.parametrize("path", ["tile/0/000.p/6", "tile/entries/000.p/6"])
def test_api_monitor_names_an_altered_or_missing_tile(scene: Scene, path: str) -> None:
    scene.grow(5)
    for lie, code in ((flip, "tile-damaged"), (lambda raw: raw[:-1], "tile-damaged"), (lambda _: None, "tile-missing")):
        scene.liar.lies = {f"/log/{path}": lie}
        assert scene.codes() == [code]
        assert read_state(scene.state).checkpoints == ()
    scene.liar.lies = {}
    assert scene.codes() == []


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/001", "tile/1/000.p/2"])
def test_api_monitor_names_a_tile_that_is_altered_long_after(scene: Scene, path: str) -> None:
    scene.grow(520)
    assert scene.codes() == []
    scene.liar.lies = {f"/log/{path}": flip}
    assert scene.codes() == ["tile-damaged"]


def test_api_monitor_follows_the_trust_root_and_is_not_led_back(scene: Scene) -> None:
    first = sign_trust_root(scene.demo.root, CITY_KEYS)
    second = replace(scene.demo.root, number=2, previous=dsse.statement_hash(dsse.parse(first).payload))
    assert scene.codes() == []
    scene.liar.lies = {"/api/trust-root": lambda _: sign_trust_root(second, CITY_KEYS[:1])}
    assert scene.codes() == ["trust-root-quorum"]
    raw = sign_trust_root(second, CITY_KEYS)
    verifier = PAGES["verifier.html"].replace(b"null", raw.replace(b"<", b"\\u003c"))
    scene.liar.lies = {"/api/trust-root": lambda _: raw, "/verifier.html": lambda _: verifier}
    assert scene.codes() == []
    assert read_state(scene.state).trust_root == raw
    scene.liar.lies = {}
    assert scene.codes() == ["trust-root-rollback"]


def test_api_monitor_that_missed_trust_roots_follows_them_one_by_one(scene: Scene) -> None:
    signed = [sign_trust_root(scene.demo.root, CITY_KEYS)]
    assert scene.codes() == []
    path = scene.demo.settings.trust_root_file
    for number in (2, 3, 4):
        previous = dsse.statement_hash(dsse.parse(signed[-1]).payload)
        signed.append(sign_trust_root(replace(scene.demo.root, number=number, previous=previous), CITY_KEYS))
        path.write_bytes(signed[-1])
        assert scene.demo.city.trust().root.number == number
    between = path.with_name("trust-root-3.json")
    between.unlink()
    assert scene.codes() == ["trust-root-chain"]
    between.write_bytes(signed[2])
    verifier = PAGES["verifier.html"].replace(b"null", signed[3].replace(b"<", b"\\u003c"))
    scene.liar.lies = {"/verifier.html": lambda _: verifier}
    assert scene.codes() == []
    assert read_state(scene.state).trust_root == signed[3]


def test_api_monitor_says_when_nobody_answers_and_forgets_nothing(scene: Scene) -> None:
    assert scene.codes() == []
    before = scene.state.read_bytes()
    scene.liar.is_dead = True
    assert scene.codes() == ["city-unreachable"]
    assert scene.state.read_bytes() == before


def test_api_monitor_follows_any_log_by_its_keys(scene: Scene) -> None:
    (log,) = (scene.demo.parts.sequencer.log,)
    keys = [log.note_key, log.cosigner_key]
    other = Cosigner(log.origin, b"\x55" * 32).public
    for chosen, codes in ((keys, []), (keys[:1], []), ([other], ["bad-checkpoint"])):
        watched = Watched(URL + "/log", judge_by_keys(chosen), None)
        report = Monitor(watched, scene.state, transport=scene.liar).look()
        assert [one.code for one in report.problems] == codes
        assert (report.addresses, report.release) == (0, None)
    assert scene.size == 1


@dataclass
class BrokenDisk:
    """Fails at one step of the disk."""

    at: int
    kept: bool
    steps: int = 0

    def before(self, _step: str, _path: Path) -> None:
        self.steps += 1
        if self.steps - 1 == self.at and not self.kept:
            raise OSError(errno.EIO, "broken by the test")

    def after(self, _step: str, _path: Path) -> None:
        if self.steps - 1 == self.at and self.kept:
            raise OSError(errno.EIO, "broken by the test")


@pytest.fixture
def disk() -> Iterator[None]:
    watch = DISK.watch
    yield
    DISK.watch = watch


@pytest.mark.parametrize("kept", [False, True])
def test_api_monitor_state_survives_every_broken_step(scene: Scene, disk: None, *, kept: bool) -> None:
    assert disk is None
    assert scene.codes() == []
    whole = DISK.watch
    broken = 0
    for at in range(40):
        scene.grow(1)
        before = scene.size
        DISK.watch = watch = BrokenDisk(at, kept)
        try:
            scene.look()
        except OSError:
            broken += 1
        DISK.watch = whole
        assert scene.size in {before, before + 1}
        assert scene.codes() == []
        assert scene.size == before + 1
        if watch.steps <= at:
            break
    assert broken >= 8


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"\xff", b'{"checkpoints":["AA=="],"release":null,"trust_root":null,"version":1}']
)
def test_api_monitor_state_that_is_none_stops_it(scene: Scene, raw: bytes) -> None:
    scene.state.write_bytes(raw)
    with pytest.raises(MonitorStateError):
        scene.look()
    assert scene.state.read_bytes() == raw


def test_api_monitor_state_is_written_the_same_again(scene: Scene) -> None:
    scene.look()
    raw = scene.state.read_bytes()
    assert read_state(scene.state).encode() == raw
    for key, value in json.loads(raw).items():
        changed = {**json.loads(raw), key: [value]}
        scene.state.write_bytes(json.dumps(changed, separators=(",", ":"), sort_keys=True).encode())
        with pytest.raises(MonitorStateError):
            read_state(scene.state)
