"""The trust root of a city as a file: read again when it changes, refused when its own keys have not signed it."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import ClassVar

from voute.app.city import Trust
from voute.core.errors import VouteError
from voute.format import dsse
from voute.format.trust_root import parse_trust_root


class TrustFileError(VouteError):
    """The trust root is missing, or not signed by as many of its own keys as it asks for."""

    code: ClassVar[str] = "trust-file"


class TrustFile:
    """Gives the trust root in force; clients verify it in full, the server only keeps an unfit file from being served."""

    def __init__(self, path: Path, time: Callable[[], int]) -> None:
        """Take the file and a clock in Unix seconds."""
        self._path = path
        self._time = time
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._trust: Trust | None = None

    def __call__(self) -> Trust:
        """Return the trust root; a newer file that is unfit or not yet effective leaves the older one in force.

        Raises:
            TrustFileError: there is no fit file at all.
        """
        try:
            stat = self._path.stat()
        except OSError as error:
            return self._keep_or_raise(error)
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        with self._lock:
            if stamp != self._stamp or self._trust is None:
                try:
                    self._trust = self._read(self._trust)
                except (VouteError, OSError) as error:
                    return self._keep_or_raise(error)
                self._stamp = stamp
            return self._trust

    def _keep_or_raise(self, error: Exception) -> Trust:
        if self._trust is None:
            raise TrustFileError(type(error).__name__) from error
        return self._trust

    def _read(self, old: Trust | None) -> Trust:
        raw = self._path.read_bytes()
        envelope = dsse.parse(raw)
        root = parse_trust_root(envelope.payload)
        if len(dsse.signers(envelope, dsse.Kind.TRUST_ROOT, root.keys)) < root.threshold:
            raise TrustFileError("too few signatures")
        if old is not None and (root.number < old.root.number or root.effective_at > self._time()):
            raise TrustFileError("older, or not in force yet")
        return Trust(root, raw)
