"""Another log takes the tree over: nothing is numbered anew, old receipts hold, and the old log signs nothing more."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from tests.api.test_api_documents import deliver_to_vault
from tests.api.test_api_log_restored import back_up, deliver, restore, told
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department
from tests.support.log_memory import SimulatedCrashError
from tests.support.successor import SECOND_LOG, end_the_log, ended_for, key_files, put_in_force
from voute.core.errors import VouteError
from voute.format.event import blind
from voute.format.succession import parse_succession, succession_path
from voute.format.trust_root import TrustRoot
from voute.server import succession
from voute.server.backup import LogOverError, LogUnconfirmedError, recover_log
from voute.server.ceremony import read_city_keys
from voute.server.composition import Stores, log_parts, now_seconds, open_stores
from voute.server.keys import LOG_FILE, read_log_seeds
from voute.server.settings import Settings
from voute.server.succession import prepare_successor, succeed
from voute.store.watch import StepCounter
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import EMPTY_ROOT, leaf_hash
from voute.tlog.policy import CheckpointVerdict, LogEndedError, checkpoint_policy
from voute.tlog.proof import TlogProof, verify_proof
from voute.tlog.sequencer import CHECKPOINT_PATH, Published, Sequencer
from voute.tlog.signer import MemorySigner


def proven(resident: Resident, bill: Bill, root: TrustRoot) -> CheckpointVerdict:
    """What the document's receipt of now proves."""
    reply = check(resident.client.get(f"/api/documents/{bill.sealed.document_id.hex()}/receipt")).json()
    entry = blind(bytes.fromhex(reply["salt"]), bytes.fromhex(reply["chain"]), base64.b64decode(reply["event"]))
    proof = TlogProof.parse(reply["proof"].encode())
    return verify_proof(proof, leaf_hash(entry), *checkpoint_policy(root))


def published(demo: DemoCity) -> SignedCheckpoint:
    return SignedCheckpoint.parse(demo.city.tiles.get(CHECKPOINT_PATH))


def serve_on(demo: DemoCity) -> DemoCity:
    """What a server does when it starts: one look at the log, with its end as the trust root in force says it."""
    demo = demo.restart()
    demo.parts = log_parts(demo.settings, demo.assembled.stores, None, demo.city.trust)
    return demo


def test_api_succession_goes_on_from_the_tree_and_keeps_every_place(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    (old,) = deliver_to_vault(demo, client, issuer, claimed, 1, "before")
    was = proven(claimed, old, demo.root)
    before = published(demo)
    root = end_the_log(demo)
    said = succeed(demo.settings)
    record = said.record
    assert (record.old, record.new, record.size, said.lost) == (before.head.origin, SECOND_LOG, before.head.size, 0)
    after = published(demo)
    assert (after.head.origin, after.head.size, after.head.root) == (SECOND_LOG, before.head.size, before.head.root)
    assert key_files(demo.settings.keys_folder) == {"log.json"}
    assert read_city_keys(demo.settings).log.origin == SECOND_LOG
    demo = serve_on(demo)
    (new,) = deliver_to_vault(demo, client, issuer, claimed, 1, "after")
    assert published(demo).head.size == before.head.size + 1
    verdicts = [proven(claimed, bill, root) for bill in (old, new)]
    assert [(one.head.origin, one.state) for one in verdicts] == [(SECOND_LOG, "witnessed")] * 2
    # What was kept of the old log holds under its old keys.
    assert was.log_time < int(root.logs[0].until or 0) <= verdicts[0].log_time
    assert parse_succession(check(client.get(f"/log/{succession_path(record.old)}")).content) == record


def test_api_succession_that_is_done_is_not_done_again(demo: DemoCity) -> None:
    with pytest.raises(VouteError) as none:
        succeed(demo.settings)
    assert none.value.code == "no-successor"
    end_the_log(demo)
    succeed(demo.settings)
    with pytest.raises(VouteError) as done:
        succeed(demo.settings)
    assert (done.value.code, done.value.facts) == ("no-successor", {"origin": SECOND_LOG})


def test_api_succession_keys_are_drawn_once_and_named_once(demo: DemoCity) -> None:
    present = read_log_seeds(demo.settings.keys_folder).origin
    made = prepare_successor(demo.settings, SECOND_LOG)
    assert prepare_successor(demo.settings, SECOND_LOG) == made
    assert (demo.settings.keys_folder / "log.next.json").stat().st_mode & 0o777 == 0o600
    for name, why in ((present, "begun"), ("ville.test/log/third", "begun")):
        with pytest.raises(VouteError) as refused:
            prepare_successor(demo.settings, name)
        assert (refused.value.code, refused.value.facts["why"]) == ("successor-named", why)
    (demo.settings.keys_folder / "log.next.json").unlink()
    with pytest.raises(VouteError) as used:
        prepare_successor(demo.settings, present)
    assert used.value.facts["why"] == "used"
    assert read_city_keys(demo.settings).log.origin == present


def test_api_succession_waits_for_the_root_that_says_so(demo: DemoCity) -> None:
    prepared = prepare_successor(demo.settings, SECOND_LOG).log
    other = prepare_successor(demo.settings, SECOND_LOG).log
    now = now_seconds()
    roots = [
        demo.root,
        ended_for(demo.root, prepared, now + 3_600),
        ended_for(demo.root, type(other)(other.origin, other.ed25519, bytes(1312)), now - 5),
    ]
    for root in roots:
        put_in_force(demo, root)
        with pytest.raises(VouteError) as early:
            succeed(demo.settings)
        assert early.value.code == "succession-early"
    assert key_files(demo.settings.keys_folder) == {"log.json", "log.next.json"}
    assert not list(demo.settings.log_folder.glob("succession/*"))


def test_api_succession_old_log_signs_nothing_after_its_end(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    deliver_to_vault(demo, client, issuer, claimed, 1, "before")
    end_the_log(demo)
    before = demo.city.tiles.get(CHECKPOINT_PATH)
    ended = serve_on(demo)
    with pytest.raises(LogEndedError):
        deliver_to_vault(ended, client, issuer, claimed, 1, "late")
    assert ended.city.tiles.get(CHECKPOINT_PATH) == before
    assert check(client.get("/health"), 503).json()["checks"]["log"] is False
    succeed(demo.settings)
    assert check(client.get("/health")).json()["checks"]["log"] is True
    # What waited has its place in the successor.
    later = serve_on(ended)
    later.settle()
    assert published(later).head.size == SignedCheckpoint.parse(before).head.size + 1


class Crash(StepCounter):
    """The process dies before, or after, the n-th step of its stores."""

    def __init__(self, at: int, *, done: bool) -> None:
        super().__init__()
        self.at, self.done, self.steps = at, done, 0

    @override
    def before(self, step: str, *paths: Path) -> None:
        super().before(step, *paths)
        self.steps += 1
        if self.steps == self.at and not self.done:
            raise SimulatedCrashError

    @override
    def after(self, step: str, *paths: Path) -> None:
        super().after(step, *paths)
        if self.steps == self.at and self.done:
            raise SimulatedCrashError


@dataclass
class StepCounts:
    """Every step, each lost and each kept, one crash after the other."""

    points: int = 0

    def crashes(self) -> Iterator[Crash]:
        for at in count(1):
            for done in (False, True):
                yield Crash(at, done=done)
                self.points += 1


def crashed(settings: Settings, crash: Crash) -> bool:
    """Succeed in a process that dies at a step of its stores; tells whether it did."""

    def opened(chosen: Settings) -> Stores:
        return open_stores(chosen, crash)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(succession, "open_stores", opened)
        try:
            succeed(settings)
        except SimulatedCrashError:
            return True
    return False


def leave_a_batch(demo: DemoCity, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """The old log crashes in the middle of a batch: its lock promises what is not published."""

    def dies(*_: object) -> Published:
        raise SimulatedCrashError

    with monkeypatch.context() as patch:
        patch.setattr(Sequencer, when, dies)
        with pytest.raises(SimulatedCrashError):
            demo.settle()


@pytest.mark.parametrize("when", ["_finish", "_publish"])
def test_api_succession_crash_at_any_step_is_taken_up_by_the_same_command(
    demo: DemoCity,
    client: httpx.Client,
    issuer: Department,
    claimed: Resident,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    (old,) = deliver_to_vault(demo, client, issuer, claimed, 1, "before")
    size = published(demo).head.size
    with monkeypatch.context() as patch:
        patch.setattr(demo, "settle", lambda: None)
        deliver_to_vault(demo, client, issuer, claimed, 1, "unfinished")
    leave_a_batch(demo, monkeypatch, when)
    root = end_the_log(demo)
    data, locks = demo.settings.data, demo.settings.locks_folder
    before = {folder: tmp_path / name for folder, name in ((data / "log", "log"), (data / "keys", "keys"), (locks, "locks"))}
    for folder, copy in before.items():
        shutil.copytree(folder, copy)
    steps = StepCounts()
    for crash in steps.crashes():
        for folder, copy in before.items():
            shutil.rmtree(folder)
            shutil.copytree(copy, folder)
        if not crashed(demo.settings, crash):
            break
        with suppress(succession.NoSuccessorError):  # it may have died behind its last step
            assert succeed(demo.settings).record.size == size + 1
        head = published(demo).head
        assert (head.origin, head.size) == (SECOND_LOG, size + 1)
        assert log_parts(demo.settings, demo.assembled.stores).sequencer.recover().head == head
        assert key_files(demo.settings.keys_folder) == {"log.json"}
    assert steps.points >= 12
    demo = serve_on(demo)
    assert told(demo) == ""
    assert proven(claimed, old, root).head.origin == SECOND_LOG


def test_api_succession_cut_while_old_seeds_are_destroyed_is_taken_up(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    end_the_log(demo)
    seeds = read_log_seeds(demo.settings.keys_folder)

    def dies(folder: Path) -> None:
        file = folder / LOG_FILE
        file.write_bytes(bytes(file.stat().st_size))
        raise SimulatedCrashError

    with monkeypatch.context() as patch, pytest.raises(SimulatedCrashError):
        patch.setattr(succession, "put_successor_in_place", dies)
        succeed(demo.settings)
    assert succeed(demo.settings).record.new == SECOND_LOG
    kept = b"".join(path.read_bytes() for path in demo.settings.data.rglob("*") if path.is_file())
    for seed in (seeds.ed25519, seeds.mldsa44):
        assert seed.hex().encode() not in kept


def test_api_succession_works_when_the_old_seeds_are_gone(demo: DemoCity) -> None:
    end_the_log(demo)
    before = published(demo)
    (demo.settings.keys_folder / LOG_FILE).unlink()
    assert succeed(demo.settings).record.size == before.head.size
    assert published(demo).head.origin == SECOND_LOG


def ask_no_witness(demo: DemoCity) -> None:
    """A city whose root asks for no witness: the operator's word stands alone."""
    put_in_force(demo, replace(demo.root, quorum=0))


@pytest.mark.attack("D2")
def test_api_succession_of_a_restored_city_says_what_is_lost_and_never_silently(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    (kept,) = deliver_to_vault(demo, client, issuer, claimed, 1, "before")
    short = published(demo)
    demo = back_up(demo, tmp_path)
    deliver(demo, issuer, claimed, 3, "lost")
    newest = published(demo)
    demo = restore(demo, tmp_path, "catalogue and tiles")
    end_the_log(demo)
    # The lock is here and promises more than the folder holds: nothing goes on by itself.
    with pytest.raises(VouteError) as damaged:
        succeed(demo.settings)
    assert damaged.value.code in {"log-damaged", "tile-damaged"}
    shutil.rmtree(demo.settings.locks_folder)
    with pytest.raises(VouteError) as unsure:
        succeed(demo.settings)
    assert unsure.value.code == "succession-unsure"
    with pytest.raises(LogOverError):
        recover_log(demo.settings, newest.encode())
    with pytest.raises(LogUnconfirmedError):
        succeed(demo.settings, newest.encode())
    ask_no_witness(demo)
    older = deliver_note(tmp_path)
    with pytest.raises(VouteError) as refused:
        succeed(demo.settings, older)
    assert refused.value.code == "succession-older"
    said = succeed(demo.settings, newest.encode())
    assert (said.record.size, said.record.known, said.lost) == (short.head.size, newest.head.size, 3)
    assert (published(demo).head.size, published(demo).head.root) == (short.head.size, short.head.root)
    demo = serve_on(demo)
    deliver(demo, issuer, claimed, 3, "lost")
    assert published(demo).head.size == newest.head.size
    assert published(demo).head.root != newest.head.root
    with demo.client() as browser:
        browser.cookies = claimed.client.cookies
        claimed.client = browser
        assert proven(claimed, kept, demo.root).head.origin == SECOND_LOG


def deliver_note(backup: Path) -> bytes:
    """A checkpoint from before the backup."""
    seeds = read_log_seeds(backup / "data" / "keys")
    return MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44).sign(0, EMPTY_ROOT, 1_700_000_000)


def test_api_succession_with_a_lock_that_holds_takes_no_other_word(demo: DemoCity) -> None:
    end_the_log(demo)
    with pytest.raises(VouteError) as refused:
        succeed(demo.settings, published(demo).encode())
    assert refused.value.code == "lock-exists"
    assert key_files(demo.settings.keys_folder) == {"log.json", "log.next.json"}
