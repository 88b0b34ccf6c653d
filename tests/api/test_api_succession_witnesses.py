"""What witnesses say of a log whose lock is lost: who knows more stops the succession; who fails or lies does not."""

import shutil
import time
from hashlib import sha256

import httpx
import pytest

from tests.support.city import DemoCity
from tests.support.successor import SECOND_LOG, end_the_log
from voute.core.errors import VouteError
from voute.server import succession
from voute.server.http_witness import HttpWitness
from voute.server.keys import SUCCESSOR_FILE, LogSeeds, read_log_seeds
from voute.server.succession import succeed
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import WitnessKey
from voute.tlog.sequencer import CHECKPOINT_PATH
from voute.tlog.signer import MemorySigner

ROOT = sha256(b"some tree").digest()


def signed(seeds: LogSeeds, size: int, origin: str = "") -> bytes:
    return MemorySigner(origin or seeds.origin, seeds.ed25519, seeds.mldsa44).sign(size, ROOT, int(time.time()))


class Asked:
    """A city that has lost its lock, before its successor begins; the root asks for a quorum of one."""

    def __init__(self, demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
        end_the_log(demo)
        self.demo = demo
        self.old = read_log_seeds(demo.settings.keys_folder)
        self.new = read_log_seeds(demo.settings.keys_folder, SUCCESSOR_FILE)
        self.newest = SignedCheckpoint.parse(demo.city.tiles.get(CHECKPOINT_PATH))
        shutil.rmtree(demo.settings.locks_folder)
        self.patch = monkeypatch
        assert demo.root.quorum == 1

    def succeed(self, *witnesses: dict[str, httpx.Response]) -> str:
        """Succeed with witnesses that say this of a log, by its name, and 404 of others; returns the error's code, or nothing."""
        made = tuple((witness(f"witness-{number}", said), WitnessKey("", b"")) for number, said in enumerate(witnesses))
        self.patch.setattr(succession, "remote_witnesses", lambda *_: made)
        try:
            assert succeed(self.demo.settings, self.newest.encode()).record.new == SECOND_LOG
        except VouteError as error:
            assert read_log_seeds(self.demo.settings.keys_folder) == self.old
            return error.code
        return ""


def witness(name: str, said: dict[str, httpx.Response]) -> HttpWitness:
    answers = {f"/{sha256(origin.encode()).hexdigest()}/checkpoint": answer for origin, answer in said.items()}
    transport = httpx.MockTransport(lambda request: answers.get(request.url.path, httpx.Response(404)))
    return HttpWitness(name, "http://witness.test", transport)


@pytest.fixture
def asked(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(demo, monkeypatch)


@pytest.mark.attack("D2")
def test_api_succession_stops_where_a_witness_knows_a_longer_log_or_the_successor(asked: Asked) -> None:
    size = asked.newest.head.size
    longer = httpx.Response(200, content=signed(asked.old, size + 1))
    begun = httpx.Response(200, content=signed(asked.new, size))
    assert asked.succeed({}, {asked.old.origin: longer}) == "succession-older"
    assert asked.succeed({}, {asked.new.origin: begun}) == "successor-begun"
    same = httpx.Response(200, content=asked.newest.encode())
    assert asked.succeed({asked.old.origin: same}) == ""


def test_api_succession_is_stopped_by_no_witness_that_fails_or_makes_something_up(asked: Asked) -> None:
    size = asked.newest.head.size
    liars = (
        {asked.old.origin: httpx.Response(500)},
        {asked.new.origin: httpx.Response(200, content=b"hello")},
        {asked.old.origin: httpx.Response(200, content=signed(asked.new, size + 9, asked.old.origin))},
        {asked.new.origin: httpx.Response(200, content=signed(asked.old, size, asked.new.origin))},
    )
    assert asked.succeed(*liars) == "log-unconfirmed"
    assert asked.succeed(*liars, {}) == ""
