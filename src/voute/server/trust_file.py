"""The trust root of a city as a file: read again when it changes, refused when its own keys have not signed it.

Beside it the next one may wait for its time, `trust-root.next.json`: a start in the meantime must not bring it into force early.
Those that were in force stay beside it as `trust-root-NUMBER.json`: who comes back after two changes follows them one by one.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import ClassVar, Final

from voute.app.city import Trust
from voute.core.errors import VouteError
from voute.format import dsse
from voute.format.trust_root import parse_trust_root
from voute.store.durable import Disk
from voute.store.watch import StepCounter

NEXT: Final = ".next"
"""Goes before the ending of the file's name: what waits beside `trust-root.json` is `trust-root.next.json`."""

Stamp = tuple[int, int, int]


class TrustFileError(VouteError):
    """The trust root is missing, or not signed by as many of its own keys as it asks for."""

    code: ClassVar[str] = "trust-file"


class TrustFile:
    """Gives the trust root in force; clients verify it in full, the server only keeps an unfit file from being served."""

    def __init__(self, path: Path, time: Callable[[], int], *, keeps: bool = False) -> None:
        """Take the file, a clock in Unix seconds, and whether each root in force is kept beside it: the server's own does."""
        self._path = path
        self._next_path = path.with_name(f"{path.stem}{NEXT}{path.suffix}")
        self._time = time
        self._keeps = keeps
        self._lock = Lock()
        self._stamp: Stamp | None = None
        self._next_stamp: Stamp | None = None
        self._trust: Trust | None = None
        self._kept: set[int] = set()
        self._next: Trust | None = None

    def __call__(self) -> Trust:
        """Return the trust root; a newer file that is unfit or not yet effective leaves the older one in force.

        The one that waits counts from its time on, if it follows the one in force and its keys have signed it too.

        Raises:
            TrustFileError: there is no fit file at all.
        """
        try:
            stamp = _stamp(self._path)
        except OSError as error:
            return self._keep_or_raise(error)
        with self._lock:
            if stamp != self._stamp or self._trust is None:
                try:
                    self._trust = self._read(self._trust)
                except (VouteError, OSError) as error:
                    return self._keep_or_raise(error)
                self._stamp = stamp
            # Both: the one in the file is the one before the one that waits.
            self._keep(self._trust)
            self._trust = self._followed(self._trust)
            self._keep(self._trust)
            return self._trust

    def waiting(self) -> Trust | None:
        """Return the one that will follow the one in force, before its time; None when none that is fit waits."""
        now = self()
        with self._lock:
            following = self._next
        return following if following is not None and following is not now and _follows(now, following) else None

    def earlier(self, number: int) -> bytes | None:
        """Return the envelope of a root that was in force, byte for byte; None if it is not kept, or what is kept is not it."""
        try:
            trust = _fit(numbered(self._path, number).read_bytes())
        except (VouteError, OSError):
            return None
        return trust.envelope if trust.root.number == number else None

    def _keep(self, trust: Trust) -> None:
        """Keep a root beside the file, once; a folder that takes nothing keeps nobody from the root in force."""
        number = trust.root.number
        if not self._keeps or number in self._kept:
            return
        self._kept.add(number)
        path = numbered(self._path, number)
        with suppress(OSError):
            if not path.exists():
                Disk(StepCounter()).replace(path, trust.envelope)

    def _keep_or_raise(self, error: Exception) -> Trust:
        if self._trust is None:
            raise TrustFileError(type(error).__name__) from error
        return self._trust

    def _read(self, old: Trust | None) -> Trust:
        trust = _fit(self._path.read_bytes())
        if old is not None and (trust.root.number < old.root.number or trust.root.effective_at > self._time()):
            raise TrustFileError("older, or not in force yet")
        return trust

    def _followed(self, now: Trust) -> Trust:
        """Give the one that waits, from its time on; it is read once, and again when its file changes."""
        try:
            stamp = _stamp(self._next_path)
            if stamp != self._next_stamp:
                self._next_stamp, self._next = stamp, None
                self._next = _fit(self._next_path.read_bytes())
        except VouteError:
            return now
        except OSError:
            self._next_stamp = self._next = None
            return now
        if self._next is None or self._next.root.effective_at > self._time() or not _follows(now, self._next):
            return now
        return self._next


def numbered(path: Path, number: int) -> Path:
    """Say where the root of a number is kept, beside the file of the one in force."""
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _fit(raw: bytes) -> Trust:
    envelope = dsse.parse(raw)
    root = parse_trust_root(envelope.payload)
    if len(dsse.signers(envelope, dsse.Kind.TRUST_ROOT, root.keys)) < root.threshold:
        raise TrustFileError("too few signatures")
    return Trust(root, raw)


def _follows(old: Trust, new: Trust) -> bool:
    if new.root.number != old.root.number + 1 or new.root.previous != dsse.statement_hash(dsse.parse(old.envelope).payload):
        return False
    return len(dsse.signers(dsse.parse(new.envelope), dsse.Kind.TRUST_ROOT, old.root.keys)) >= old.root.threshold
