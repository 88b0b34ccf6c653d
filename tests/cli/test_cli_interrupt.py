"""Stopped, cut and killed in the middle: nothing half done stays, and running it again delivers each document once."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.cli.conftest import Department
from tests.support.command import Ran, finish, start
from tests.support.exchanges import Stop, is_commit, is_draft, is_pack, is_receipts
from tests.support.proxy import Cut, Exchange, Message
from voute.client.sealing import PACK_TARGET

REFERENCES = ("a-1", "a-2", "a-3")


def delivered(office: Department) -> Counter[str]:
    """Titles of all that waits for the office's references, opened and read whole by their holders."""
    found: Counter[str] = Counter()
    for reference in REFERENCES:
        resident = office.resident()
        for document in resident.claim(office.code(reference))["documents"]:
            body = resident.read(document)
            assert body == (office.folder / "pdf" / f"{reference}.pdf").read_bytes()
            found[reference] += 1
    return found


def interrupted(office: Department, when: Callable[[Exchange], bool]) -> Ran:
    """Start the installed command and stop it as Ctrl+C does, at the first exchange of a kind."""
    stop = Stop(when)
    with office.city.proxy.hooks(before=stop):
        process = start(office.folder, *office.command(office.bills(*REFERENCES)))
        assert stop.reached.wait(60)
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.2)
        stop.go_on.set()
        return finish(process)


@pytest.mark.parametrize("when", [is_pack, is_draft])
def test_cli_deliver_interrupted_leaves_nothing_and_runs_again(office: Department, when: Callable[[Exchange], bool]) -> None:
    before = office.city.snapshot()
    ran = interrupted(office, when).ended(130)
    assert "annulé" in ran.said
    # The file of a pack that was stored is swept later; no row points to it.
    assert office.city.snapshot()[:-1] == before[:-1]
    assert office.deliver(office.bills(*REFERENCES)).ended(0).json["sent"] == len(REFERENCES)
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_deliver_killed_client_leaves_a_draft_that_the_next_run_cancels(office: Department) -> None:
    stop = Stop(is_draft)
    with office.city.proxy.hooks(before=stop):
        process = start(office.folder, *office.command(office.bills(*REFERENCES)))
        assert stop.reached.wait(60)
        process.kill()
        stop.go_on.set()
        assert finish(process).code == -signal.SIGKILL
    assert office.deliver(office.bills(*REFERENCES)).ended(0).json["sent"] == len(REFERENCES)
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


class Kill:
    """Kills the server at the first exchange of a kind: before the request reaches it, or after it has answered."""

    def __init__(self, office: Department, when: Callable[[Exchange], bool]) -> None:
        self.office = office
        self.when = when
        self.done = False

    def before(self, exchange: Exchange) -> None:
        if self.when(exchange) and not self.done:
            self._kill()

    def after(self, exchange: Exchange) -> Message | None:
        if self.when(exchange) and not self.done:
            self._kill()
        return None

    def _kill(self) -> None:
        self.done = True
        self.office.city.server.kill()
        raise Cut


@pytest.fixture
def city_again(office: Department) -> Iterator[None]:
    """Whatever happens to the test, the suite's city runs after it."""
    yield
    office.city.server.ensure()


@pytest.mark.usefixtures("city_again")
@pytest.mark.parametrize(
    ("when", "hook"),
    [(is_draft, "before"), (is_draft, "after"), (is_commit, "after"), (is_receipts, "before")],
    ids=["before-draft", "after-draft", "after-commit", "before-receipts"],
)
def test_cli_deliver_server_killed_then_run_again_delivers_each_once(
    office: Department, when: Callable[[Exchange], bool], hook: str
) -> None:
    table, kill = office.bills(*REFERENCES), Kill(office, when)
    with office.city.proxy.hooks(**{hook: getattr(kill, hook)}):
        ran = office.deliver(table).ended(4)
    assert kill.done
    assert ran.json["error"] == "city-unreachable"
    office.city.server.start()
    office.city.settle()
    said = office.deliver(table).ended(0).json
    assert said["sent"] + said["known"] == len(REFERENCES)
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_deliver_two_packs_interrupted_between_them_leaves_nothing(office: Department) -> None:
    before = office.city.snapshot()
    seen: list[Exchange] = []

    def second_pack(exchange: Exchange) -> bool:
        seen.extend([exchange] if is_pack(exchange) else [])
        return len(seen) == 2

    table = office.bills(*REFERENCES)
    for reference in REFERENCES:
        path = office.folder / "pdf" / f"{reference}.pdf"
        large = path.read_bytes().replace(b"endstream", b" " * (PACK_TARGET // 2) + b"\nendstream")
        path.write_bytes(large)
    stop = Stop(second_pack)
    with office.city.proxy.hooks(before=stop):
        process = start(office.folder, *office.command(table))
        assert stop.reached.wait(60)
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.2)
        stop.go_on.set()
        finish(process).ended(130)
    assert office.city.snapshot()[:-1] == before[:-1]
