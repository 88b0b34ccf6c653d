"""The trust root of a watched city: followed from its time on, and looked at before, while it waits.

A root that waits is trusted with nothing: it is verified against the one in force, so that people can be told of it while there
is time to object, and remembered, so that its change or disappearance is noticed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from voute.client import trust
from voute.client.monitor_state import MonitorState
from voute.core.errors import VerificationError
from voute.core.ports_log import TileMissingError
from voute.core.values import time_text
from voute.format import dsse
from voute.verify.trust import TrustedRoot, TrustRootChainError, TrustRootRollbackError, accept_first, accept_next

CURRENT: Final = "/api/trust-root"
NEXT: Final = "/api/trust-root/next"
_NONE: Final = b"{}"

Get = Callable[[str], bytes]


class TrustRootWithdrawnError(VerificationError):
    """A trust root that waited is shown no more, before its time; facts `number` and `effective`."""

    code: ClassVar[str] = "trust-root-withdrawn"


class TrustRootReplacedError(VerificationError):
    """Another trust root waits, or came into force, than the one that was seen to wait; fact `number`."""

    code: ClassVar[str] = "trust-root-replaced"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A root that waits, and the keys of the root in force that signed it."""

    trusted: TrustedRoot
    signed_by: tuple[str, ...]


def follow(get: Get, state: MonitorState, given: TrustedRoot, now: int) -> TrustedRoot:
    """Follow the trust root from the newest one known to the one that the city offers; one before its time changes nothing.

    Raises what `accept_next` raises.
    """
    known = given
    if state.trust_root is not None:
        kept = accept_first(state.trust_root)
        known = kept if kept.root.number > given.root.number else given
    offered = trust.follow(known, get(CURRENT), lambda number: _earlier(get, number))
    return offered if offered.root.effective_at <= now else known


def _earlier(get: Get, number: int) -> bytes | None:
    try:
        return get(f"{CURRENT}?number={number}")
    except TileMissingError:
        return None


def look_ahead(get: Get, root: TrustedRoot) -> Waiting | None:
    """Give the root that waits behind the one in force; None when none does.

    Raises what `accept_next` raises: what is shown as waiting must be signed as if it counted.
    """
    try:
        raw = get(NEXT)
    except TileMissingError:
        # A city of an earlier release has no such address.
        return None
    if raw == _NONE:
        return None
    offered = accept_next(root, raw)
    if offered is root:
        return None
    return Waiting(offered, _signed_by(offered, root))


def _signed_by(offered: TrustedRoot, root: TrustedRoot) -> tuple[str, ...]:
    return tuple(sorted(map(dsse.keyid, dsse.signers(offered.envelope, dsse.Kind.TRUST_ROOT, root.root.keys))))


def expect_same(get: Get, state: MonitorState, root: TrustedRoot, waiting: Waiting | None, now: int) -> bytes | None:
    """Compare with what was seen to wait; returns what to remember.

    Raises:
        TrustRootReplacedError: another one waits now, or came into force in its place, alone or with others behind it.
        TrustRootWithdrawnError: none waits, and its time has not come.
    """
    shown = None if waiting is None else waiting.trusted
    if state.waiting is None:
        return None if shown is None else shown.envelope.raw
    seen = accept_first(state.waiting)
    if seen.root.number <= root.root.number:
        _expect_led_to(get, seen, root)
        return None if shown is None else shown.envelope.raw
    if shown is None:
        if seen.root.effective_at <= now:
            # Its time has come and the city goes on with the root of before: nothing waits any more.
            return None
        effective = time_text(seen.root.effective_at)
        raise TrustRootWithdrawnError("shown no more", number=seen.root.number, effective=effective)
    if shown.hash != seen.hash:
        raise TrustRootReplacedError("another root", number=seen.root.number)
    return shown.envelope.raw


def _expect_led_to(get: Get, seen: TrustedRoot, root: TrustedRoot) -> None:
    """Ask that the root in force is the one that waited, or follows from it: one put in its place can hide behind the next."""
    try:
        trust.follow(seen, root.envelope.raw, lambda number: _earlier(get, number))
    except (TrustRootChainError, TrustRootRollbackError) as error:
        raise TrustRootReplacedError("another root", number=seen.root.number) from error
