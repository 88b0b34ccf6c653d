"""Which trust root counts: the first by its fingerprint, every later one by the quorum of the one before it.

Source: `docs/spec/trust-root.md`. A client keeps the newest root that it has accepted and hands it in again; a root is in
force from its `effective_at`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from voute.core.errors import VerificationError
from voute.core.ids import Hash
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.dsse import Envelope, Kind
from voute.format.trust_root import TrustRoot, fingerprint, parse_trust_root, tidy_fingerprint


class TrustRootQuorumError(VerificationError):
    """Too few city keys signed; facts `have` and `need`."""

    code: ClassVar[str] = "trust-root-quorum"


class TrustRootFingerprintError(VerificationError):
    """The first root is not the one whose fingerprint was handed over on paper."""

    code: ClassVar[str] = "trust-root-fingerprint"


class TrustRootRollbackError(VerificationError):
    """A root with a lower number than one seen before, or another root with the same number."""

    code: ClassVar[str] = "trust-root-rollback"


class TrustRootChainError(VerificationError):
    """A root that does not follow the one before it."""

    code: ClassVar[str] = "trust-root-chain"


@dataclass(frozen=True, slots=True)
class TrustedRoot:
    """An accepted root, with the exact envelope to keep and the hash and fingerprint of its payload."""

    root: TrustRoot
    envelope: Envelope

    @property
    def hash(self) -> Hash:
        """SHA-256 of the payload."""
        return dsse.statement_hash(self.envelope.payload)

    @property
    def fingerprint(self) -> str:
        """Four groups of four symbols."""
        return fingerprint(self.envelope.payload)


def _read(raw: bytes) -> TrustedRoot:
    envelope = dsse.parse(raw)
    dsse.expect_kind(envelope, Kind.TRUST_ROOT)
    return TrustedRoot(parse_trust_root(envelope.payload), envelope)


def _expect_quorum(candidate: TrustedRoot, by: TrustRoot) -> None:
    have = len(dsse.signers(candidate.envelope, Kind.TRUST_ROOT, by.keys))
    if have < by.threshold:
        raise TrustRootQuorumError("too few city keys signed", have=have, need=by.threshold)


def accept_first(raw: bytes, pinned: str | None = None) -> TrustedRoot:
    """Accept the first root that a client sees; `pinned` is the fingerprint from a letter, None to trust on first use.

    Raises, in this order: `FormatError`, `WrongStatementError`, `BadSignatureError`, `TrustRootQuorumError` (fewer than
    its own threshold signed), `TrustRootFingerprintError`.
    """
    candidate = _read(raw)
    _expect_quorum(candidate, candidate.root)
    if pinned is not None and candidate.fingerprint != tidy_fingerprint(pinned):
        raise TrustRootFingerprintError("another fingerprint than the one on paper")
    return candidate


def accept_next(known: TrustedRoot, raw: bytes) -> TrustedRoot:
    """Accept the root that follows `known`, or `known` again; returns the one to keep.

    Raises, in this order: `FormatError`, `WrongStatementError`, `TrustRootRollbackError`, `TrustRootChainError` (a gap,
    another previous root, another city or RP ID), `BadSignatureError`, `TrustRootQuorumError` (old keys, then its own).
    """
    candidate = _read(raw)
    old, new = known.root, candidate.root
    if new.number == old.number and candidate.hash == known.hash:
        return known
    if new.number <= old.number:
        raise TrustRootRollbackError("not newer than a root seen before", seen=old.number, offered=new.number)
    if new.number != old.number + 1 or new.previous != known.hash:
        raise TrustRootChainError("not the next root", seen=old.number, offered=new.number)
    if (new.city, new.rp_id) != (old.city, old.rp_id):
        raise TrustRootChainError("city and RP ID never change")
    _expect_quorum(candidate, old)
    _expect_quorum(candidate, new)
    return candidate


def accept_all(raws: Sequence[bytes], pinned: str | None = None) -> tuple[TrustedRoot, ...]:
    """Accept a chain of roots, oldest first, at least one; raises as `accept_first` and `accept_next` do."""
    if not raws:
        raise TrustRootChainError("no root at all")
    chain = [accept_first(raws[0], pinned)]
    for raw in raws[1:]:
        following = accept_next(chain[-1], raw)
        if following is not chain[-1]:
            chain.append(following)
    return tuple(chain)


def in_force(roots: Sequence[TrustedRoot], now: UnixTime) -> TrustedRoot:
    """Pick the newest accepted root whose `effective_at` has come; `TrustRootChainError` when none has."""
    for one in reversed(roots):
        if one.root.effective_at <= now:
            return one
    raise TrustRootChainError("no root is in force yet")
