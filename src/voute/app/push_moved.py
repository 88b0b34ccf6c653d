"""A browser whose push service gave it another endpoint says so itself, by the secret of the old one (docs/spec/push.md).

It has no session then: nobody may be there. Browser and city alone know the secret; the push service never sees it.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from voute.app.city import City
from voute.app.errors import PushOffError
from voute.app.push import AUTH, check_keys, parse_endpoint
from voute.core.rows_push import DeviceRow

PROOF: Final = 32
"""Bytes of a proof: HMAC-SHA256."""
_LABEL: Final = b"voute/push-moved/v1\0"
_NOBODYS: Final = bytes(AUTH)


@dataclass(frozen=True, slots=True)
class Move:
    """From which endpoint to which, with the new keys, and the proof."""

    old: str
    endpoint: str
    p256dh: bytes
    auth: bytes
    proof: bytes


def proof_of(secret: bytes, move: Move) -> bytes:
    """Compute the proof of a move by the old endpoint's authentication secret; `move.proof` is not part of it."""
    places = (sha256(one.encode("utf-8")).digest() for one in (move.old, move.endpoint))
    return hmac.digest(secret, _LABEL + b"".join((*places, move.p256dh, move.auth)), "sha256")


def follow(city: City, move: Move) -> None:
    """Note where a browser is now, with its times and what waits for it, if it proves itself; says nobody whether it did.

    An endpoint at which somebody turned notices on since is theirs.

    Raises:
        PushOffError: this city tells on no device.
        FormatError, PushServiceUnknownError: the new values can't be.
    """
    kit = city.push
    if kit is None:
        raise PushOffError
    parse_endpoint(move.endpoint, kit)
    check_keys(move.p256dh, move.auth)
    with city.catalogue.read() as tx:
        row = tx.devices.at(move.old)
    # Who knows nothing costs one read, and the same work as who knows an endpoint.
    if not _is_proven(row, move):
        return
    with city.catalogue.write() as tx:
        for endpoint in sorted({move.old, move.endpoint}):
            tx.devices.at(endpoint, lock=True)
        row = tx.devices.at(move.old)
        if row is None or not _is_proven(row, move) or (move.endpoint != move.old and tx.devices.at(move.endpoint) is not None):
            return
        tx.devices.put(row._replace(endpoint=move.endpoint, p256dh=move.p256dh, auth=move.auth))


def _is_proven(row: DeviceRow | None, move: Move) -> bool:
    secret = _NOBODYS if row is None else row.auth
    return hmac.compare_digest(proof_of(secret, move), move.proof) and row is not None
