"""The city's offline keys: made by its officers, they sign the trust root and are never on the server.

In a city each officer signs apart, on a machine of their own (`voute.format.dsse.assemble` joins the signatures). The
demonstration does it all at once and says so.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.core.ids import Slug
from voute.core.values import Names, UnixTime
from voute.format.dsse import SigningKey, keyid
from voute.format.trust_root import DocumentType, Issuer, IssuerKey, LogKey, TrustRoot, WitnessKey, sign_trust_root

_SEED_SIZE = 32


@dataclass(frozen=True, slots=True)
class CityFounding:
    """What a city's first trust root says besides the officers' keys."""

    city: Slug
    names: Names
    rp_id: str
    origin: str
    logs: tuple[LogKey, ...]
    quorum: int
    witnesses: tuple[WitnessKey, ...]
    issuers: tuple[Issuer, ...]
    threshold: int


def make_officers(folder: Path, count: int) -> tuple[SigningKey, ...]:
    """Make the officers' keys as files of mode 0600; refuses to replace one."""
    keys = []
    for number in range(1, count + 1):
        path = folder / f"officer-{number}.key"
        if path.exists():
            raise FileExistsError(path)
        seed = os.urandom(_SEED_SIZE)
        DISK.replace(path, seed.hex().encode() + b"\n")
        keys.append(SigningKey(seed))
    return tuple(keys)


def found(city: CityFounding, officers: Sequence[SigningKey], now: UnixTime) -> bytes:
    """Sign a city's first trust root with all its officers; returns the envelope."""
    root = TrustRoot(
        number=1,
        previous=None,
        city=city.city,
        names=city.names,
        issued_at=now,
        effective_at=now,
        rp_id=city.rp_id,
        origin=city.origin,
        keys=tuple(sorted((key.public for key in officers), key=keyid)),
        threshold=city.threshold,
        logs=city.logs,
        quorum=city.quorum,
        witnesses=city.witnesses,
        issuers=tuple(sorted(city.issuers, key=lambda one: one.id)),
    )
    return sign_trust_root(root, officers)


def issuer_of(home: IssuerHome, names: Names, types: Sequence[DocumentType]) -> Issuer:
    """Describe a department for the trust root: its key is good from the log's first entry on."""
    public = SigningKey(home.secrets().signing_seed).public
    ordered = tuple(sorted(types, key=lambda one: one.id))
    return Issuer(home.issuer, names, None, (IssuerKey(public, 0, None),), ordered)
