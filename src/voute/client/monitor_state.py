"""What a monitor remembers: the last checkpoint of each log, the newest release, the trust root in force and the one that waits.

One canonical JSON file, replaced whole. Whoever loses it begins anew and cannot see a rollback from before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

from voute.client.disk import DISK
from voute.core.errors import VouteError
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, to_base64
from voute.format.release import Release, parse_release
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.tree import MAX_TREE_SIZE

MAX_STATE: Final = 64 * 1024 * 1024
"""Bytes: a trust root and the checkpoints of its logs, far below."""
_MAX_LOGS: Final = 64
_VERSION: Final = 2
_KEYS_1: Final = frozenset({"version", "trust_root", "checkpoints", "release"})
_KEYS: Final = _KEYS_1 | {"waiting"}
_RELEASE_KEYS: Final = frozenset({"entry", "index"})


class MonitorStateError(VouteError):
    """The state file cannot be read: nothing was changed; fact `path`."""

    code: ClassVar[str] = "monitor-state"


@dataclass(frozen=True, slots=True)
class SeenRelease:
    """The newest release entry of the log, and its place."""

    entry: bytes
    index: int

    @property
    def release(self) -> Release:
        """The entry, read."""
        return parse_release(self.entry)


@dataclass(frozen=True, slots=True)
class MonitorState:
    """What was seen so far; nothing in a new one."""

    trust_root: bytes | None = None
    checkpoints: tuple[SignedCheckpoint, ...] = ()
    release: SeenRelease | None = None
    waiting: bytes | None = None
    """The trust root that was seen to wait for its time."""

    def checkpoint(self, origin: str) -> SignedCheckpoint | None:
        """Return the checkpoint of a log that was seen last."""
        return next((one for one in self.checkpoints if one.head.origin == origin), None)

    @property
    def newest(self) -> SignedCheckpoint | None:
        """The checkpoint that was seen last, of whichever log."""
        return self.checkpoints[-1] if self.checkpoints else None

    def with_checkpoint(self, signed: SignedCheckpoint, release: SeenRelease | None) -> "MonitorState":
        """Return the state after a checkpoint, with the release that came with it (else the one before)."""
        others = tuple(one for one in self.checkpoints if one.head.origin != signed.head.origin)
        return replace(self, checkpoints=(*others, signed), release=release or self.release)

    def encode(self) -> bytes:
        """Write the file."""
        found = self.release
        release: Json = None if found is None else {"entry": to_base64(found.entry), "index": found.index}
        return canonical.dumps(
            {
                "version": _VERSION,
                "trust_root": None if self.trust_root is None else to_base64(self.trust_root),
                "checkpoints": [to_base64(one.encode()) for one in self.checkpoints],
                "release": release,
                "waiting": None if self.waiting is None else to_base64(self.waiting),
            }
        )


def _parse(raw: bytes) -> MonitorState:
    value = canonical.loads(raw, MAX_STATE)
    # What a monitor of before wrote knows of no root that waits.
    is_first = isinstance(value, Mapping) and value.get("version") == 1
    fields = Fields(value, _KEYS_1 if is_first else _KEYS, "monitor-state")
    fields.integer("version", 1, _VERSION)
    notes = [
        Fields({"note": one}, frozenset({"note"}), "monitor-state").base64("note")
        for one in fields.list("checkpoints", 0, _MAX_LOGS)
    ]
    release = None
    if not fields.is_null("release"):
        inner = fields.object("release", _RELEASE_KEYS)
        release = SeenRelease(inner.base64("entry"), inner.integer("index", 0, MAX_TREE_SIZE))
        parse_release(release.entry)
    return MonitorState(
        fields.optional("trust_root", lambda key: fields.base64(key, 2 * MAX_STATE)),
        tuple(SignedCheckpoint.parse(note) for note in notes),
        release,
        None if is_first else fields.optional("waiting", lambda key: fields.base64(key, 2 * MAX_STATE)),
    )


def read_state(path: Path) -> MonitorState:
    """Read the state; a new one when there is no file.

    Raises:
        MonitorStateError: the file cannot be read, or is not one.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return MonitorState()
    except OSError as error:
        raise MonitorStateError(type(error).__name__, path=str(path)) from error
    try:
        return _parse(raw)
    except VouteError as error:
        raise MonitorStateError(error.detail, path=str(path)) from error


def write_state(path: Path, state: MonitorState) -> None:
    """Replace the state, durably."""
    DISK.replace(path, state.encode(), mode=0o644)
