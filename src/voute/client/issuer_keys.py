"""The department's two keys in its officers' hands, and a new signing key in place of an old one (docs/operate/keys.md)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from voute.client.disk import DISK
from voute.client.home import NEXT_KEY, HomeError, IssuerHome, IssuerSettings, create_issuer_home
from voute.client.trust import read_pinned
from voute.core.errors import FormatError, StateError
from voute.core.ids import parse_hex
from voute.format.ed25519 import SEED_SIZE, SigningKey
from voute.seal import agefile
from voute.seal.hybrid import HybridIdentity, HybridRecipient

_MASTER = "master.key"


class KeyNotAnnouncedError(StateError):
    """The pinned trust root does not list the new key yet: nobody would believe what it signs."""

    code: ClassVar[str] = "key-not-announced"


def escrow(home: IssuerHome, recipients: Sequence[HybridRecipient]) -> bytes:
    """Seal the master to officers: an age file that any one of them opens, and nobody else."""
    return agefile.seal_file(recipients, home.secrets().master.hex().encode() + b"\n")


def recover(home: IssuerHome, sealed: bytes, identity: HybridIdentity) -> None:
    """Put a master that was sealed to an officer back into a department's folder that lost it.

    Raises:
        HomeError: a master is there, or the file holds none; nothing was changed.
        NotForThisKeyError: it is sealed to other officers.
    """
    path = home.folder / _MASTER
    if path.exists():
        raise HomeError("a master is there", path=str(path))
    DISK.replace(path, _open_master(path, sealed, identity).hex().encode() + b"\n")


def recover_anew(home: Path, settings: IssuerSettings, sealed: bytes, identity: HybridIdentity) -> IssuerHome:
    """Make the folder of a department whose machine is lost: its master comes back, its signing key is a new one.

    Raises:
        HomeError: a folder is there, or the file holds no master; nothing was changed.
        NotForThisKeyError: it is sealed to other officers.
    """
    return create_issuer_home(home, settings, _open_master(home / _MASTER, sealed, identity))


def _open_master(path: Path, sealed: bytes, identity: HybridIdentity) -> bytes:
    try:
        return parse_hex(agefile.open_file(sealed, (identity,)).decode("ascii").removesuffix("\n"), SEED_SIZE)
    except (UnicodeDecodeError, FormatError) as error:
        raise HomeError("no master in it", path=str(path)) from error


def next_key(home: IssuerHome) -> bytes:
    """Make the signing key that is to follow, or find the one that was made; returns its public key."""
    path = home.folder / NEXT_KEY
    if not path.exists():
        DISK.replace(path, os.urandom(SEED_SIZE).hex().encode() + b"\n")
    return home.read_next().public


def switch(home: IssuerHome) -> bytes:
    """Sign with the next key from now on; returns its public key. The old seed is gone afterwards.

    Raises:
        HomeError: there is no next key.
        KeyNotAnnouncedError: the pinned trust root gives it to nobody, or not to this department.
    """
    key: SigningKey = home.read_next()
    issuer = read_pinned(home.trust_root_path).root.issuer(home.issuer)
    if issuer is None or key.public not in {one.ed25519 for one in issuer.keys if one.until is None}:
        raise KeyNotAnnouncedError
    DISK.rename(home.folder / NEXT_KEY, home.folder / "signing.key")
    return key.public
