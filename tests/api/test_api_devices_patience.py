"""Push services that ask for patience: they are left alone for as long as they say, within bounds."""

import datetime as dt
from collections.abc import Sequence
from email.utils import format_datetime

import pytest

from tests.api.test_api_devices import AFTER_FIRST, listed, send, sender, turn_on
from tests.support.city import DemoCity
from tests.support.holder import Resident
from tests.support.push_service import PushService, asks
from voute.app.push_work import LONGEST_WAIT, ToDevice, Tried, send_due


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True], ids=["seconds", "date"])
def test_api_devices_a_service_that_says_how_long_is_left_alone_for_so_long(
    told: DemoCity, service: PushService, claimed: Resident, status: int, *, is_date: bool
) -> None:
    turn_on(claimed, service)
    until = format_datetime(dt.datetime.fromtimestamp(told.clock() // 1_000_000 + 3_000, dt.UTC), usegmt=True)
    service.answers = [asks(status, until if is_date else "3000")]
    assert send(told) == 0
    told.clock.advance(1_500)
    assert send(told) == 0
    assert len(service.came) == 1
    told.clock.advance(1_500)
    assert send(told) == 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        *[(one, AFTER_FIRST) for one in ("0", "1", "-5", "1.5", "soon", "", "Wed, 01 Jan 2020 00:00:00 GMT", "9" * 9 + "x")],
        *[(one, LONGEST_WAIT // 1_000_000) for one in ("9" * 400, "86401", "Fri, 31 Dec 9999 23:59:59 GMT")],
    ],
)
def test_api_devices_what_a_service_asks_for_is_bounded(
    told: DemoCity, service: PushService, claimed: Resident, asked: str, seconds: int
) -> None:
    turn_on(claimed, service)
    service.answers = [asks(429, asked)]
    assert send(told) == 0
    told.clock.advance(seconds // 2)
    assert send(told) == 0
    assert len(service.came) == 1
    told.clock.advance(seconds - seconds // 2)
    assert send(told) == 1


def test_api_devices_a_service_that_is_away_is_not_asked_for_others_and_their_tries_wait_too(
    told: DemoCity, service: PushService, claimed: Resident
) -> None:
    turn_on(claimed, service)
    held = sender(told)
    service.answers = [asks(503, "900")]
    assert held.send_some() == 0
    turn_on(claimed, service)
    assert held.send_some() == 0
    assert len(service.came) == 1
    told.clock.advance(AFTER_FIRST)
    # The second one's first rest is over: it waits for the service all the same, and no try is lost on it.
    assert send(told) == 0
    assert len(service.came) == 1
    told.clock.advance(900)
    assert send(told) == 2


def test_api_devices_one_device_that_is_told_too_often_stops_no_other(
    told: DemoCity, service: PushService, claimed: Resident
) -> None:
    turn_on(claimed, service)
    held = sender(told)
    service.answers = [asks(429, "900")]
    assert held.send_some() == 0
    turn_on(claimed, service)
    assert held.send_some() == 1


def test_api_devices_a_device_that_moved_while_the_old_place_was_asked_stays(
    told: DemoCity, service: PushService, claimed: Resident
) -> None:
    turn_on(claimed, service)
    inner, now_at = sender(told), service.browser()

    def move(batch: Sequence[ToDevice]) -> Sequence[Tried]:
        found = inner.send_all(batch)
        with told.city.catalogue.write() as tx:
            tx.devices.put(batch[0].device._replace(endpoint=now_at.subscription(service)["endpoint"]))
        return found

    service.answers = [410]
    assert send_due(told.city, move, 10) == 0
    assert len(listed(claimed)) == 1
