"""The city still has documents of a lost tail and enters them again: the department's finding ends by their new receipts."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.api.test_api_log_restored import back_up, restore
from tests.api.test_api_lost_receipts import Desk, desk, lose_the_tail, numbers, serve_on, tiles_of
from tests.api.test_api_succession import ask_no_witness
from tests.support.city import DemoCity
from tests.support.successor import SECOND_LOG, end_the_log
from voute.cli.console import Speaker
from voute.cli.lost import facts_of, show_looked
from voute.client.api import CityRefusedError
from voute.client.entered_again import entered_path
from voute.client.lost_receipts import Looked, read_lost
from voute.client.receipt_check import ReceiptWrongError
from voute.client.receipts import export_receipt, read_lines
from voute.core.ids import DeliveryId
from voute.format.receipt import CheckpointLine, ReceiptLine
from voute.server.succession import succeed
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.sequencer import CHECKPOINT_PATH
from voute.verify.receipt import digest_bytes, verify_receipt

__all__ = ["desk"]

NAMES = ("entered-1", "entered-2")


@dataclass
class Kept:
    """A delivery whose receipts are of a lost tail, while the city has its documents."""

    demo: DemoCity
    desk: Desk
    receipts: Path
    delivery: DeliveryId

    def ask(self, delivery: DeliveryId) -> Iterator[bytes]:
        with self.demo.client() as client:
            self.desk.issuer.sign_in(client)
            reply = client.get(f"/api/deliveries/{delivery.hex()}/receipts", headers=self.desk.issuer.headers)
        if reply.status_code != 200:
            raise CityRefusedError(reply.json()["code"], reply.status_code, {})
        yield from reply.content.splitlines(keepends=True)

    def compare(self, *, keep: bool = True) -> Looked:
        return self.desk.compare(tiles_of(self.demo), self.demo.root, keep=keep, ask=self.ask)


@pytest.fixture
def kept(demo: DemoCity, desk: Desk, tmp_path: Path) -> Kept:
    """The backup is of the instant between a commit and its place in the log: chains that begin there begin otherwise again."""
    issuer = desk.issuer
    made = [(row, name, issuer.bill_for_code(issuer.code(name)[1], name, name.encode())) for row, name in enumerate(NAMES, 1)]
    bills = {bill.sealed.document_id.hex(): (row, name, bill) for row, name, bill in made}
    with demo.client() as client:
        issuer.sign_in(client)
        delivery = issuer.deliver(client, [bill for _, _, bill in made], run="kept")
    demo = back_up(demo, tmp_path)
    demo.settle()
    receipts = desk.keep(demo, "kept", delivery, bills)
    newest = demo.city.tiles.get(CHECKPOINT_PATH)
    demo = restore(demo, tmp_path, "catalogue and tiles")
    end_the_log(demo)
    ask_no_witness(demo)
    shutil.rmtree(demo.settings.locks_folder)
    succeed(demo.settings, newest)
    return Kept(serve_on(demo), desk, receipts, DeliveryId(delivery))


def test_api_lost_documents_that_the_city_entered_again_are_settled_by_their_new_receipts(kept: Kept) -> None:
    evidence = kept.receipts.read_bytes()
    # Not entered yet: the city has no receipts of it to give.
    (lost,) = kept.compare().lost
    assert (numbers(lost), lost.entered) == ((2, 2, 0), None)
    kept.demo.settle()
    (trial,) = kept.compare(keep=False).lost
    assert (numbers(trial), trial.entered) == ((2, 2, 2), None)
    looked = kept.compare()
    (settled,) = looked.lost
    assert (numbers(settled), looked.is_open, settled.entered) == ((2, 2, 2), False, entered_path(kept.receipts))
    # Nobody is asked any more, and the old receipts stay beside the new ones.
    assert kept.desk.compare(tiles_of(kept.demo), kept.demo.root, ask=ask_nobody) == looked
    assert read_lost(kept.desk.home) == looked.lost
    assert kept.receipts.read_bytes() == evidence
    for name in NAMES:
        receipt = export_receipt(entered_path(kept.receipts), partial(is_of, name))
        verify_receipt(digest_bytes(name.encode()), receipt, kept.demo.root)
    notes = [line.note for line in read_lines(entered_path(kept.receipts)) if isinstance(line, CheckpointLine)]
    assert [SignedCheckpoint.parse(note.encode()).head.origin for note in notes] == [SECOND_LOG]


def test_api_lost_documents_entered_again_are_told_with_the_place_of_their_receipts(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.demo.settle()
    looked = kept.compare()
    monkeypatch.setenv("COLUMNS", "1000")
    for language, words in (("fr_CA.UTF-8", "de nouveau dans le suivant"), ("en_CA.UTF-8", "in its new one again")):
        monkeypatch.setenv("LC_ALL", language)
        show_looked(Speaker(as_json=False), "finances", looked)
        said = capsys.readouterr()
        assert words in said.out + said.err
        assert str(entered_path(kept.receipts)) in said.out + said.err
    assert facts_of(looked)["lost"][0]["entered"] == str(entered_path(kept.receipts))


def is_of(name: str, line: ReceiptLine) -> bool:
    return line.reference == name


def ask_nobody(delivery: DeliveryId) -> Iterator[bytes]:
    raise AssertionError(delivery)


def test_api_lost_documents_stay_open_where_the_city_gives_the_receipts_of_before(kept: Kept) -> None:
    """They prove what the old log had, and hold still: but not in the tree that everybody sees now."""
    kept.demo.settle()

    def old(_: DeliveryId) -> Iterator[bytes]:
        for raw in kept.receipts.read_bytes().splitlines():
            line = json.loads(raw)
            yield json.dumps({key: line[key] for key in line if key not in {"row", "reference", "manifest"}}).encode()

    looked = kept.desk.compare(tiles_of(kept.demo), kept.demo.root, ask=old)
    assert [(numbers(one), one.entered) for one in looked.lost] == [((2, 2, 0), None)]
    assert looked.is_open


def test_api_lost_documents_are_not_settled_by_receipts_of_others(kept: Kept) -> None:
    kept.demo.settle()

    def exchanged(delivery: DeliveryId) -> Iterator[bytes]:
        checkpoint, *lines = [json.loads(raw) for raw in kept.ask(delivery)]
        names = [line["document_id"] for line in lines]
        yield json.dumps(checkpoint).encode()
        for line, name in zip(lines, reversed(names), strict=True):
            yield json.dumps({**line, "document_id": name}).encode()

    with pytest.raises(ReceiptWrongError):
        kept.desk.compare(tiles_of(kept.demo), kept.demo.root, ask=exchanged)
    assert read_lost(kept.desk.home) == ()
    assert not entered_path(kept.receipts).exists()


def test_api_lost_documents_that_the_city_does_not_know_stay_open(demo: DemoCity, desk: Desk, tmp_path: Path) -> None:
    demo, _, lost = lose_the_tail(demo, desk, tmp_path)
    there = Kept(serve_on(demo), desk, lost, DeliveryId(bytes.fromhex(lost.stem.removeprefix("receipts-"))))
    assert [(numbers(one), one.entered) for one in there.compare().lost] == [((3, 3, 0), None)]
    assert there.compare().is_open
