"""Notices that a mail server refuses because of us, and the pace: nothing counts against an address that did no wrong."""

from pathlib import Path

import httpx
import pytest

from tests.api.test_api_notices import WISH, confirm, deliver, report, send, state
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.mail_server import MailServer
from voute.app.mail_blocks import last_block
from voute.app.notice_work import MAX_BOUNCES
from voute.server.notices.bounces import read_bounces
from voute.server.notices.sender import MINUTE, Pacer, send_some


@pytest.mark.parametrize(
    "answer", ["550 5.7.1 blocked by policy", "554 5.7.606 listed", "550 Service unavailable", "553 5.1.8 sender"]
)
def test_api_notices_a_refusal_of_us_is_no_fault_of_the_address(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident, answer: str
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    at = 0
    for _ in range(MAX_BOUNCES + 1):
        post.answers = [answer]
        at = noticed.city.now()
        assert send(noticed) == 0
        noticed.clock.advance(6 * 3600)
    check(claimed.sign_in())
    assert state(claimed) == "confirmed"
    with noticed.city.catalogue.read() as tx:
        assert at <= (last_block(tx) or 0) < noticed.city.now()
    assert send(noticed) == 1, "tried until it is taken"


def test_api_notices_that_come_back_by_policy_are_told_and_count_against_nobody(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    send(noticed)
    box = tmp_path / "box"
    box.write_bytes(report(post.came[0], status="5.7.1") * MAX_BOUNCES)
    assert read_bounces(noticed.city, box) == (MAX_BOUNCES, 0, MAX_BOUNCES)
    assert state(claimed) == "confirmed"
    with noticed.city.catalogue.read() as tx:
        assert last_block(tx) is not None


def test_api_notices_go_no_faster_than_the_pace(noticed: DemoCity, claimed: Resident) -> None:
    seconds = 0.0
    pacer = Pacer(2, lambda: seconds)
    sent = []
    for _ in range(4):
        check(claimed.client.put("/api/notices", json=WISH), 204)
        sent.append(send_some(noticed.settings, noticed.city, pacer))
        check(claimed.client.delete("/api/notices"), 204)
        noticed.clock.advance(3600)
        check(claimed.sign_in())
    assert sent == [1, 1, 0, 0]
    seconds = MINUTE - 0.1
    assert pacer.room() == 0
    seconds = MINUTE
    assert pacer.room() == 2
