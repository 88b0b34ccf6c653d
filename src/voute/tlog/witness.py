"""A witness (C2SP tlog-witness): cosigns a log's checkpoint only if it extends all that it cosigned before.

The core is pure but for its `LockStore` and clock, so it runs in the city's process for a demonstration and behind HTTP
at a watchdog's. Each error names the HTTP status of the protocol.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from voute.core.errors import FormatError, LimitError, StateError, VerificationError
from voute.core.ports_log import LockConflictError, LockMissingError, LockStore, WitnessConflictError
from voute.format.fields import to_base64
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint, parse_decimal, parse_hash
from voute.tlog.cosignature import Cosigner, verify_cosignature
from voute.tlog.merkle import EMPTY_ROOT, MerkleProofError, verify_append
from voute.tlog.note import MAX_NOTE, Note, NoteError, VerifierKey, encode_signatures
from voute.tlog.policy import BadCheckpointError, LogKey, verify_keys

MAX_PATH: Final = 63
"""Hashes in a consistency proof (C2SP tlog-witness)."""
MAX_REQUEST: Final = MAX_NOTE + 4096
"""Bytes of an add-checkpoint request: the checkpoint, the old size and 63 hashes."""
MAX_LOG_KEYS: Final = 8
"""Keys that one log may have here: the two kinds that exist, with successors."""

_OLD: Final = "old "


class WitnessRequestError(FormatError):
    """The request is not an add-checkpoint request (400)."""

    code = "witness-request"


class WitnessUnknownLogError(StateError):
    """This witness does not follow the log (404)."""

    code = "witness-unknown-log"


class WitnessForbiddenError(VerificationError):
    """The checkpoint is not signed by its log (403)."""

    code = "witness-forbidden"


class WitnessInconsistentError(VerificationError):
    """The checkpoint does not extend what was cosigned before: evidence of a fork, or a wrong proof (422)."""

    code = "witness-inconsistent"


class WitnessForkError(WitnessInconsistentError):
    """The log signed another root for the very size that was cosigned before: a proof that it forked (422)."""

    code = "witness-fork"


def http_status(error: Exception) -> int:
    """Return the HTTP status that C2SP tlog-witness gives to an error of `WitnessCore.add_checkpoint`; else 500."""
    statuses: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int], ...] = (
        (WitnessUnknownLogError, 404),
        (WitnessForbiddenError, 403),
        (WitnessConflictError, 409),
        (WitnessInconsistentError, 422),
        ((FormatError, LimitError), 400),
    )
    return next((status for kind, status in statuses if isinstance(error, kind)), 500)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """An add-checkpoint request: the size cosigned last, the consistency proof from there, the log's signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the body of a request; the checkpoint itself is parsed later.

        Raises:
            FormatError: it is not one; `encode` gives the same bytes.
            LimitError: it is too long.
        """
        if len(body) > MAX_REQUEST:
            raise LimitError("the request is too long")
        before, blank, checkpoint = body.partition(b"\n\n")
        try:
            old, *proof = before.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise WitnessRequestError("not a request") from None
        if not blank or not old.startswith(_OLD) or len(proof) > MAX_PATH:
            raise WitnessRequestError("not a request")
        return cls(parse_decimal(old.removeprefix(_OLD)), tuple(parse_hash(line) for line in proof), checkpoint)

    def encode(self) -> bytes:
        """Write the body of a request."""
        lines = [f"{_OLD}{self.old_size}", *[to_base64(value) for value in self.proof], "", ""]
        return "\n".join(lines).encode("ascii") + self.checkpoint


@dataclass(frozen=True, slots=True)
class FollowedLog:
    """A log as its witness knows it: an origin, and the keys under that name, each of which must sign every checkpoint.

    C2SP asks for one at least; who stole one of two keys could otherwise lead the witness away from the true log for ever.
    """

    origin: str
    keys: tuple[VerifierKey, ...]

    def __post_init__(self) -> None:
        """Refuse a log without keys, and keys of another name or that stand twice."""
        if not 1 <= len(self.keys) <= MAX_LOG_KEYS or len(set(self.keys)) != len(self.keys):
            raise FormatError("a log has 1 to 8 keys, none twice")
        if {key.name for key in self.keys} != {self.origin}:
            raise FormatError("a log's keys bear its origin as their name")

    @classmethod
    def of(cls, log: LogKey) -> Self:
        """Take a log of a trust root, with its two keys."""
        return cls(log.origin, (log.note_key, log.cosigner_key))


class WitnessCore:
    """A witness of some logs: its state is one lock value a log, the checkpoint that it cosigned last."""

    def __init__(self, cosigner: Cosigner, logs: Sequence[FollowedLog], locks: LockStore, clock: Callable[[], int]) -> None:
        """Take the witness's key, the logs it follows, where it keeps what it cosigned, and POSIX seconds now."""
        self._cosigner = cosigner
        self._logs = {log.origin: log for log in logs}
        self._locks = locks
        self._clock = clock

    @property
    def name(self) -> str:
        """Key name of the witness."""
        return self._cosigner.name

    @property
    def public(self) -> VerifierKey:
        """Key that its cosignatures verify with."""
        return self._cosigner.public

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins of the logs that it follows."""
        return tuple(self._logs)

    def enrol(self, origin: str) -> None:
        """Create the state of a log at size zero; once, by the operator, so that a lost state is never taken for a new log.

        Raises:
            LockExistsError: it exists.
        """
        head = Checkpoint(origin, 0, EMPTY_ROOT)
        self._locks.create(self._key(origin), head.encode().encode())

    def is_lost(self, origin: str) -> bool:
        """Tell whether there is no state of a log: never enrolled, or lost.

        Raises:
            StoreError: the store failed.
        """
        try:
            self._last(origin)
        except WitnessUnknownLogError:
            return True
        return False

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """Return this witness's cosignature line if the checkpoint extends what it cosigned last; it is recorded first.

        Raises:
            FormatError, LimitError: the checkpoint cannot be parsed, or the old size is larger than its size (400).
            WitnessUnknownLogError: the log is not followed, or not enrolled (404).
            WitnessForbiddenError: the log has not signed it (403).
            WitnessConflictError: the old size is not what was cosigned last, or another request was faster (409).
            WitnessInconsistentError: it does not extend what was cosigned last (422); `WitnessForkError` when that is certain.
        """
        signed = self._parse(checkpoint)
        head = signed.head
        self._check_signed(signed)
        if old_size > head.size:
            raise WitnessRequestError("the old size is larger than the checkpoint's")
        before, stored = self._last(head.origin)
        if before.size != old_size:
            raise WitnessConflictError(before.size)
        if before.size == head.size and before.root != head.root:
            raise WitnessForkError("another root for the same size")
        try:
            verify_append(before.size, head.size, before.root, head.root, proof)
        except MerkleProofError as error:
            raise WitnessInconsistentError(error.detail) from None
        line = self._cosigner.sign(head, max(self._clock(), self._cosigned_at(before, stored)))
        keys = self._logs[head.origin].keys
        ours = tuple(kept for kept in signed.note.signatures if any(kept.is_by(key) for key in keys))
        try:
            self._locks.replace(self._key(head.origin), stored, Note(signed.note.text, (*ours, line)).encode())
        except LockConflictError:
            raise WitnessConflictError(self._last(head.origin)[0].size) from None
        return encode_signatures((line,)).encode()

    def checkpoint(self, origin: str) -> bytes | None:
        """Return the checkpoint cosigned last, with the log's signatures and this witness's, for monitors; None before.

        Raises:
            WitnessUnknownLogError: the log is not followed, or not enrolled.
        """
        head, stored = self._last(origin)
        return None if stored == head.encode().encode() else stored

    def _parse(self, checkpoint: bytes) -> SignedCheckpoint:
        """Read a checkpoint; one of a known log with malformed signature lines counts as not signed (403)."""
        try:
            return SignedCheckpoint.parse(checkpoint)
        except NoteError as error:
            try:
                text = checkpoint.rpartition(b"\n\n")[0].decode("utf-8")
            except UnicodeDecodeError:
                raise error from None
            self._followed(Checkpoint.parse(text + "\n").origin)
            raise WitnessForbiddenError(error.detail) from None

    def _followed(self, origin: str) -> FollowedLog:
        log = self._logs.get(origin)
        if log is None:
            raise WitnessUnknownLogError("unknown log")
        return log

    def _check_signed(self, signed: SignedCheckpoint) -> None:
        log = self._followed(signed.head.origin)
        try:
            verify_keys(signed, log.keys)
        except BadCheckpointError as error:
            raise WitnessForbiddenError(error.detail) from None

    def _last(self, origin: str) -> tuple[Checkpoint, bytes]:
        """Return the head cosigned last, and the lock's value: its note, or its bare text when nothing was cosigned."""
        try:
            stored = self._locks.fetch(self._key(origin))
        except LockMissingError:
            raise WitnessUnknownLogError("the log is not enrolled") from None
        text = stored.partition(b"\n\n")
        return Checkpoint.parse(text[0].decode() + "\n" if text[1] else stored.decode()), stored

    def _cosigned_at(self, head: Checkpoint, stored: bytes) -> int:
        """Return the time of the last cosignature, which no later one may be before, wherever the clock was set; 0: none yet."""
        if stored == head.encode().encode():
            return 0
        lines = SignedCheckpoint.parse(stored).note.signatures
        # A key that is new under the old name has given no time yet.
        return next((verify_cosignature(head, line, self.public) for line in lines if line.is_by(self.public)), 0)

    def _key(self, origin: str) -> str:
        return "witness-" + sha256(f"{self.name}\n{origin}".encode()).hexdigest()
