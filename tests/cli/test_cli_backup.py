"""The drill: a city with its own witnesses is backed up while it works, lost with its machine, brought back, and goes on."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.command import Ran, bill_rows, environment, run, write_list
from tests.support.holder import Resident
from tests.support.needles import forms_of
from tests.support.served_city import browser
from voute.backup.folder import BackupFolder
from voute.cli.city_process import serving, serving_witnesses
from voute.cli.demo_city import WITNESSES, Demo, Founded, at_ports, deliver_demo, found_demo
from voute.cli.held_port import any_ports, held_port
from voute.client.trust import read_pinned
from voute.format.claim_code import read_code
from voute.format.trust_root import TrustRoot
from voute.server.keys import read_log_seeds
from voute.server.settings import Settings
from voute.store.posix_log import PosixTiles
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import NoQuorumError
from voute.tlog.reader import TileTree
from voute.tlog.tree import root_of

BILLS = 23
SECONDS = 60


@dataclass
class Drill:
    """A founded city with its witnesses, which run all the time, as on other machines."""

    folder: Path
    founded: Founded
    settings: Settings

    @property
    def data(self) -> Path:
        return self.settings.data

    def voute(self, *args: str | Path) -> Ran:
        env = environment(self.folder, **({"VOUTE_WITNESSES": self.settings.witnesses} if self.settings.witnesses else {}))
        return run(self.folder, *args, "--json", env=env)

    def backup(self) -> Ran:
        return self.voute("backup", "save", self.folder / "backups", "--to", self.recipient, "--data", self.data)

    @property
    def recipient(self) -> str:
        return (self.folder / "operator.key").read_text().splitlines()[0].removeprefix("# public key: ")

    @property
    def key(self) -> tuple[str, Path]:
        return "--key", self.folder / "operator.key"

    @property
    def backups(self) -> BackupFolder:
        return BackupFolder(self.folder / "backups")

    @property
    def root(self) -> TrustRoot:
        return read_pinned(self.founded.home.trust_root_path).root

    def checkpoint(self) -> bytes:
        """The newest one, once its quorum has signed it and nothing waits any more."""
        trust = read_pinned(self.founded.home.trust_root_path)
        end, before = time.monotonic() + SECONDS, b""
        with browser(trust.root.origin) as client:
            while True:
                raw = client.get("/log/checkpoint").raise_for_status().content
                try:
                    trust.verify_checkpoint(SignedCheckpoint.parse(raw))
                    if raw == before:
                        return raw
                    before = raw
                except NoQuorumError:
                    pass
                assert time.monotonic() < end
                time.sleep(0.5)

    def deliver(self, table: Path, *args: str | Path) -> Ran:
        home = self.founded.home
        return self.voute("deliver", table, "--as", home.issuer, "--home", home.home, *args).ended(0)


@contextmanager
def drilling(folder: Path) -> Iterator[Drill]:
    with ExitStack() as stack:
        port = stack.enter_context(held_port(any_ports()))
        founded = found_demo(folder / "demo", port, BILLS, lambda _key, _count: None, WITNESSES)
        ports = stack.enter_context(serving_witnesses(founded.witness_folders))
        yield Drill(folder, founded, at_ports(founded.settings, ports))


def opened(resident: Resident) -> dict[str, bytes]:
    """Every document that the vault lists, opened with the holder's own keys."""
    end = time.monotonic() + SECONDS
    rows: list[dict[str, str]] = []
    while not rows:
        rows = resident.client.get("/api/documents").raise_for_status().json()["documents"]
        assert time.monotonic() < end
    return {row["document_id"]: resident.read(row["document_id"]) for row in rows}


@dataclass
class BackedUp:
    """What was true before the loss."""

    demo: Demo
    resident: Resident
    documents: dict[str, bytes]
    checkpoint: SignedCheckpoint
    entries: int


def back_up(drill: Drill) -> BackedUp:
    """One backup in the middle of a delivery, one when all is still; both hold what they say and show nothing."""
    with serving(drill.settings):
        demo = deliver_demo(drill.founded, lambda _stage, _done, _total: None)
        with browser(demo.origin) as client:
            resident = Resident(client, drill.root)
            resident.claim(read_code(demo.code.replace(" ", "")), with_kit=True)
            permits = drill.founded.documents
            sending = threading.Thread(target=lambda: drill.deliver(permits.permits_csv, "--pdf-dir", permits.permits_dir))
            sending.start()
            first = drill.backup().ended(0).json
            sending.join()
            kept = SignedCheckpoint.parse(drill.checkpoint())
            second = drill.backup().ended(0).json
            documents = opened(resident)
    assert not list(drill.data.glob("frozen-*")), "second names of the city's files stayed"
    assert second["entries"] == kept.head.size
    assert second["added"] < second["files"]
    assert drill.backups.names() == [first["name"], second["name"]]
    for name in drill.backups.names():
        drill.voute("backup", "check", drill.folder / "backups", *drill.key, "--name", name).ended(0)
    seeds = read_log_seeds(drill.settings.keys_folder)
    everything = b"".join(path.read_bytes() for path in (drill.folder / "backups").rglob("*") if path.is_file())
    for plain in (b"SQLite format 3", b"checkpoint", *forms_of(seeds.ed25519).values(), *forms_of(seeds.mldsa44).values()):
        assert plain not in everything
    return BackedUp(demo, resident, documents, kept, second["entries"])


def lose_and_restore(drill: Drill) -> None:
    """The machine is lost: its folder, and the locks with it."""
    shutil.rmtree(drill.data)
    drill.voute("restore", drill.folder / "backups", drill.data, *drill.key).ended(0)
    assert not drill.settings.locks_folder.exists(), "a backup held the log's lock"


def go_on(drill: Drill, was: BackedUp) -> SignedCheckpoint:
    """The restored city serves its people, and its log is the one from before, longer."""
    recovered = drill.voute("admin", "log-recover", "--data", drill.data).ended(0).json
    assert recovered["size"] == was.entries
    assert drill.voute("admin", "log-recover", "--data", drill.data).ended(1).json["error"] == "lock-exists"
    assert drill.voute("fsck", "--data", drill.data).ended(0).lines[-1]["differences"] == 0
    with serving(drill.settings), browser(was.demo.origin) as client:
        resident = Resident(client, drill.root, was.resident.vault, was.resident.passkey, was.resident.kit)
        resident.sign_in_with_kit()
        assert opened(resident) == was.documents
        more = write_list(drill.folder / "more.csv", bill_rows(drill.folder / "pdf", ("more-1", "more-2")))
        assert drill.deliver(more).json["sent"] == 2
        end = time.monotonic() + SECONDS
        while (newer := SignedCheckpoint.parse(drill.checkpoint())).head.size <= was.checkpoint.head.size:
            assert time.monotonic() < end
    tree = TileTree(newer.head.size, newer.head.root, PosixTiles(drill.settings.log_folder).get)
    assert root_of(was.checkpoint.head.size, tree) == was.checkpoint.head.root
    return newer


def refuse_an_old_backup(drill: Drill, was: BackedUp, newer: SignedCheckpoint) -> None:
    """From a backup that is behind nobody signs a second history, whatever checkpoint is shown for it."""
    recover = ("admin", "log-recover", "--data", drill.data)
    old, later = drill.folder / "old.checkpoint", drill.folder / "later.checkpoint"
    old.write_bytes(was.checkpoint.encode())
    later.write_bytes(newer.encode())
    for told in ((), ("--checkpoint", old)):
        behind = drill.voute(*recover, *told).ended(1).json
        assert (behind["error"], behind["facts"]["size"]) == ("log-behind", was.entries)
        assert behind["facts"]["known"] >= newer.head.size
    silent = replace(drill, settings=replace(drill.settings, witnesses=""))
    alone = silent.voute(*recover).ended(1).json
    assert (alone["error"], alone["facts"]) == ("log-unconfirmed", {"have": 0, "need": WITNESSES})
    assert silent.voute(*recover, "--checkpoint", later).ended(1).json["error"] == "log-behind"
    kept = [path.name for path in drill.settings.locks_folder.iterdir() if not path.name.startswith((".", "sequencer"))]
    assert kept == [], "a lock was made"


def judged(drill: Drill) -> dict[str, Any]:
    """What `voute status` says of each thing that matters."""
    ran = drill.voute("status", "--data", drill.data)
    assert ran.code in {0, 1}
    return {one["check"]: one for one in ran.json["checks"]}


def bring_back_what_was_only_founded(drill: Drill) -> None:
    """Nothing was delivered yet, so there is no pack to bring back: it is a city all the same."""
    first, back = drill.folder / "first", drill.folder / "back"
    drill.voute("backup", "save", first, "--to", drill.recipient, "--data", drill.data).ended(0)
    drill.voute("restore", first, back, *drill.key).ended(0)
    assert drill.voute("fsck", "--data", back).ended(2).json["facts"] == {"what": "locks"}
    drill.voute("admin", "log-recover", "--data", back).ended(0)
    assert drill.voute("fsck", "--data", back).ended(0).json["differences"] == 0


def test_cli_backup_drill(tmp_path: Path) -> None:
    with drilling(tmp_path) as drill:
        made = drill.voute("backup", "key", tmp_path / "operator.key").ended(0)
        assert drill.recipient == made.json["recipient"]
        assert (tmp_path / "operator.key").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "operator.key").read_text().splitlines()[1] not in made.said
        assert judged(drill)["backup-never"]["level"] == "soon"
        bring_back_what_was_only_founded(drill)
        was = back_up(drill)
        assert judged(drill)["backup"] == {"check": "backup", "level": "well", "facts": {"hours": 0}}
        lose_and_restore(drill)
        occupied = drill.voute("restore", tmp_path / "backups", drill.data, *drill.key).ended(1).json
        assert occupied["error"] == "restore-not-empty"
        newer = go_on(drill, was)
        lose_and_restore(drill)
        refuse_an_old_backup(drill, was, newer)


def test_cli_backup_list_of_a_folder_without_a_backup_says_so(tmp_path: Path) -> None:
    assert str(tmp_path) in run(tmp_path, "backup", "list", tmp_path).ended(0).out
    assert run(tmp_path, "backup", "list", tmp_path, "--json").ended(0).out == ""
