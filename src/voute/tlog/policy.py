"""Which checkpoints are believed: the log's two signatures, and a quorum of witnesses.

The quorum is the rule "k of these n" (C2SP tlog-policy: one group), as the trust root carries it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voute.core.errors import FormatError, LimitError, VerificationError
from voute.format.ed25519 import BadSignatureError
from voute.format.trust_root import TrustRoot
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import verify_cosignature
from voute.tlog.note import ED25519, MLDSA44_COSIGNATURE, VerifierKey, verify_ed25519

MAX_WITNESSES: Final = 16
"""Witnesses a policy may list: C2SP asks verifiers to take 16 signatures."""


class UnknownLogError(VerificationError):
    """The checkpoint is of a log that is not trusted here."""

    code = "unknown-log"


class LogEndedError(VerificationError):
    """The log signed the checkpoint when it had ended, as the trust root says: another log has taken its tree over."""

    code = "log-ended"


class BadCheckpointError(VerificationError):
    """A checkpoint lacks a signature of its log, or a signature by a known key does not verify."""

    code = "bad-checkpoint"


class NoQuorumError(VerificationError):
    """Too few witnesses cosigned the checkpoint; the facts say how many did and how many must."""

    code = "no-quorum"


class CheckpointState(StrEnum):
    """How far a checkpoint is believed."""

    LOGGED = "logged"
    """Signed by the log: the log can be held to it."""
    WITNESSED = "witnessed"
    """A quorum of witnesses saw that it extends all they saw before."""


@dataclass(frozen=True, slots=True)
class LogKey:
    """A log: its origin, which names both keys, its Ed25519 key (32 bytes), its ML-DSA-44 key (1,312 bytes).

    What it signs from `until` on (POSIX seconds) is refused; None: it goes on.
    """

    origin: str
    ed25519: bytes
    mldsa44: bytes
    until: int | None = None

    def open_at(self, time: int) -> bool:
        """Tell whether the log had not ended yet at a time (POSIX seconds)."""
        return self.until is None or time < self.until

    @property
    def note_key(self) -> VerifierKey:
        """The key that signs the checkpoint's text."""
        return VerifierKey(self.origin, ED25519, self.ed25519)

    @property
    def cosigner_key(self) -> VerifierKey:
        """The key that cosigns the tree head."""
        return VerifierKey(self.origin, MLDSA44_COSIGNATURE, self.mldsa44)


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness: its name and ML-DSA-44 key (1,312 bytes)."""

    name: str
    mldsa44: bytes

    @property
    def cosigner_key(self) -> VerifierKey:
        """The key that cosigns."""
        return VerifierKey(self.name, MLDSA44_COSIGNATURE, self.mldsa44)


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """At least `quorum` of these witnesses must have cosigned; 0 asks for none."""

    quorum: int
    witnesses: tuple[WitnessKey, ...]

    def __post_init__(self) -> None:
        """Refuse a quorum that cannot be met, and a name or key that counts twice (C2SP tlog-policy)."""
        count = len(self.witnesses)
        if count > MAX_WITNESSES or not 0 <= self.quorum <= count:
            raise LimitError("no such quorum", quorum=self.quorum, witnesses=count)
        names, keys = {w.name for w in self.witnesses}, {w.mldsa44 for w in self.witnesses}
        if not len(names) == len(keys) == count:
            raise FormatError("a witness is listed twice")


@dataclass(frozen=True, slots=True)
class CheckpointVerdict:
    """A checkpoint whose signatures by known keys all verified."""

    head: Checkpoint
    log_time: int
    """Time in the log's own cosignature, POSIX seconds."""
    witness_times: tuple[tuple[str, int], ...]
    """Name and time of each witness of the policy that cosigned, in the policy's order; before the log's end, if it has one."""
    quorum: int

    @property
    def quorum_reached(self) -> bool:
        """Whether as many witnesses cosigned as the policy asks for; always, when it asks for none."""
        return len(self.witness_times) >= self.quorum

    @property
    def state(self) -> CheckpointState:
        """`WITNESSED` when a quorum of at least one witness was reached, else `LOGGED`."""
        return CheckpointState.WITNESSED if self.quorum and self.quorum_reached else CheckpointState.LOGGED

    @property
    def witnessed_at(self) -> int | None:
        """Median (the earlier of the two middle ones) of the witnesses' times; None while only logged."""
        times = sorted(time for _, time in self.witness_times)
        return times[(len(times) - 1) // 2] if self.state is CheckpointState.WITNESSED else None

    def require_quorum(self) -> None:
        """Refuse a checkpoint without quorum.

        Raises:
            NoQuorumError: fewer witnesses cosigned than the policy asks for.
        """
        if not self.quorum_reached:
            raise NoQuorumError(have=len(self.witness_times), need=self.quorum)


def checkpoint_policy(root: TrustRoot) -> tuple[tuple[LogKey, ...], WitnessPolicy]:
    """Give the logs and the witnesses' quorum of a trust root in the form that `verify_checkpoint` takes."""
    logs = tuple(LogKey(one.origin, one.ed25519, one.mldsa44, one.until) for one in root.logs)
    witnesses = tuple(WitnessKey(one.name, one.mldsa44) for one in root.witnesses)
    return logs, WitnessPolicy(root.quorum, witnesses)


def write_policy(logs: Sequence[LogKey], policy: WitnessPolicy) -> str:
    """Write logs and quorum as a C2SP tlog-policy file, for other tools.

    The form lets either key of a log do; this product asks for both.
    """
    lines = [f"log {key.encode()}" for log in logs for key in (log.note_key, log.cosigner_key)]
    names = [f"w{number}" for number in range(1, len(policy.witnesses) + 1)]
    lines += [f"witness {name} {one.cosigner_key.encode()}" for name, one in zip(names, policy.witnesses, strict=True)]
    if policy.quorum:
        lines.append(f"group witnesses {policy.quorum} {' '.join(names)}")
    lines.append("quorum witnesses" if policy.quorum else "quorum none")
    return "".join(line + "\n" for line in lines)


def verify_keys(signed: SignedCheckpoint, keys: Sequence[VerifierKey]) -> tuple[int, ...]:
    """Check that each of these keys signed a checkpoint; returns the times of those that give one (ML-DSA-44).

    Raises:
        BadCheckpointError: a signature is missing or does not verify.
    """
    times = []
    for key in keys:
        line = signed.note.by(key)
        if line is None:
            raise BadCheckpointError("a key of the log has not signed it")
        try:
            if key.kind == ED25519:
                verify_ed25519(signed.note.text, line, key)
            else:
                times.append(verify_cosignature(signed.head, line, key))
        except BadSignatureError as error:
            raise BadCheckpointError(f"the log's signature: {error.detail}") from None
    return tuple(times)


def verify_log(signed: SignedCheckpoint, log: LogKey) -> int:
    """Check the log's two signatures on its checkpoint and return the time in the cosignature.

    Raises:
        BadCheckpointError: one is missing or does not verify, or the checkpoint is of another log.
    """
    if signed.head.origin != log.origin:
        raise BadCheckpointError("a checkpoint of another log")
    return verify_keys(signed, (log.note_key, log.cosigner_key))[0]


def verify_checkpoint(signed: SignedCheckpoint, logs: Sequence[LogKey], policy: WitnessPolicy) -> CheckpointVerdict:
    """Check a checkpoint: the log's signatures, and every cosignature by a witness of the policy.

    Lines by unknown keys are ignored (C2SP signed-note); a line by a known key that does not verify refuses the whole.

    Raises:
        UnknownLogError: no log of this origin is trusted.
        BadCheckpointError: a signature of the log is missing, or one by a known key does not verify.
        LogEndedError: the log signed it when it had ended.
    """
    log = next((log for log in logs if log.origin == signed.head.origin), None)
    if log is None:
        raise UnknownLogError(f"unknown log {signed.head.origin!r}")
    log_time = verify_log(signed, log)
    times = []
    for witness in policy.witnesses:
        key = witness.cosigner_key
        line = signed.note.by(key)
        if line is None:
            continue
        try:
            times.append((witness.name, verify_cosignature(signed.head, line, key)))
        except BadSignatureError as error:
            raise BadCheckpointError(f"cosignature of {witness.name}: {error.detail}") from None
    # Its beginning is not asked for: a log is founded before the root lists it.
    if not log.open_at(log_time):
        raise LogEndedError("signed after its end", origin=log.origin)
    # A thief of the keys can date the log's own line back, not those of witnesses that still follow it.
    counted = tuple((name, time) for name, time in times if log.open_at(time))
    return CheckpointVerdict(signed.head, log_time, counted, policy.quorum)
