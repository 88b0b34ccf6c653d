"""The drill of a backup that is behind: a successor takes over what is left, what is missing is delivered again; and no older
backup, from before the succession or from the middle of it, begins anything a second time.
"""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.test_cli_backup import BILLS, Drill, lose_and_restore, opened
from tests.cli.test_cli_succession import SECOND, hold_ceremony
from tests.support.command import Ran, bill_rows, write_list
from tests.support.holder import Resident
from tests.support.served_city import browser
from voute.cli.city_process import serving, serving_witnesses
from voute.cli.demo_city import WITNESSES, Demo, at_ports, deliver_demo, found_demo
from voute.cli.held_port import any_ports, held_port
from voute.format.claim_code import read_code
from voute.tlog.checkpoint import SignedCheckpoint

LOST = ("lost-1", "lost-2", "lost-3")


@dataclass
class Before:
    """What was true when the machine was lost: the backup's checkpoint, the newest one, and a holder."""

    demo: Demo
    kept: Path
    newest: Path
    resident: Resident
    documents: dict[str, bytes]

    @staticmethod
    def size(file: Path) -> int:
        return SignedCheckpoint.parse(file.read_bytes()).head.size


def lost_list(office: Drill) -> Path:
    return write_list(office.folder / "lost.csv", bill_rows(office.folder / "pdf", LOST))


def work_and_lose(office: Drill) -> Before:
    """Back up, deliver more, lose the machine, and restore what there is."""
    kept, newest = office.folder / "kept.checkpoint", office.folder / "newest.checkpoint"
    with serving(office.settings):
        demo = deliver_demo(office.founded, lambda _stage, _done, _total: None)
        with browser(demo.origin) as client:
            resident = Resident(client, office.root)
            resident.claim(read_code(demo.code.replace(" ", "")), with_kit=True)
            documents = opened(resident)
            kept.write_bytes(office.checkpoint())
            office.backup().ended(0)
            assert office.deliver(lost_list(office)).json["sent"] == len(LOST)
            newest.write_bytes(office.checkpoint())
    lose_and_restore(office)
    return Before(demo, kept, newest, resident, documents)


def succeed(office: Drill, *behind: str | Path) -> Ran:
    return office.voute("admin", "log-succeed", "--data", office.data, *behind)


def refuse_to_go_on(office: Drill, was: Before) -> None:
    """The restored log is behind, and every command says so with numbers."""
    behind = office.voute("admin", "log-recover", "--data", office.data).ended(1).json
    assert behind["error"] == "log-behind"
    assert behind["facts"] == {"size": was.size(was.kept), "known": was.size(was.newest)}


def take_over(office: Drill, was: Before) -> Path:
    """Keys beside, a backup in the middle, the ceremony, and the one command; returns the root that is in force then."""
    successor = office.voute("admin", "log-successor", SECOND, "--data", office.data).ended(0).json
    office.backup().ended(0)
    until = int(time.time()) + 8
    root = hold_ceremony(office, successor, until)
    office.settings.trust_root_file.write_bytes(root.read_bytes())
    time.sleep(max(0.0, until + 0.1 - time.time()))
    assert succeed(office).ended(1).json["error"] == "succession-unsure"
    # A witness knows better than who shows the backup's own checkpoint.
    older = succeed(office, "--behind", was.kept).ended(1).json
    assert older["error"] == "succession-older"
    assert older["facts"] == {"size": was.size(was.kept), "known": was.size(was.newest)}
    silent = replace(office, settings=replace(office.settings, witnesses=""))
    alone = succeed(silent, "--behind", was.newest).ended(1).json
    assert (alone["error"], alone["facts"]) == ("log-unconfirmed", {"have": 0, "need": WITNESSES})
    assert list(office.settings.log_folder.glob("succession/*")) == []
    said = succeed(office, "--behind", was.newest).ended(0).json
    assert (said["origin"], said["size"]) == (SECOND, was.size(was.kept))
    assert (said["lost"], said["again"]) == (was.size(was.newest) - was.size(was.kept), 0)
    return root


def deliver_again(office: Drill, was: Before, root: Path) -> int:
    """The successor serves who was there before, and the lost list is delivered once more; returns how many entries it has."""
    home = office.founded.home.home
    with serving(office.settings), browser(was.demo.origin) as client:
        office.voute("trust", "pin", root, "--home", home).ended(0)
        back = Resident(client, office.root, was.resident.vault, was.resident.passkey, was.resident.kit)
        back.sign_in_with_kit()
        assert opened(back) == was.documents
        assert office.deliver(lost_list(office)).json["sent"] == len(LOST)
        assert office.deliver(lost_list(office)).json["sent"] == 0
        after = SignedCheckpoint.parse(office.checkpoint())
        assert after.head.origin == SECOND
        assert after.head.size > was.size(was.kept)
        office.backup().ended(0)
    assert fsck(office) == 0
    return after.head.size


def fsck(office: Drill) -> int:
    found: int = office.voute("fsck", "--data", office.data).ended(0).lines[-1]["differences"]
    return found


def restored(office: Drill, number: int, root: Path) -> None:
    """Lose the machine again, take one of the backups, and put the newest root beside it before anything else."""
    name = office.backups.names()[number]
    office.voute("backup", "check", office.folder / "backups", *office.key, "--name", name).ended(0)
    office.settings.data.rename(office.folder / f"lost-{number}")
    office.voute("restore", office.folder / "backups", office.data, *office.key, "--name", name).ended(0)
    office.settings.trust_root_file.write_bytes(root.read_bytes())


@pytest.mark.long
def test_cli_behind_a_successor_takes_over_and_no_older_backup_goes_on(tmp_path: Path) -> None:
    with ExitStack() as stack:
        port = stack.enter_context(held_port(any_ports()))
        founded = found_demo(tmp_path / "demo", port, BILLS, lambda _key, _count: None, WITNESSES)
        with serving_witnesses(founded.witness_folders) as ports:
            office = Drill(tmp_path, founded, at_ports(founded.settings, ports))
            office.voute("backup", "key", tmp_path / "operator.key").ended(0)
            was = work_and_lose(office)
            refuse_to_go_on(office, was)
            root = take_over(office, was)
        for folder in founded.witness_folders:
            office.voute("witness", "follow", folder, "--trust-root", root).ended(0)
        ports = stack.enter_context(serving_witnesses(founded.witness_folders))
        office = replace(office, settings=at_ports(founded.settings, ports))
        size = deliver_again(office, was, root)
        before, middle, after = range(3)
        restored(office, before, root)
        over = office.voute("admin", "log-recover", "--data", office.data).ended(1).json
        assert over["error"] == "log-over"
        used = office.voute("admin", "log-successor", SECOND, "--data", office.data).ended(1).json
        assert (used["error"], used["facts"]["why"]) == ("successor-named", "used")
        # The successor's keys are in this one: it would begin what another machine has begun.
        restored(office, middle, root)
        begun = succeed(office, "--behind", was.newest).ended(1).json
        assert begun["error"] == "successor-begun"
        assert begun["facts"]["witness"] in office.settings.witnesses
        assert json.loads((office.settings.keys_folder / "log.next.json").read_text())["origin"] == SECOND
        restored(office, after, root)
        recovered = office.voute("admin", "log-recover", "--data", office.data).ended(0).json
        assert recovered["size"] == size
        assert fsck(office) == 0
        with serving(office.settings), browser(was.demo.origin) as client:
            again = Resident(client, office.root, was.resident.vault, was.resident.passkey, was.resident.kit)
            again.sign_in_with_kit()
            assert opened(again) == was.documents
            more = write_list(tmp_path / "more.csv", bill_rows(tmp_path / "pdf", ("more-1",)))
            assert office.deliver(more).json["sent"] == 1
            assert SignedCheckpoint.parse(office.checkpoint()).head.size > size
        assert fsck(office) == 0
