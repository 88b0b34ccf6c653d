"""A department compares the receipts that it keeps with the log's successor, and believes nobody else about what is lost."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.api.test_api_log_restored import back_up, restore
from tests.api.test_api_succession import ask_no_witness
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department
from tests.support.successor import SECOND_LOG, end_the_log
from voute.client.entered_again import Ask
from voute.client.home import IssuerHome
from voute.client.lost_receipts import (
    Look,
    Looked,
    LostDelivery,
    ReceiptsDamagedError,
    compare_receipts,
    note_sent,
    read_lost,
)
from voute.client.receipts import export_receipt
from voute.core.ids import Hash
from voute.core.ports_log import TileMissingError
from voute.core.values import unix_time
from voute.format.compared import Compared
from voute.format.fields import to_base64
from voute.format.receipt import write_line
from voute.format.trust_root import TrustRoot
from voute.server.composition import log_parts
from voute.server.keys import read_log_seeds
from voute.server.succession import succeed
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import CheckpointVerdict
from voute.tlog.reader import GetTile, TileDamagedError, TileTree
from voute.tlog.sequencer import CHECKPOINT_PATH
from voute.tlog.signer import MemorySigner
from voute.tlog.tiles import ENTRIES, encode_bundle, tile_path
from voute.tlog.tree import root_of
from voute.verify.receipt import digest_bytes, verify_receipt


@dataclass
class Desk:
    """A department's folder, and what it delivers to one vault."""

    home: IssuerHome
    issuer: Department
    resident: Resident

    def bill(self, name: str) -> Bill:
        """The same name, the same document: sealed anew each time."""
        vault = self.resident.open_vault
        recipient = vault.reading.recipient.to_string()
        return self.issuer.bill_for_vault(vault.vault_id, recipient, name, b"%PDF-1.7 " + name.encode())

    def deliver(self, demo: DemoCity, run: str, *names: str) -> Path:
        """Deliver, and keep the receipts as the client does."""
        made = [(row, name, self.bill(name)) for row, name in enumerate(names, 1)]
        bills = {bill.sealed.document_id.hex(): (row, name, bill) for row, name, bill in made}
        with demo.client() as client:
            self.issuer.sign_in(client)
            delivery = self.issuer.deliver(client, [bill for _, _, bill in bills.values()], run=run)
        demo.settle()
        return self.keep(demo, run, delivery, bills)

    def keep(self, demo: DemoCity, run: str, delivery: bytes, bills: dict[str, tuple[int, str, Bill]]) -> Path:
        """Keep the city's receipts of a delivery as the client does; `bills` by document, with row and reference."""
        with demo.client() as client:
            self.issuer.sign_in(client)
            reply = check(client.get(f"/api/deliveries/{delivery.hex()}/receipts", headers=self.issuer.headers))
        path = self.home.run_folder(run) / f"receipts-{delivery.hex()}.ndjson"
        with path.open("wb") as file:
            for raw in reply.content.splitlines():
                line = json.loads(raw)
                if line["kind"] == "receipt":
                    row, name, bill = bills[line["document_id"]]
                    line |= {"row": row, "reference": name, "manifest": to_base64(bill.sealed.envelope)}
                file.write(write_line(line)[0])
        return path

    def compare(self, get: GetTile, root: TrustRoot, *, keep: bool = True, ask: Ask | None = None) -> Looked:
        return compare_receipts(self.home, root, get, unix_time(int(time.time())), keep=keep, ask=ask)

    @property
    def kept(self) -> list[Path]:
        return sorted(self.home.folder.rglob("compared-*"))


@pytest.fixture
def desk(issuer: Department, claimed: Resident, tmp_path: Path) -> Desk:
    (tmp_path / "home" / "issuers" / issuer.name).mkdir(parents=True)
    return Desk(IssuerHome(tmp_path / "home", issuer.name), issuer, claimed)


def serve_on(demo: DemoCity) -> DemoCity:
    demo = demo.restart()
    demo.parts = log_parts(demo.settings, demo.assembled.stores, None, demo.city.trust)
    return demo


def tiles_of(demo: DemoCity) -> GetTile:
    return demo.city.tiles.get


def lose_the_tail(demo: DemoCity, desk: Desk, folder: Path, parts: str = "catalogue and tiles") -> tuple[DemoCity, Path, Path]:
    """One delivery is in the backup, one of three documents came after it; gives the receipts of both."""
    before = desk.deliver(demo, "before", "roll-0")
    demo = back_up(demo, folder)
    lost = desk.deliver(demo, "lost", "roll-1", "roll-2", "roll-3")
    newest = demo.city.tiles.get(CHECKPOINT_PATH)
    demo = restore(demo, folder, parts)
    end_the_log(demo)
    ask_no_witness(demo)
    shutil.rmtree(demo.settings.locks_folder)
    succeed(demo.settings, newest)
    return demo, before, lost


def numbers(one: LostDelivery) -> tuple[int, int, int]:
    return one.found.documents, one.found.lost, one.found.again


def test_api_lost_receipts_asks_nobody_while_no_log_has_ended(demo: DemoCity, desk: Desk) -> None:
    desk.deliver(demo, "before", "roll-0")
    assert desk.compare(no_tiles, demo.root) == Looked(Look.NOTHING, ())


def no_tiles(path: str) -> bytes:
    raise AssertionError(path)


@pytest.mark.control("D8")
def test_api_lost_receipts_of_a_tree_that_was_taken_over_whole_are_none(demo: DemoCity, desk: Desk) -> None:
    for number in range(2):
        desk.deliver(demo, f"run-{number}", f"roll-{number}")
    end_the_log(demo)
    assert desk.compare(tiles_of(demo), demo.root) == Looked(Look.WAITING, ())
    succeed(demo.settings)
    demo = serve_on(demo)
    desk.deliver(demo, "after", "roll-3")
    assert desk.compare(tiles_of(demo), demo.root) == Looked(Look.COMPARED, ())
    assert len(desk.kept) == 2

    def checkpoint_alone(path: str) -> bytes:
        assert path == "checkpoint"
        return demo.city.tiles.get(path)

    # What was found to be there is not looked for again.
    assert desk.compare(checkpoint_alone, demo.root) == Looked(Look.COMPARED, ())


def test_api_lost_receipts_are_named_kept_and_counted_until_they_are_delivered_again(
    demo: DemoCity, desk: Desk, tmp_path: Path
) -> None:
    demo, before, lost = lose_the_tail(demo, desk, tmp_path)
    demo = serve_on(demo)
    evidence = lost.read_bytes()
    assert desk.compare(tiles_of(demo), demo.root, keep=False).is_open
    assert desk.kept == []
    looked = desk.compare(tiles_of(demo), demo.root)
    (one,) = looked.lost
    assert (looked.look, one.receipts, one.run) == (Look.COMPARED, lost, "lost")
    assert numbers(one) == (3, 3, 0)
    assert (one.found.log, one.found.first, one.found.last) == (SECOND_LOG, one.found.size, one.found.size + 2)
    assert read_lost(desk.home) == looked.lost
    # Delivered again in part, and under another name for one of them: bytes, party and reference are the same.
    desk_run = desk.deliver(demo, "lost", "roll-1", "roll-3")
    for _ in range(2):
        note_sent(desk.home, desk_run)
        assert [numbers(one) for one in read_lost(desk.home)] == [(3, 3, 2)]
    assert desk.compare(tiles_of(demo), demo.root).is_open
    note_sent(desk.home, desk.deliver(demo, "other", "roll-2"))
    looked = desk.compare(tiles_of(demo), demo.root)
    assert [numbers(one) for one in looked.lost] == [(3, 3, 3)]
    assert not looked.is_open
    # The receipts stay, and still prove what the old log had signed.
    assert lost.read_bytes() == evidence
    receipt = export_receipt(lost, lambda line: line.reference == "roll-2")
    verdict = verify_receipt(digest_bytes(b"%PDF-1.7 roll-2"), receipt, demo.root)
    assert verdict.index == (one.found.first or 0) + 1
    assert before.exists()


def test_api_lost_receipts_that_were_delivered_again_before_anybody_compared_are_found(
    demo: DemoCity, desk: Desk, tmp_path: Path
) -> None:
    demo, _, _ = lose_the_tail(demo, desk, tmp_path)
    demo = serve_on(demo)
    desk.deliver(demo, "again", "roll-3", "roll-2")
    assert [numbers(one) for one in desk.compare(tiles_of(demo), demo.root).lost] == [(3, 3, 2)]
    # One receipt stands for one document: what was delivered twice was lost twice.
    (kept,) = [path for path in desk.kept if path.parent.name == "lost"]
    ids = [json.loads(raw)["again"] for raw in kept.read_bytes().splitlines()[1:]]
    assert (ids[0], len({*ids[1:]})) == (None, 2)


def test_api_lost_receipts_are_found_again_where_the_catalogue_lived_on(demo: DemoCity, desk: Desk, tmp_path: Path) -> None:
    demo, _, _ = lose_the_tail(demo, desk, tmp_path, "tiles")
    assert [numbers(one) for one in desk.compare(tiles_of(demo), demo.root).lost] == [(3, 3, 0)]
    demo = serve_on(demo)
    demo.settle()
    assert desk.compare(tiles_of(demo), demo.root) == Looked(Look.COMPARED, ())
    assert read_lost(desk.home) == ()


def test_api_lost_receipts_whose_places_are_taken_are_not_looked_for_again(demo: DemoCity, desk: Desk, tmp_path: Path) -> None:
    demo, _, lost = lose_the_tail(demo, desk, tmp_path)
    demo = serve_on(demo)
    desk.deliver(demo, "new", "roll-7", "roll-8", "roll-9", "roll-10")
    (one,) = desk.compare(tiles_of(demo), demo.root).lost
    assert (numbers(one), one.found.is_settled) == ((3, 3, 0), True)
    lost.write_bytes(lost.read_bytes().splitlines(keepends=True)[0])
    assert desk.compare(tiles_of(demo), demo.root).lost == (one,)
    # What cannot be read is made anew, from the receipts that are there.
    for path in desk.kept:
        path.write_bytes(b"{}\n")
    assert desk.compare(tiles_of(demo), demo.root).lost == ()


def shown_to_one(demo: DemoCity, size: int) -> Iterator[tuple[str, bytes]]:
    """What a city makes for one department alone: its successor signs a shorter tree than everybody sees; no witness does."""
    real = SignedCheckpoint.parse(demo.city.tiles.get(CHECKPOINT_PATH)).head
    tree = TileTree(real.size, real.root, demo.city.tiles.get)
    seeds = read_log_seeds(demo.settings.keys_folder)
    signer = MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44)
    yield CHECKPOINT_PATH, signer.sign(size, root_of(size, tree), int(time.time()))
    yield tile_path(0, 0, size), b"".join(tree.node(0, index) for index in range(size))
    yield tile_path(ENTRIES, 0, size), encode_bundle(tree.entries(0, size))


def told_of_a_loss(demo: DemoCity, desk: Desk) -> GetTile:
    """Nothing is lost; the city shows this department a tree without its documents."""
    desk.deliver(demo, "run", "roll-1", "roll-2")
    size = SignedCheckpoint.parse(demo.city.tiles.get(CHECKPOINT_PATH)).head.size - 2
    end_the_log(demo)
    succeed(demo.settings)
    lies = dict(shown_to_one(demo, size))

    def get(path: str) -> bytes:
        if path not in lies:
            raise TileMissingError("not there", path=path)
        return lies[path]

    return get


@pytest.mark.attack("D8")
def test_api_lost_receipts_are_not_what_a_tree_lacks_that_no_witness_saw(demo: DemoCity, desk: Desk) -> None:
    get = told_of_a_loss(demo, desk)
    assert desk.compare(get, demo.root) == Looked(Look.UNWITNESSED, ())
    assert desk.kept == []
    demo = serve_on(demo)
    desk.deliver(demo, "after", "roll-3")
    assert desk.compare(tiles_of(demo), demo.root) == Looked(Look.COMPARED, ())


@pytest.mark.mutant("D8")
def test_api_lost_receipts_mutant_that_asks_no_quorum_is_told_of_a_loss(
    demo: DemoCity, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = told_of_a_loss(demo, desk)
    monkeypatch.setattr(CheckpointVerdict, "quorum_reached", True)
    assert [numbers(one) for one in desk.compare(get, demo.root).lost] == [(2, 2, 0)]


@pytest.mark.attack("D8")
def test_api_lost_receipts_are_not_hidden_by_tiles_that_are_put_together(demo: DemoCity, desk: Desk, tmp_path: Path) -> None:
    demo, _, _ = lose_the_tail(demo, desk, tmp_path)
    demo = serve_on(demo)
    desk.deliver(demo, "new", "roll-7", "roll-8", "roll-9")
    size = SignedCheckpoint.parse(demo.city.tiles.get(CHECKPOINT_PATH)).head.size

    def get(path: str) -> bytes:
        tile = demo.city.tiles.get(path)
        return tile[:-32] + bytes(32) if path == tile_path(0, 0, size) else tile

    with pytest.raises(TileDamagedError):
        desk.compare(get, demo.root)
    assert desk.kept == []
    assert [numbers(one) for one in desk.compare(tiles_of(demo), demo.root).lost] == [(3, 3, 0)]


def test_api_lost_receipts_that_cannot_be_read_are_named(demo: DemoCity, desk: Desk, tmp_path: Path) -> None:
    demo, before, lost = lose_the_tail(demo, desk, tmp_path)
    # The first line is a checkpoint, the last one a receipt.
    for kept, part in ((before, slice(1, None)), (lost, slice(1, None)), (lost, slice(-40))):
        raw = kept.read_bytes()
        kept.write_bytes(raw[part])
        with pytest.raises(ReceiptsDamagedError) as damaged:
            desk.compare(tiles_of(demo), demo.root)
        assert damaged.value.facts == {"path": str(kept)}
        assert desk.kept == []
        kept.write_bytes(raw)


def test_api_lost_receipts_whose_comparison_is_torn_are_compared_again(demo: DemoCity, desk: Desk, tmp_path: Path) -> None:
    demo, _, lost = lose_the_tail(demo, desk, tmp_path)
    found = desk.compare(tiles_of(demo), demo.root)
    (kept,) = [one for one in desk.kept if one.parent == lost.parent]
    whole = kept.read_bytes()
    for torn in (whole[:-10], whole[: whole.rindex(b"\n", 0, -1) + 1], b""):
        kept.write_bytes(torn)
        assert read_lost(desk.home) == ()
        assert desk.compare(tiles_of(demo), demo.root) == found
        assert kept.read_bytes() == whole


def test_api_lost_receipts_of_an_earlier_comparison_stand_when_nothing_can_be_compared(
    demo: DemoCity, desk: Desk, tmp_path: Path
) -> None:
    demo, _, _ = lose_the_tail(demo, desk, tmp_path)
    found = desk.compare(tiles_of(demo), demo.root).lost
    asked = replace(demo.root, quorum=len(demo.root.witnesses))
    bare = SignedCheckpoint.parse(demo.city.tiles.get(CHECKPOINT_PATH))
    alone = MemorySigner(SECOND_LOG, *_seeds(demo)).sign(bare.head.size, Hash(bare.head.root), int(time.time()))
    assert desk.compare(lambda _: alone, asked) == Looked(Look.UNWITNESSED, found)
    assert [one.found.is_open for one in found] == [True]
    assert isinstance(found[0].found, Compared)


def _seeds(demo: DemoCity) -> tuple[bytes, bytes]:
    seeds = read_log_seeds(demo.settings.keys_folder)
    return seeds.ed25519, seeds.mldsa44
