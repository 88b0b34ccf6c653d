"""Notices on devices, through the interface and a push service over HTTPS: neutral, at the chosen hours, gone in time."""

import base64
import datetime as dt
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.api.test_api_keyring_replace import with_second_passkey
from tests.support.asgi import Loop
from tests.support.city import DemoCity, SharedApplication, check, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.push_service import Act, Browser, PushService, drip, flood, hang, push_service, text64, with_push
from voute.app.notice_work import FIRST_REST, MAX_TRIES
from voute.app.push import MAX_DEVICES
from voute.app.push_work import Pushed, ToDevice, Tried, send_due
from voute.server.notices.push_sender import PushSender
from voute.server.notices.push_words import PADDED

ONCE: dict[str, Any] = {"language": "fr", "pace": "once", "hour": 8, "weekday": 0, "quiet_from": 0, "quiet_until": 0}
PATIENT = 60.0
"""Seconds for one message, and before an answer counts as slow: a machine that is busy is not what these tests are about."""
LIMIT = 1.5
"""Seconds for one message where a test waits for what never answers."""
AFTER_FIRST = FIRST_REST // 1_000_000 + 1


def sender(demo: DemoCity, limit: float = PATIENT) -> PushSender:
    assert demo.city.push is not None
    return PushSender(demo.settings, demo.city, demo.city.push, time_limit=limit, slow=PATIENT)


def send(demo: DemoCity) -> int:
    """What the sender's thread does, after a new start."""
    return sender(demo).send_some()


def turn_on(resident: Resident, service: PushService, **times: object) -> Browser:
    browser = service.browser()
    check(resident.client.put("/api/devices", json={**browser.subscription(service), **ONCE, **times}), 204)
    return browser


def on(demo: DemoCity, resident: Resident, service: PushService, **times: object) -> Browser:
    """Turned on, and greeted."""
    browser = turn_on(resident, service, **times)
    assert send(demo) == 1
    service.came.clear()
    return browser


def listed(resident: Resident) -> list[dict[str, Any]]:
    devices = check(resident.client.get("/api/devices")).json()["devices"]
    assert isinstance(devices, list)
    return devices


def rows(demo: DemoCity, table: str) -> int:
    with closing(sqlite3.connect(demo.settings.data / "catalogue.sqlite")) as db:
        (count,) = db.execute(f"select count(*) from {table}").fetchone()  # noqa: S608 - two names of this file
    return int(count)


def test_api_devices_say_who_and_nothing_else(
    told: DemoCity, service: PushService, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    turn_on(claimed, service)
    assert send(told) == 1
    assert service.shown()[0]["tag"] == "hello"
    bills = deliver_to_vault(told, client, issuer, claimed, 2, "run-2")
    deliver_to_vault(told, client, issuer, claimed, 2, "run-3")
    assert send(told) == 1
    names = next(one.names for one in told.root.issuers if one.id == "finances")
    assert service.shown()[1] == {
        "version": 1,
        "language": "fr",
        "tag": "documents",
        "title": f"Un document de {names.fr}",
        "body": "Dans votre coffre.",
    }
    hello, came = service.came
    assert send(told) == 0
    # Whoever carries it learns no more: every message has the same size, kinds can't be told by a header but Topic.
    assert len(hello.body) == len(came.body) == 16 + 4 + 1 + 65 + PADDED + 1 + 16
    assert hello.body[:16] != came.body[:16]
    vault = claimed.open_vault.vault_id
    carried = came.body + repr(came.headers).encode() + came.path.encode()
    hidden = [vault.hex().encode(), base64.b64encode(vault), b"finances", b"run-2", b"tax-bill", names.fr.encode(), b"documents"]
    hidden += [bill.sealed.document_id.hex().encode() for bill in bills]
    assert [one for one in hidden if one in carried] == []
    assert came.headers["content-encoding"] == "aes128gcm"
    assert (came.headers["ttl"], came.headers["urgency"]) == (str(7 * 24 * 3600), "normal")
    assert {one.headers["urgency"] for one in service.came} == {"normal"}
    topics = [one.headers["topic"] for one in service.came]
    assert topics[0] != topics[1]
    assert all(len(one) == 32 for one in topics)
    assert set(came.headers) == {
        *("host", "content-length", "connection", "content-encoding", "content-type", "ttl", "urgency", "topic", "authorization")
    }


def test_api_devices_prove_who_sends(told: DemoCity, service: PushService, claimed: Resident) -> None:
    turn_on(claimed, service)
    send(told)
    key = check(claimed.client.get("/api/devices")).json()["key"]
    claims = service.claims(service.came[0], key)
    now = told.clock() // 1_000_000
    assert claims["aud"] == service.origin
    assert claims["sub"] == told.root.origin
    assert now < claims["exp"] <= now + 24 * 3600
    again = told.restart()
    assert check(claimed.client.get("/api/devices")).json()["key"] == key, "kept over a start"
    again.close()


def test_api_devices_speak_each_ones_language(
    told: DemoCity, service: PushService, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    on(told, claimed, service, language="en")
    on(told, claimed, service)
    deliver_to_vault(told, client, issuer, claimed, 1)
    assert send(told) == 2
    assert sorted(one["title"].split(" finances")[0] for one in service.shown()) == ["A document from", "Un document de"]


def test_api_devices_many_departments_are_one_message(
    told: DemoCity,
    service: PushService,
    client: httpx.Client,
    issuer: Department,
    claimed: Resident,
) -> None:
    on(told, claimed, service, pace="weekly")
    deliver_to_vault(told, client, issuer, claimed, 1, "run-2")
    deliver_to_vault(told, client, issuer, claimed, 1, "run-3")
    assert rows(told, "push_messages") == 1
    with closing(sqlite3.connect(told.settings.data / "catalogue.sqlite")) as db, db:
        db.execute("update push_messages set issuers = ?", [",".join(f"service-{n:02}-{'x' * 30}" for n in range(60))])
    told.clock.advance(8 * 24 * 3600)
    assert send(told) == 1
    assert service.shown()[0]["title"] == "Des documents de 60 services"


def test_api_devices_keep_quiet_hours_and_digests(
    told: DemoCity, service: PushService, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    now = dt.datetime.fromtimestamp(told.clock() // 1_000_000, told.settings.zone)
    on(told, claimed, service, quiet_from=now.hour, quiet_until=(now.hour + 3) % 24)
    on(told, claimed, service, pace="daily", hour=(now.hour + 5) % 24)
    deliver_to_vault(told, client, issuer, claimed, 1, "run-2")
    assert send(told) == 0
    # A new way in is said at once, whatever the hour.
    body, _, _ = with_second_passkey(claimed)
    check(claimed.client.put("/api/vault/keyring", json=body))
    assert send(told) == 2
    assert {one["tag"] for one in service.shown()} == {"way-in"}
    told.clock.advance(3 * 3600)
    assert send(told) == 1
    told.clock.advance(2 * 3600)
    assert send(told) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_api_devices_that_are_gone_are_forgotten(
    told: DemoCity, service: PushService, client: httpx.Client, issuer: Department, claimed: Resident, status: int
) -> None:
    on(told, claimed, service)
    deliver_to_vault(told, client, issuer, claimed, 1)
    service.answers = [status]
    assert send(told) == 0
    assert listed(claimed) == []
    assert rows(told, "push_messages") == 0


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429, 500, 503, 301, 307, 103])
def test_api_devices_patience_is_had_with_every_other_answer(
    told: DemoCity, service: PushService, claimed: Resident, status: int
) -> None:
    turn_on(claimed, service)
    service.answers = [status]
    assert send(told) == 0
    assert send(told) == 0, "not at once"
    assert len(service.came) == 1
    told.clock.advance(AFTER_FIRST)
    assert send(told) == 1
    assert len(listed(claimed)) == 1
    assert service.came[0].headers["topic"] == service.came[1].headers["topic"]


def test_api_devices_messages_are_given_up_after_days(told: DemoCity, service: PushService, claimed: Resident) -> None:
    turn_on(claimed, service)
    service.answers = [503] * (MAX_TRIES + 2)
    for _ in range(MAX_TRIES + 2):
        send(told)
        told.clock.advance(6 * 3600)
    assert len(service.came) == MAX_TRIES
    assert rows(told, "push_messages") == 0


def test_api_devices_a_crash_between_sending_and_noting_repeats_the_message_once(
    told: DemoCity, service: PushService, claimed: Resident
) -> None:
    turn_on(claimed, service)
    inner = sender(told)

    class KilledError(Exception):
        """Stands for the end of the process, after the push service took the message."""

    def end(batch: Sequence[ToDevice]) -> Sequence[Tried]:
        assert inner.send_all(batch) == [Tried(Pushed.ACCEPTED)]
        raise KilledError

    with pytest.raises(KilledError):
        send_due(told.city, end, 10)
    assert send(told) == 0
    told.clock.advance(AFTER_FIRST)
    assert send(told) == 1
    told.clock.advance(24 * 3600)
    assert send(told) == 0
    first, second = service.came
    assert service.shown()[0] == service.shown()[1], "the device shows one: same tag"
    assert first.headers["topic"] == second.headers["topic"], "the push service keeps one"


def test_api_devices_a_service_that_never_answers_holds_up_no_other(
    demo: DemoCity,
    service: PushService,
    certificate: Path,
    loop: Loop,
    shared: SharedApplication,
    claimed: Resident,
) -> None:
    with push_service(certificate) as other:
        told = open_demo_city(with_push(demo.settings, certificate, service, other), demo.root, demo.clock, loop, shared)
        seen = threading.Event()
        service.answers = [hang(seen)] * 20
        for _ in range(6):
            turn_on(claimed, service)
        turn_on(claimed, other)
        # The other one has as long for its answer.
        held = sender(told, 3 * LIMIT)
        assert held.send_some() == 1
        assert seen.is_set()
        assert [one["tag"] for one in other.shown()] == ["hello"]
        # It rests: what comes next for it is put off without asking, what comes for others goes.
        asked = len(service.came)
        assert asked < 7
        told.clock.advance(AFTER_FIRST)
        turn_on(claimed, other)
        assert held.send_some() == 1
        assert len(service.came) == asked
        told.close()


@pytest.mark.parametrize("act", [drip, flood], ids=["drip", "flood"])
def test_api_devices_an_answer_without_end_is_none(told: DemoCity, service: PushService, claimed: Resident, act: Act) -> None:
    turn_on(claimed, service)
    service.answers = [act]
    held = sender(told, LIMIT)
    assert held.send_some() == 0
    assert held.rests(service.origin.removeprefix("https://"))
    assert len(listed(claimed)) == 1


def test_api_devices_an_unknown_certificate_gets_nothing(told: DemoCity, service: PushService, claimed: Resident) -> None:
    turn_on(claimed, service)
    stranger = PushSender(replace(told.settings, push_ca=Path()), told.city, told.city.push)  # type: ignore[arg-type]
    assert stranger.send_some() == 0
    assert service.came == []


def test_api_devices_stop_one_or_all_at_once(told: DemoCity, service: PushService, claimed: Resident) -> None:
    on(told, claimed, service)
    on(told, claimed, service)
    first, second = listed(claimed)
    check(claimed.client.delete(f"/api/devices/{first['device_id']}"), 204)
    check(claimed.client.delete(f"/api/devices/{first['device_id']}"), 204)
    assert listed(claimed) == [second]
    check(claimed.client.delete(f"/api/devices/{secrets.token_hex(16)}"), 204)
    check(claimed.client.delete("/api/devices/00"), 400)
    turn_on(claimed, service)
    check(claimed.client.delete("/api/devices"), 204)
    assert listed(claimed) == []
    assert (rows(told, "push_devices"), rows(told, "push_messages")) == (0, 0)


def test_api_devices_of_others_are_nobodys(
    told: DemoCity, service: PushService, client: httpx.Client, claimed: Resident, other_issuer: Department
) -> None:
    browser = on(told, claimed, service)
    (mine,) = listed(claimed)
    code, keys, _ = other_issuer.code("permit-1")
    other_issuer.deliver(client, [other_issuer.bill_for_code(keys, "permit-1")])
    told.settle()
    with told.client() as other:
        neighbour = Resident(other, told.root)
        neighbour.claim(code)
        check(neighbour.client.delete(f"/api/devices/{mine['device_id']}"), 204)
        assert listed(claimed) == [mine]
        # One browser is one vault's at a time: who turned it on last.
        check(neighbour.client.put("/api/devices", json={**browser.subscription(service), **ONCE}), 204)
        assert listed(claimed) == []
        assert len(listed(neighbour)) == 1


def test_api_devices_the_same_browser_changes_its_times_and_is_not_greeted_again(
    told: DemoCity, service: PushService, claimed: Resident
) -> None:
    browser = on(told, claimed, service)
    check(claimed.client.put("/api/devices", json={**browser.subscription(service), **ONCE, "pace": "daily"}), 204)
    (one,) = listed(claimed)
    assert one["pace"] == "daily"
    assert "endpoint" not in one
    assert send(told) == 0


def test_api_devices_one_too_many_takes_the_place_of_the_oldest(told: DemoCity, service: PushService, claimed: Resident) -> None:
    turn_on(claimed, service)
    oldest = listed(claimed)[0]
    for _ in range(MAX_DEVICES):
        told.clock.advance(1)
        turn_on(claimed, service)
    assert len(listed(claimed)) == MAX_DEVICES
    assert oldest not in listed(claimed)


POINT_NOWHERE = text64(b"\x04" + b"\xff" * 64)
REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "another key": ({"p256dh": POINT_NOWHERE}, 400),
    "a compressed key": ({"p256dh": text64(b"\x02" + b"\x01" * 32)}, 400),
    "a short secret": ({"auth": text64(b"a" * 15)}, 400),
    "another language": ({"language": "de"}, 400),
    "no hour": ({"hour": 24}, 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_api_devices_refuse_what_can_not_be(told: DemoCity, service: PushService, claimed: Resident, name: str) -> None:
    changed, status = REFUSED[name]
    whole = {**service.browser().subscription(service), **ONCE}
    check(claimed.client.put("/api/devices", json={**whole, **changed}), status)
    assert rows(told, "push_devices") == 0


def test_api_devices_a_city_that_tells_on_none_says_so(demo: DemoCity, service: PushService, claimed: Resident) -> None:
    assert demo.city.push is None
    assert check(claimed.client.get("/api/devices")).json() == {"key": None, "devices": []}
    whole = {**service.browser().subscription(service), **ONCE}
    assert check(claimed.client.put("/api/devices", json=whole), 409).json()["code"] == "push-off"
