"""A run that is under way or was stopped: its journal and its spool, in the department's folder.

Source: `docs/spec/journal.md`. A run is unfinished exactly as long as its journal exists.
"""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import ClassVar

from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.client.journal import Beginning, Commit, Journal, JournalDamagedError, JournalState, parse_journal
from voute.client.spool import SentPack, forget_bytes, read_bytes, read_spool
from voute.core.errors import FormatError, StateError
from voute.core.ids import DeliveryId, Hash
from voute.core.values import UnixTime, unix_time

JOURNAL = "journal"
SPOOL = "spool"
SET_ASIDE = "damaged"
"""Where journal and spool go that cannot be read, so that nothing is lost and the run can begin again."""


class NothingToResumeError(StateError):
    """No run of this department is unfinished, or not the one that was asked for."""

    code: ClassVar[str] = "nothing-to-resume"


class SeveralUnfinishedError(StateError):
    """More than one run is unfinished: the person must say which."""

    code: ClassVar[str] = "several-unfinished"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An unfinished run; one process holds it, under the department's lock."""

    folder: Path
    journal: Journal

    @classmethod
    def begin(cls, home: IssuerHome, beginning: Beginning) -> "Unfinished":
        """Begin a run; durable on return. What an earlier run of the same name left in the spool is dropped."""
        folder = home.run_folder(beginning.run)
        DISK.sweep(folder)
        journal = Journal.begin(folder / JOURNAL, beginning)
        DISK.remove_folder(folder / SPOOL)
        DISK.make_folder(folder / SPOOL)
        return cls(folder, journal)

    @classmethod
    def reopen(cls, home: IssuerHome, run: str) -> "Unfinished | None":
        """Open the unfinished run of this name, None when there is none; raises `JournalDamagedError`."""
        folder = home.run_path(run)
        try:
            journal = Journal.reopen(folder / JOURNAL)
        except FileNotFoundError:
            return None
        DISK.sweep(folder)
        DISK.make_folder(folder / SPOOL)
        return cls(folder, journal)

    @property
    def state(self) -> JournalState:
        """What the journal says so far."""
        return self.journal.state

    @property
    def delivery_id(self) -> DeliveryId:
        """The delivery that counts, or that is to count."""
        return self.state.delivery_id

    @property
    def spool(self) -> Path:
        """The folder of the spool."""
        return self.folder / SPOOL

    @property
    def receipts(self) -> Path:
        """Where the receipts of the delivery go."""
        return self.folder / f"receipts-{self.delivery_id.hex()}.ndjson"

    @property
    def documents_committed(self) -> int:
        """How many documents the commit named; 0 before it."""
        return self.state.commit.documents if self.state.commit else 0

    def packs(self) -> dict[Hash, SentPack]:
        """Read which packs were sealed for the delivery; raises `JournalDamagedError`."""
        try:
            return {pack.pack: pack for pack in read_spool(self.spool, self.delivery_id)}
        except FormatError as error:
            raise JournalDamagedError(error.detail, path=str(self.spool)) from error

    def pack_bytes(self, pack: Hash) -> bytes | None:
        """Read the bytes of a pack, if the spool still holds them whole."""
        return read_bytes(self.spool, pack)

    def keep(self, pack: Hash) -> None:
        """Note that the city has acknowledged a pack and its draft, and drop its bytes."""
        self.journal.keep(pack)
        if (self.spool / f"{pack.hex()}.pack").exists():
            forget_bytes(self.spool, pack)

    def commit(self, commit: Commit, known: Mapping[int, str], held: Mapping[int, str], frozen: Mapping[int, str]) -> None:
        """Note what is about to be committed; durable on return."""
        self.journal.commit(commit, known, held, frozen)

    def resume(self) -> None:
        """Note that the run goes on."""
        self.journal.resume(now())

    def anew(self, delivery_id: DeliveryId) -> None:
        """Give up the former delivery, of which the city holds nothing, and go on with another id."""
        self.journal.anew(delivery_id)
        for path in self.spool.iterdir():
            DISK.unlink(path)

    def finish(self) -> None:
        """Drop the spool, then the journal: receipts and summary are durable."""
        DISK.remove_folder(self.spool)
        self._drop_journal()

    def discard(self) -> None:
        """Drop the journal, then the spool: the city holds nothing of this run."""
        self._drop_journal()
        DISK.remove_folder(self.spool)

    def _drop_journal(self) -> None:
        self.journal.close()
        DISK.unlink(self.folder / JOURNAL)
        DISK.sync_folder(self.folder)


def set_aside(home: IssuerHome, run: str) -> Path:
    """Put a damaged journal and its spool out of the way; returns the folder in which they stay beside the run."""
    folder = home.run_folder(run)
    aside = folder / f"{SET_ASIDE}-{secrets.token_hex(4)}"
    DISK.make_folder(aside)
    # The journal last: as long as it is there, the run is known to be unfinished.
    for name in (SPOOL, JOURNAL):
        if (folder / name).exists():
            DISK.rename(folder / name, aside / name)
    return aside


def is_unfinished(home: IssuerHome, run: str) -> bool:
    """Say whether there is a journal of this run."""
    return (home.run_path(run) / JOURNAL).exists()


def find_unfinished(home: IssuerHome, run: str | None, table: Path | None) -> JournalState:
    """Find the run to resume: the one of this name, else of this list, else the only one.

    Raises `NothingToResumeError`, `SeveralUnfinishedError` with their names, `JournalDamagedError`.
    """
    found = [_read(path) for path in sorted((home.folder / "runs").glob(f"*/{JOURNAL}"))]
    if run is not None:
        found = [one for one in found if one.beginning.run == run]
    elif table is not None:
        # The list may have moved: what counts is its content, or its name.
        digest = hash_table(table.read_bytes())
        same = [one for one in found if one.beginning.table_hash == digest]
        found = same or [one for one in found if one.beginning.run == table.stem]
    if not found:
        raise NothingToResumeError("nothing is unfinished", issuer=home.issuer)
    if len(found) > 1:
        # As they can be given to `--run`: a name may hold commas and spaces.
        names = ", ".join(quote(one.beginning.run) for one in found)
        raise SeveralUnfinishedError("several runs are unfinished", runs=names)
    return found[0]


def hash_table(table: bytes) -> Hash:
    """Hash a list: a run is resumed with the very list that it began with."""
    return Hash(hashlib.sha256(table).digest())


def _read(path: Path) -> JournalState:
    try:
        return parse_journal(path.read_bytes())[0]
    except FormatError as error:
        raise JournalDamagedError(error.detail, path=str(path)) from error


def now() -> UnixTime:
    """Give the present second."""
    return unix_time(int(time.time()))
