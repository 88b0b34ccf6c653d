"""The trust root that this machine has pinned: read, followed when the city has a newer one, never rolled back."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.core.errors import StateError
from voute.core.values import unix_time
from voute.format.trust_root import TrustRoot, tidy_fingerprint
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import CheckpointVerdict, checkpoint_policy, verify_checkpoint
from voute.verify.trust import TrustedRoot, TrustRootChainError, TrustRootFingerprintError, accept_first, accept_next, in_force

Between = Callable[[int], bytes | None]
"""Gives the envelope of the root with a number; None when nobody has it."""
MAX_MISSED: Final = 100
"""Roots that are followed at once: decades of yearly ceremonies, and an end for whoever offers a number out of the air."""


class TrustNotPinnedError(StateError):
    """This machine has no trust root yet: it must be handed over, with its fingerprint from paper."""

    code: ClassVar[str] = "trust-not-pinned"


@dataclass(frozen=True, slots=True)
class PinnedTrust:
    """An accepted trust root and what is asked of it."""

    trusted: TrustedRoot

    @property
    def root(self) -> TrustRoot:
        """The root's content."""
        return self.trusted.root

    def issuer_keys(self, issuer: str) -> tuple[bytes, ...]:
        """Return every signing key that the root gives to an issuer; none for one that it does not know."""
        found = self.root.issuer(issuer)
        return tuple(key.ed25519 for key in found.keys) if found else ()

    def verify_checkpoint(self, signed: SignedCheckpoint) -> CheckpointVerdict:
        """Verify a checkpoint and require the quorum of the root's witnesses."""
        logs, policy = checkpoint_policy(self.root)
        verdict = verify_checkpoint(signed, logs, policy)
        verdict.require_quorum()
        return verdict


def read_pinned(path: Path) -> PinnedTrust:
    """Read a pinned trust root; raises `TrustNotPinnedError` when there is none."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise TrustNotPinnedError("no trust root here", path=str(path)) from error
    return PinnedTrust(accept_first(raw))


def read_first(path: Path, fingerprint: str | None = None) -> PinnedTrust:
    """Read a trust root that was handed over, with the fingerprint from paper; raises as `accept_first` does."""
    return PinnedTrust(accept_first(path.read_bytes(), fingerprint))


def follow(known: TrustedRoot, raw: bytes, between: Between | None = None) -> TrustedRoot:
    """Follow a known root to the one that is offered, one by one; `between` gives the roots that were missed, by number.

    Raises what `accept_next` raises, and for a root in between that nobody gives `TrustRootChainError`.
    """
    try:
        return accept_next(known, raw)
    except TrustRootChainError as error:
        seen, offered = known.root.number, error.facts.get("offered")
        if between is None or not isinstance(offered, int) or not seen + 1 < offered <= seen + MAX_MISSED:
            raise
        for number in range(seen + 1, offered):
            missed = between(number)
            if missed is None:
                raise
            known = accept_next(known, missed)
    return accept_next(known, raw)


def pin(
    path: Path, raw: bytes, fingerprint: str | None = None, between: Between | None = None, *, keep: bool = True
) -> PinnedTrust:
    """Pin a trust root, or follow the pinned one to it, over those in `between`; durable when this returns.

    Without `keep` it is followed for this time alone, and nothing is written. `fingerprint` is the one on paper, None to believe
    the first root seen. A root whose time has not come changes nothing: the pinned one is returned. Raises what
    `voute.verify.trust` raises: a lower number, another city, too few signatures, another fingerprint, a first root whose time
    has not come. Departments share a pin: where another one has changed it meanwhile, as a city could arrange by letting
    `between` wait, the root is held against what is pinned by then.
    """
    while True:
        before = _read(path)
        known = None if before is None else PinnedTrust(accept_first(before))
        accepted = _accept(known, raw, fingerprint, between)
        if known is not None and accepted is known.trusted:
            return known
        if not keep:
            return PinnedTrust(accepted)
        with _one_at_a_time(path.parent):
            if _read(path) == before:
                DISK.replace(path, raw, mode=0o644)
                return PinnedTrust(accepted)


def _accept(known: PinnedTrust | None, raw: bytes, fingerprint: str | None, between: Between | None) -> TrustedRoot:
    """Say which root is in force after one is offered: that one, or the known one."""
    now = unix_time(int(time.time()))
    if known is None:
        return in_force((accept_first(raw, fingerprint),), now)
    accepted = follow(known.trusted, raw, between)
    if fingerprint is not None and accepted.fingerprint != tidy_fingerprint(fingerprint):
        raise TrustRootFingerprintError("another fingerprint than the one on paper")
    return in_force((known.trusted, accepted), now)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold a folder, made when missing, against others that pin in it."""
    DISK.make_folder(folder)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_pin(home: IssuerHome) -> PinnedTrust:
    """Read the root that an issuer's home has pinned."""
    return read_pinned(home.trust_root_path)


def pinned_trust(home: IssuerHome, offered: bytes, between: Between | None = None, *, keep: bool = True) -> PinnedTrust:
    """Follow the pinned root to the one that the city offers, as `pin` does; raises `TrustNotPinnedError` without a pin."""
    read_pin(home)
    return pin(home.trust_root_path, offered, between=between, keep=keep)
