"""The trust root that waits behind the pinned one: told to departments while there is time to object, and never used.

Source: `docs/spec/trust-root.md`, "A root that waits". What a monitor remembers of it, a department's client does not.
"""

from typing import NamedTuple

from voute.client.api import CityApi
from voute.client.monitor_roots import Waiting, look_ahead
from voute.client.trust import PinnedTrust
from voute.core.errors import FormatError, LimitError, VerificationError


class NextRoot(NamedTuple):
    """A root that waits, and whether it still lists this department's signing key without an end; or what is wrong with it."""

    waiting: Waiting | None = None
    lists_us: bool = True
    problem: str | None = None
    """The code of the error: what is shown as waiting is not signed as if it counted."""


NONE_WAITS = NextRoot()


def find_next_root(api: CityApi, trust: PinnedTrust, issuer: str, signing_key: bytes) -> NextRoot:
    """Ask which root waits; one that does not hold stops nothing, since nothing of it is used. Raises what the call raises."""
    try:
        waiting = look_ahead(lambda _: api.next_root(), trust.trusted)
    except (VerificationError, FormatError, LimitError) as error:
        return NextRoot(problem=error.code)
    if waiting is None:
        return NONE_WAITS
    found = waiting.trusted.root.issuer(issuer)
    lists_us = found is not None and any(key.ed25519 == signing_key and key.until is None for key in found.keys)
    return NextRoot(waiting, lists_us)
