"""Checkpoints stamped by a real authority (OpenSSL's): kept, served, verified by monitor and verifier; the log never waits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import DemoCity, check
from tests.support.failures import Failures
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.tsa import Authority, serving_authority
from tests.support.waiting import wait_for
from voute.app.stamp import LastStamp, last_stamp, stamp
from voute.client.monitor import judge_by_root
from voute.client.monitor_stamp import TimestampStaleError, check_stamp
from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash
from voute.core.ports_log import TileMissingError
from voute.format.fields import from_base64
from voute.format.receipt import Receipt
from voute.server.jobs.election import FileElection
from voute.server.jobs.timestamps import TimestampAuthorityError, ask_authority, read_chain, timestamps
from voute.server.settings import SettingError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.timestamp import LATEST, Chain, Stamped, TimestampBadError, stamp_path, stamped_time, verify_response
from voute.verify.timestamp import receipt_stamped_at
from voute.verify.trust import accept_first


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving_authority(tmp_path_factory.mktemp("tsa")) as one:
        yield one


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving_authority(tmp_path_factory.mktemp("stranger")) as one:
        yield one


def chain_of(authority: Authority) -> Chain:
    return Chain.of_pem(authority.certificates.read_bytes())


def stamp_now(demo: DemoCity, authority: Authority, chain: Chain | None = None) -> LastStamp | None:
    return stamp(demo.city, lambda question: ask_authority(authority.address, question), chain or chain_of(authority))


def kept(demo: DemoCity) -> Stamped:
    return Stamped.parse(demo.city.tiles.get(LATEST))


def noted(demo: DemoCity) -> LastStamp | None:
    with demo.city.catalogue.read() as tx:
        return last_stamp(tx)


def test_api_timestamps_each_new_checkpoint_is_stamped_once_and_served(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, authority: Authority
) -> None:
    demo.settle()
    asked = len(authority.asked)
    first = stamp_now(demo, authority)
    assert first is not None
    assert stamp_now(demo, authority) is None
    assert len(authority.asked) == asked + 1
    assert noted(demo) == first
    assert abs(first.time - demo.city.time()) < 120
    text = kept(demo).checkpoint.head.encode().encode()
    assert authority.accepts(kept(demo).response, text)
    assert not authority.accepts(kept(demo).response, text + b"\n")
    deliver_to_vault(demo, client, issuer, claimed, 1)
    second = stamp_now(demo, authority)
    assert second is not None
    assert second.size > first.size
    with demo.client() as anybody:
        latest = check(anybody.get("/log/timestamp/latest"))
        assert latest.content == kept(demo).encode()
        old = check(anybody.get(f"/log/{stamp_path(first.size)}"))
        assert Stamped.parse(old.content).checkpoint.head.size == first.size
        assert "immutable" in old.headers["cache-control"]
        for missing in ("999", "x999/999", "..", "1", "latest/1"):
            assert anybody.get(f"/log/timestamp/{missing}").status_code == httpx.codes.NOT_FOUND


@pytest.mark.usefixtures("claimed")
def test_api_timestamps_what_does_not_hold_is_not_kept(demo: DemoCity, authority: Authority, stranger: Authority) -> None:
    demo.settle()
    with pytest.raises(TimestampBadError):
        stamp_now(demo, authority, chain_of(stranger))
    replayed: list[bytes] = []

    def replay(question: bytes) -> bytes:
        """An answer to the same text, but to an older question."""
        replayed.append(ask_authority(authority.address, question) if not replayed else replayed[0])
        return replayed[-1]

    with pytest.raises(VouteError):
        stamp(demo.city, lambda question: replay(question)[:-1], chain_of(authority))
    with pytest.raises(TimestampBadError, match="Nonce"):
        stamp(demo.city, replay, chain_of(authority))
    authority.broken = True
    try:
        with pytest.raises(TimestampAuthorityError):
            stamp_now(demo, authority)
    finally:
        authority.broken = False
    with pytest.raises(TileMissingError):
        kept(demo)
    assert noted(demo) is None
    assert stamp_now(demo, authority) is not None


@pytest.mark.usefixtures("claimed")
def test_api_timestamps_of_another_text_or_changed_bytes_are_refused(demo: DemoCity, authority: Authority) -> None:
    demo.settle()
    stamp_now(demo, authority)
    found, chain = kept(demo), chain_of(authority)
    head = found.checkpoint.head
    assert verify_response(found.response, head, chain) == stamped_time(found, (head,), chain)
    other = replace(head, size=head.size + 1)
    with pytest.raises(TimestampBadError):
        verify_response(found.response, other, chain)
    with pytest.raises(TimestampBadError):
        stamped_time(found, (other,), chain)
    refused = 0
    for at in range(0, len(found.response), 7):
        changed = found.response[:at] + bytes([found.response[at] ^ 1]) + found.response[at + 1 :]
        try:
            verify_response(changed, head, chain)
        except (TimestampBadError, FormatError):
            refused += 1
    # The signature covers the time and the text; some bytes of certificates that nobody needs may change.
    assert refused > len(found.response) // 7 // 2
    for broken in (b"", b"\x30\x00", found.response + b"\x00", bytes(70_000)):
        with pytest.raises((TimestampBadError, FormatError)):
            verify_response(broken, head, chain)


@pytest.mark.usefixtures("claimed")
def test_api_timestamps_a_crash_between_keeping_and_noting_asks_nobody_again(demo: DemoCity, authority: Authority) -> None:
    demo.settle()
    done = stamp_now(demo, authority)
    with demo.city.catalogue.write() as tx:
        row = tx.marks.get("timestamp")
        assert row is not None
        tx.marks.put(row._replace(data=b"torn"))
    asked = len(authority.asked)
    assert stamp_now(demo, authority) == done
    assert len(authority.asked) == asked


def test_api_timestamps_monitor_finds_what_is_wrong(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, authority: Authority, stranger: Authority
) -> None:
    judge = judge_by_root(accept_first(demo.settings.trust_root_file.read_bytes()))
    get, chain, now = demo.city.tiles.get, chain_of(authority), demo.city.time

    def look(ahead: int = 0, by: Chain = chain) -> int:
        head = SignedCheckpoint.parse(get("checkpoint"))
        return check_stamp(get, head, judge, by, lambda: now() + ahead, 1_800)

    demo.settle()
    with pytest.raises(TileMissingError):
        look()
    done = stamp_now(demo, authority)
    assert done is not None
    assert look() == done.time
    # A log that stands still needs no newer one.
    assert look(ahead=9_000) == done.time
    deliver_to_vault(demo, client, issuer, claimed, 1)
    assert look() == done.time
    with pytest.raises(TimestampStaleError):
        look(ahead=1_900)
    with pytest.raises(TimestampBadError, match="time to come"):
        look(ahead=-1_000)
    with pytest.raises(TimestampBadError):
        look(by=chain_of(stranger))
    # The stamp of a log that is further than the one that is shown.
    stamp_now(demo, authority)
    older = Stamped.parse(get(stamp_path(done.size))).checkpoint
    with pytest.raises(TimestampBadError, match="does not have"):
        check_stamp(get, older, judge, chain, now, 1_800)


def test_api_timestamps_tell_when_the_authority_saw_a_receipts_checkpoint(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, authority: Authority, stranger: Authority
) -> None:
    bill = deliver_to_vault(demo, client, issuer, claimed, 1)[0]
    done = stamp_now(demo, authority)
    assert done is not None
    document = bill.sealed.document_id.hex()
    parts = check(claimed.client.get(f"/api/documents/{document}/receipt")).json()
    salt, chain = (Hash(bytes.fromhex(parts[name])) for name in ("salt", "chain"))
    receipt = Receipt(demo.root.city, from_base64(parts["event"]), salt, chain, None, parts["proof"])
    stamped = demo.city.tiles.get(LATEST)
    certificates = chain_of(authority)
    assert receipt_stamped_at(receipt, certificates, stamped) == done.time
    inside = replace(receipt, timestamps=(kept(demo).response,))
    assert receipt_stamped_at(inside, certificates) == done.time
    with pytest.raises(TimestampBadError):
        receipt_stamped_at(receipt, certificates)
    with pytest.raises(TimestampBadError):
        receipt_stamped_at(inside, chain_of(stranger))
    deliver_to_vault(demo, client, issuer, claimed, 1, run="later")
    stamp_now(demo, authority)
    with pytest.raises(TimestampBadError, match="another checkpoint"):
        receipt_stamped_at(receipt, certificates, demo.city.tiles.get(LATEST))


@pytest.mark.usefixtures("claimed")
def test_api_timestamps_thread_asks_where_the_log_is_written_and_tries_again(demo: DemoCity, authority: Authority) -> None:
    demo.settle()
    settings = replace(demo.settings, tsa_url=authority.address, tsa_certificates=authority.certificates)
    failures = Failures()
    authority.broken = True
    with FileElection(settings.locks_folder) as election:
        thread = timestamps(settings, demo.city, election, failures, every=0.05)
        thread.start()
        assert election.is_elected()
        wait_for(lambda: "timestamps" in failures.failed)
        authority.broken = False
        wait_for(lambda: noted(demo) is not None)
        thread.stop()


def test_api_timestamps_certificates_that_cannot_be_read_stop_the_server(demo: DemoCity, tmp_path: Path) -> None:
    for data in (b"", b"no certificate"):
        path = tmp_path / "chain.pem"
        path.write_bytes(data)
        with pytest.raises(SettingError):
            read_chain(replace(demo.settings, tsa_url="https://tsa.test", tsa_certificates=path))
    with pytest.raises(SettingError):
        replace(demo.settings, tsa_url="tsa.test")
