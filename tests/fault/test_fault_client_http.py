"""Every exchange of a delivery: the request is lost, or it arrives and its reply is lost; with and without the client."""

import os
import signal
from collections.abc import Iterator
from threading import Event

import pytest

from tests.support.crash_office import CrashOffice, office_of
from tests.support.crash_points import Points
from tests.support.proxy import Cut, Exchange, Message


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with office_of(tmp_path_factory) as office:
        yield office


class At:
    """Cuts the exchange of this number; `pid`, once told, is killed first."""

    def __init__(self, number: int, *, kills: bool) -> None:
        self.number = number
        self.left = number
        self.route = ""
        self._kills = kills
        self._pid = 0
        self._told = Event()

    def tell(self, pid: int) -> None:
        self._pid = pid
        self._told.set()

    def before(self, exchange: Exchange) -> None:
        self._meet(exchange)

    def after(self, exchange: Exchange) -> Message | None:
        self._meet(exchange)
        return None

    def _meet(self, exchange: Exchange) -> None:
        self.left -= 1
        if self.left != -1:
            return
        self.route = exchange.route
        if self._kills:
            assert self._told.wait(60)
            os.kill(self._pid, signal.SIGKILL)
        raise Cut


@pytest.fixture(scope="module")
def routes(office: CrashOffice) -> list[str]:
    """The exchanges of one whole delivery; how often it asks whether the log is ready varies, once is enough."""
    mark = office.city.proxy.mark
    office.broken("whole", {"how": "count"}).ended(0)
    found = [one.route for one in office.city.proxy.since(mark)]
    wait = "GET /api/deliveries/ID"
    first = found.index(wait)
    return [route for at, route in enumerate(found) if route != wait or at == first]


@pytest.mark.parametrize(("hook", "outcome"), [("before", "lost"), ("after", "kept")])
def test_fault_client_killed_at_every_exchange_then_each_document_once(
    office: CrashOffice, routes: list[str], points: Points, hook: str, outcome: str
) -> None:
    for number in range(len(routes)):
        at, run = At(number, kills=True), f"kill-{hook}-{number}"
        with office.city.proxy.hooks(**{hook: getattr(at, hook)}):
            ran = office.broken(run, {"how": "count"}, at.tell)
        assert (ran.code, at.route) == (-signal.SIGKILL, ran.code and at.route)
        office.recover(run)
        points.add("deliver", at.route, number, outcome)
    office.check_all()


@pytest.mark.long
@pytest.mark.parametrize(("hook", "outcome"), [("before", "lost"), ("after", "kept")])
def test_fault_client_killed_at_every_exchange_of_resuming(
    office: CrashOffice, routes: list[str], points: Points, hook: str, outcome: str
) -> None:
    commit = next(number for number, route in enumerate(routes) if route.endswith("/commit"))
    number = 0
    while True:
        run, first = f"resume-{hook}-{number}", At(commit - 2, kills=True)
        with office.city.proxy.hooks(before=first.before):
            assert office.broken(run, {"how": "count"}, first.tell).code == -signal.SIGKILL
        second = At(number, kills=True)
        with office.city.proxy.hooks(**{hook: getattr(second, hook)}):
            ran = office.broken_resume(run, {"how": "count"}, second.tell)
        if not ran.code:
            break
        office.recover(run)
        points.add("resume", second.route, number, outcome)
        number += 1
    assert number >= len(routes) - 2
    office.check_receipts(run)
    office.check_all()


@pytest.mark.parametrize(("hook", "outcome"), [("before", "lost"), ("after", "kept")])
def test_fault_client_repeats_every_exchange_that_the_network_lost(
    office: CrashOffice, routes: list[str], points: Points, hook: str, outcome: str
) -> None:
    for number in range(len(routes)):
        at, run = At(number, kills=False), f"cut-{hook}-{number}"
        with office.city.proxy.hooks(**{hook: getattr(at, hook)}):
            ran = office.broken(run, {"how": "count"})
        assert at.route
        if ran.code:
            # The stream of receipts is not repeated by itself: it is resumed.
            assert (ran.code, ran.json["error"], at.route) == (4, "city-unreachable", routes[-1])
            office.recover(run)
        office.check_receipts(run)
        points.add("network", at.route, number, outcome)
    office.check_all()
