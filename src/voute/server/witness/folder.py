"""What a witness keeps: its key, the list of logs that it follows, and for each the checkpoint that it cosigned last.

FOLDER/witness.json  name and seed of its key, mode 0600; public key: `WitnessFolder.public`
FOLDER/logs.txt      verifier keys (C2SP signed-note) of the logs, one a line; `#` begins a comment
FOLDER/state         lock values: never copied back from a backup, never carried to a second machine that runs too
"""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from voute.core.errors import FormatError, StateError, StoreError, VouteError
from voute.core.ports_log import LockExistsError
from voute.server.keys import KeyFileError, create_witness_seed, read_witness_seed
from voute.store.durable import Disk, storing
from voute.store.posix_log import PosixLocks
from voute.store.watch import StepCounter, Watch
from voute.tlog.cosignature import Cosigner
from voute.tlog.note import VerifierKey, check_name
from voute.tlog.witness import FollowedLog, WitnessCore

LOGS_FILE: Final = "logs.txt"
STATE: Final = "state"
MAX_LOGS: Final = 1_000
"""Logs that one witness follows: the list stays a file that a person reads."""

_HEAD: Final = "# Logs that this witness follows: one verifier key a line. Change it with `voute witness follow`.\n"


class WitnessFolderError(VouteError):
    """The list of logs cannot be read; the fact `line` says where it is wrong, 0 when it cannot be read at all."""

    code: ClassVar[str] = "witness-folder"


class WitnessStateLostError(StateError):
    """The witness is known to follow this log, but what it cosigned is gone: it must not begin again from nothing."""

    code: ClassVar[str] = "witness-state-lost"


class WitnessFolder:
    """One witness on this machine; every change is durable when a method returns, and can be repeated after a crash."""

    def __init__(self, path: Path, watch: Watch | None = None) -> None:
        """Take the folder; nothing is created."""
        self._path = path
        self._watch = watch or StepCounter()

    @property
    def locks(self) -> PosixLocks:
        """Where the witness keeps what it cosigned."""
        return PosixLocks(self._path / STATE, self._watch)

    def create(self, name: str) -> VerifierKey:
        """Make a new witness under a name and return its public key.

        Raises:
            FormatError: not a key name.
            KeyFileError: there is a witness here already; nothing was changed.
        """
        check_name(name)
        with storing("create"):
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._path / STATE).mkdir(mode=0o700, exist_ok=True)
        self._write(())
        create_witness_seed(self._path, name)
        return self.cosigner().public

    def cosigner(self) -> Cosigner:
        """Return the witness's key.

        Raises:
            KeyFileError: there is none: not a witness's folder.
        """
        seed = read_witness_seed(self._path)
        if seed is None:
            raise KeyFileError("no witness here", file=str(self._path))
        return Cosigner(seed.name, seed.mldsa44)

    def logs(self) -> tuple[FollowedLog, ...]:
        """Return the logs that the witness follows.

        Raises:
            WitnessFolderError: the list cannot be read.
        """
        keys: dict[str, list[VerifierKey]] = {}
        for key in self._keys():
            keys.setdefault(key.name, []).append(key)
        return tuple(FollowedLog(origin, tuple(some)) for origin, some in keys.items())

    def follow(self, keys: Sequence[VerifierKey]) -> tuple[str, ...]:
        """Follow logs from size zero on, by their verifier keys; returns the origins that are new.

        Keys of one origin are one log, each of which must sign. A log that is followed already, with the same keys, is left
        as it is. The state is made first: after a crash between the two the same call goes on.

        Raises:
            FormatError: the log is followed with other keys, or a key stands twice.
            WitnessStateLostError: the log is in the list, but its state is gone.
        """
        known = {log.origin: log for log in self.logs()}
        asked: dict[str, FollowedLog] = {}
        for origin in dict.fromkeys(key.name for key in keys):
            asked[origin] = FollowedLog(origin, tuple(key for key in keys if key.name == origin))
        for origin, log in asked.items():
            if origin in known and set(known[origin].keys) != set(log.keys):
                raise FormatError("the log is followed with other keys", origin=origin)
        new = tuple(log for origin, log in asked.items() if origin not in known)
        if len(known) + len(new) > MAX_LOGS:
            raise FormatError("too many logs for one witness")
        core = self._core((*known.values(), *new))
        for log in asked.values():
            if log in new:
                _enrol(core, log.origin)
            elif core.is_lost(log.origin):
                raise WitnessStateLostError("the state of a followed log is gone", origin=log.origin)
        self._write((*known.values(), *new))
        return tuple(log.origin for log in new)

    def open(self) -> WitnessCore:
        """Return the witness with its key, logs and state; a log whose state is gone is answered as unknown, for ever.

        Raises:
            KeyFileError, WitnessFolderError: the folder is not that of a witness, or its list cannot be read.
        """
        return self._core(self.logs())

    def _core(self, logs: Sequence[FollowedLog]) -> WitnessCore:
        return WitnessCore(self.cosigner(), logs, self.locks, lambda: int(time.time()))

    def _keys(self) -> Iterable[VerifierKey]:
        try:
            text = (self._path / LOGS_FILE).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WitnessFolderError(type(error).__name__, line=0) from error
        for number, line in enumerate(text.splitlines(), 1):
            if line and not line.startswith("#"):
                try:
                    yield VerifierKey.parse(line)
                except FormatError as error:
                    raise WitnessFolderError(error.detail, line=number) from error

    def _write(self, logs: Sequence[FollowedLog]) -> None:
        text = _HEAD + "".join(key.encode() + "\n" for log in logs for key in log.keys)
        path = self._path / LOGS_FILE
        with storing("write"):
            disk = Disk(self._watch)
            if logs:
                disk.replace(path, text.encode())
            elif not path.exists():
                disk.create(path, text.encode())
                disk.flush_folder(self._path)


def _enrol(core: WitnessCore, origin: str) -> None:
    """Begin a log at size zero, unless a crash came between its state and the list."""
    try:
        core.enrol(origin)
    except LockExistsError:
        # It may hold more than size zero: a log that was taken off the list by hand goes on from what was cosigned.
        if core.is_lost(origin):
            raise StoreError("the state can neither be made nor read") from None
