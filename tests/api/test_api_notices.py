"""Notices by mail, through the interface and a real mail server: confirmed first, neutral always, stopped at once."""

import base64
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.api.test_api_keyring_replace import with_second_passkey
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.mail_server import MailServer
from voute.app.notice_work import FIRST_REST, MAX_BOUNCES, MAX_TRIES, Outgoing, Sent, send_due
from voute.core.errors import VouteError
from voute.server.jobs.housekeeping import sweep
from voute.server.notices.bounces import read_bounces
from voute.server.notices.mail import make_mail
from voute.server.notices.sender import Pacer, send_some
from voute.server.notices.smtp import MailServerError, SmtpConnection

ADDRESS = "marie.tremblay@exemple.test"
WISH: dict[str, Any] = {
    "address": ADDRESS,
    "language": "fr",
    "pace": "once",
    "hour": 8,
    "weekday": 0,
    "quiet_from": 0,
    "quiet_until": 0,
}


def send(demo: DemoCity) -> int:
    """What the sender's thread does."""
    return send_some(demo.settings, demo.city, Pacer(60))


def parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"\b\d{8}\b", parts(mail)[0])
    assert found is not None
    return found[0]


def confirm(demo: DemoCity, post: MailServer, resident: Resident, **wish: object) -> None:
    check(resident.client.put("/api/notices", json={**WISH, **wish}), 204)
    assert send(demo) == 1
    check(resident.client.post("/api/notices/confirm", json={"code": code_in(post.mails[-1])}), 204)
    post.came.clear()


def state(resident: Resident) -> str:
    notice = check(resident.client.get("/api/notices")).json()["notice"]
    return "none" if notice is None else str(notice["state"])


def deliver(demo: DemoCity, client: httpx.Client, resident: Resident, issuer: Department, run: str = "run-2") -> None:
    deliver_to_vault(demo, client, issuer, resident, 2, run)


def test_api_notices_nothing_but_a_code_goes_to_an_address_that_nobody_confirmed(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    check(claimed.client.put("/api/notices", json=WISH), 204)
    check(claimed.client.put("/api/notices", json=WISH), 204)
    deliver(noticed, client, claimed, issuer)
    assert send(noticed) == 1
    assert send(noticed) == 0
    assert [mail["to"] for mail in post.mails] == [ADDRESS]
    assert state(claimed) == "unconfirmed"


def test_api_notices_say_who_and_nothing_else(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    deliver(noticed, client, claimed, issuer, "run-3")
    assert send(noticed) == 1
    (mail,) = post.mails
    assert mail.get_content_type() == "multipart/alternative"
    names = next(one.names for one in noticed.root.issuers if one.id == "finances")
    for text in parts(mail):
        assert names.fr in text
        assert "vous attend" in text
        assert noticed.root.names.fr in text
        assert urlsplit(noticed.root.origin).netloc in text
    assert mail["from"].addresses[0].addr_spec == "avis@ville.test"
    assert mail["content-language"] == "fr"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    link = str(mail["list-unsubscribe"]).encode()
    assert b"\r\nList-Unsubscribe: " + link + b"\r\n" in post.came[0], "not as encoded words, not folded"
    html = parts(mail)[1]
    assert re.findall(r'(?:src|href|url|action)\s*[=(]\s*"?([^"\s)]*)', html) == [mail["list-unsubscribe"].strip("<>")]
    assert send(noticed) == 0


def test_api_notices_hold_no_secret_and_no_name(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed, language="en")
    bills = deliver_to_vault(noticed, client, issuer, claimed, 2)
    assert send(noticed) == 1
    whole = post.came[0] + b"".join(text.encode() for text in parts(post.mails[0]))
    cookie = claimed.client.cookies["__Host-voute"]
    vault = claimed.open_vault.vault_id
    hidden = [cookie.encode(), vault.hex().encode(), base64.b64encode(vault), b"run-2", b"tax-bill", b"bill-1"]
    hidden += [bill.sealed.document_id.hex().encode() for bill in bills]
    assert [one for one in hidden if one in whole] == []
    # The control: a search that finds what is there.
    assert ADDRESS.encode() in whole


def test_api_notices_stop_from_a_mail_without_signing_in(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    send(noticed)
    link = post.mails[0]["list-unsubscribe"].strip("<>")
    path = link.removeprefix(noticed.root.origin)
    stranger = noticed.client("198.51.100.9")
    del stranger.headers["x-voute"]
    page = check(stranger.get(path))
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert state(claimed) == "confirmed"
    forged = path[:-2] + ("00" if not path.endswith("00") else "11")
    wrong = check(stranger.post(forged))
    assert state(claimed) == "confirmed"
    right = check(stranger.post(path, content=b"List-Unsubscribe=One-Click", headers={"origin": "https://mail.test"}))
    assert (wrong.text, wrong.status_code) == (right.text, right.status_code)
    assert state(claimed) == "none"
    check(stranger.post(path))
    with closing(sqlite3.connect(noticed.settings.data / "catalogue.sqlite")) as db:
        assert db.execute("select count(*) from notices").fetchone() == (0,)
    check(stranger.get("/avis/stop"), 400)
    check(stranger.get("/avis/stop?t=%3Cscript%3E"), 400)


def test_api_notices_code_can_be_guessed_five_times(noticed: DemoCity, post: MailServer, claimed: Resident) -> None:
    check(claimed.client.put("/api/notices", json=WISH), 204)
    send(noticed)
    right = code_in(post.mails[0])
    wrong = f"{(int(right) + 1) % 10**8:08}"
    for _ in range(5):
        assert check(claimed.client.post("/api/notices/confirm", json={"code": wrong}), 409).json()["code"] == "notice-code-wrong"
    check(claimed.client.post("/api/notices/confirm", json={"code": right}), 409)
    assert state(claimed) == "unconfirmed"
    # The same wish again draws another code, within those of the day.
    check(claimed.client.put("/api/notices", json=WISH), 204)
    send(noticed)
    again = code_in(post.mails[-1])
    assert again != right
    check(claimed.client.post("/api/notices/confirm", json={"code": again}), 204)


def test_api_notices_flood_nobody_with_codes(noticed: DemoCity, claimed: Resident) -> None:
    noticed.clock.freeze()
    for _ in range(5):
        check(claimed.client.put("/api/notices", json=WISH), 204)
        check(claimed.client.delete("/api/notices"), 204)
    refused = check(claimed.client.put("/api/notices", json=WISH), 429)
    assert refused.json()["code"] == "too-many"
    # The day's count outlives the house-keeping of its hours.
    day = 24 * 3600
    left = day - noticed.clock() // 1_000_000 % day
    noticed.clock.advance(min(3 * 3600, left - 60))
    sweep(noticed.city)
    check(claimed.sign_in())
    check(claimed.client.put("/api/notices", json=WISH), 429)
    assert state(claimed) == "none"
    with closing(sqlite3.connect(noticed.settings.data / "catalogue.sqlite")) as db:
        assert ADDRESS not in str(db.execute("select * from rate_limits").fetchall())


@pytest.mark.parametrize(
    "address",
    ["a@b", "a b@c.test", "a@c.test\r\nBcc: x@y.test", "a@c.test,b@c.test", "<a@c.test>", "é@c.test", "a@-c.test", "@c.test", ""],
)
def test_api_notices_refuse_what_is_no_address(noticed: DemoCity, claimed: Resident, address: str) -> None:
    check(claimed.client.put("/api/notices", json={**WISH, "address": address}), 400)
    assert noticed.city.notices is not None
    assert state(claimed) == "none"


def test_api_notices_patience_is_had_and_the_same_mail_is_tried_again(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    post.answers = ["451 later"]
    assert send(noticed) == 0
    assert send(noticed) == 0, "not at once"
    noticed.clock.advance(FIRST_REST // 1_000_000 + 1)
    assert send(noticed) == 1
    assert state(claimed) == "confirmed"


def test_api_notices_put_off_by_a_clock_that_was_ahead_go_once_it_is_right(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed)
    year = 365 * 24 * 3600
    deliver(noticed, client, claimed, issuer)
    noticed.clock.advance(year)
    post.answers = ["451 later"]
    assert send(noticed) == 0
    noticed.clock.advance(-year)
    assert (send(noticed), send(noticed), len(post.mails)) == (1, 0, 1)
    # An hour back, as by hand: put off, never lost, never twice.
    deliver(noticed, client, claimed, issuer, "run-3")
    noticed.clock.advance(-3600)
    assert send(noticed) == 0
    noticed.clock.advance(3600)
    assert (send(noticed), send(noticed), len(post.mails)) == (1, 0, 2)


def test_api_notices_a_crash_between_sending_and_noting_repeats_the_same_mail_once(
    noticed: DemoCity,
    post: MailServer,
    client: httpx.Client,
    issuer: Department,
    claimed: Resident,
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    post.came.clear()
    kit = noticed.city.notices
    assert kit is not None

    class KilledError(Exception):
        """Stands for the end of the process, after the mail server took the mail."""

    with SmtpConnection(noticed.settings) as connection:

        def end(outgoing: Outgoing) -> Sent:
            mail = make_mail(noticed.city, kit, noticed.settings.mail_from, outgoing)
            assert connection.send(mail, outgoing.notice.address) is Sent.ACCEPTED
            raise KilledError

        with pytest.raises(KilledError):
            send_due(noticed.city, end, 10)
    assert len(post.came) == 1
    deliver(noticed, client, claimed, issuer, "run-3")
    noticed.clock.advance(FIRST_REST // 1_000_000 + 1)
    assert send(noticed) == 2
    first, *others = post.came
    same = [one for one in others if re.search(rb"Message-ID:\s*(\S+)", one)[1] == re.search(rb"Message-ID:\s*(\S+)", first)[1]]  # type: ignore[index]
    assert same == [first], "byte for byte"
    noticed.clock.advance(24 * 3600)
    assert send(noticed) == 0


def test_api_notices_an_address_that_refuses_is_named_so(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed)
    for n in range(MAX_BOUNCES):
        assert state(claimed) == "confirmed"
        deliver(noticed, client, claimed, issuer, f"run-{n + 2}")
        post.answers = ["550 5.1.1 no such mailbox"]
        assert send(noticed) == 0
    assert state(claimed) == "unreachable"
    asked = post.asked
    deliver(noticed, client, claimed, issuer, "run-9")
    send(noticed)
    assert post.asked == asked


def test_api_notices_no_mail_server_costs_nothing_but_time(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    away = replace(noticed.settings, smtp_port=1)
    with pytest.raises(MailServerError):
        send_some(away, noticed.city, Pacer(60))
    again = noticed.restart()
    again.clock.advance(FIRST_REST // 1_000_000 + 1)
    assert send(again) == 1
    again.close()
    assert len(post.came) == 1


def test_api_notices_without_encryption_nothing_leaves(noticed: DemoCity, post: MailServer, claimed: Resident) -> None:
    check(claimed.client.put("/api/notices", json=WISH), 204)
    with pytest.raises(MailServerError):
        send_some(replace(noticed.settings, smtp_security="starttls"), noticed.city, Pacer(60))
    assert post.came == []
    with pytest.raises(VouteError):
        replace(noticed.settings, smtp_host="mail.example.test")


def test_api_notices_of_safety_go_at_night_too(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    confirm(noticed, post, claimed, pace="weekly", quiet_from=0, quiet_until=23)
    deliver(noticed, client, claimed, issuer)
    body, _, _ = with_second_passkey(claimed)
    check(claimed.client.put("/api/vault/keyring", json=body))
    assert send(noticed) == 1
    assert "Un nouvel accès" in post.mails[0]["subject"]


def report(mail: bytes, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report as a mail server writes it (RFC 3464), in a mailbox."""
    lines = [
        b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026",
        b"From: MAILER-DAEMON@ailleurs.test",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        b"",
        b"--b",
        b"Content-Type: text/plain",
        b"",
        b"It did not work.",
        b"--b",
        b"Content-Type: message/delivery-status",
        b"",
        b"Reporting-MTA: dns; x.test",
        b"",
        b"Action: " + action.encode(),
        b"Status: " + status.encode(),
        b"",
        b"--b",
        b"Content-Type: message/rfc822",
        b"",
        mail.replace(b"\r\n", b"\n"),
        b"--b--",
        b"",
        b"",
    ]
    return b"\n".join(lines)


def test_api_notices_that_come_back_later_are_counted_unless_forged(
    noticed: DemoCity, post: MailServer, client: httpx.Client, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    confirm(noticed, post, claimed)
    deliver(noticed, client, claimed, issuer)
    send(noticed)
    mail = post.came[0]
    forged = re.sub(rb"(Message-ID:\s*<)(.)", lambda m: m[1] + (b"0" if m[2] != b"0" else b"1"), mail)
    box = tmp_path / "box"
    box.write_bytes(report(forged) + report(mail, "delayed", "4.4.1") + b"From x\nSubject: hello\n\nhello\n\n" + report(mail))
    assert read_bounces(noticed.city, box) == (4, 1, 0)
    assert state(claimed) == "confirmed"
    box.write_bytes(report(mail) * (MAX_BOUNCES - 1))
    assert read_bounces(noticed.city, box) == (MAX_BOUNCES - 1, MAX_BOUNCES - 1, 0)
    assert state(claimed) == "unreachable"


def test_api_notices_are_given_up_after_days(noticed: DemoCity, post: MailServer, claimed: Resident) -> None:
    check(claimed.client.put("/api/notices", json=WISH), 204)
    for _ in range(MAX_TRIES + 2):
        post.answers = ["451 later"]
        send(noticed)
        noticed.clock.advance(6 * 3600)
    assert post.asked == MAX_TRIES


def test_api_notices_a_city_without_mail_says_so(demo: DemoCity, claimed: Resident) -> None:
    assert demo.city.notices is None
    assert check(claimed.client.get("/api/notices")).json() == {"available": False, "notice": None}
    assert check(claimed.client.put("/api/notices", json=WISH), 409).json()["code"] == "notices-off"
