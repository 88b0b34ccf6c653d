"""The city's own online keys on this machine: the log's two seeds, and those of a witness that runs beside it.

One canonical JSON file each, mode 0600, in a folder of mode 0700; they sign nothing that anyone can be read by.
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)

from voute.core.errors import StoreError
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields
from voute.store.durable import Disk
from voute.store.watch import StepCounter

SEED: Final = 32
LOG_FILE: Final = "log.json"
SUCCESSOR_FILE: Final = "log.next.json"
WITNESS_FILE: Final = "witness.json"
NOTICE_FILE: Final = "notices.json"
PUSH_FILE: Final = "push.json"

_LOG_KEYS = frozenset({"version", "origin", "ed25519", "mldsa44"})
_NOTICE_KEYS = frozenset({"version", "key"})
_PUSH_KEYS = frozenset({"version", "p256"})
_WITNESS_KEYS = frozenset({"version", "name", "mldsa44"})


class KeyFileError(StoreError):
    """A key file cannot be read, or exists where a new one is to be made; the fact `file` names it."""

    code: ClassVar[str] = "key-file"


@dataclass(frozen=True, slots=True)
class LogSeeds:
    """The log's origin and the seeds of its two keys; `repr` shows no seed."""

    origin: str
    ed25519: bytes = field(repr=False)
    mldsa44: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WitnessSeed:
    """A witness's name and the seed of its key; `repr` shows no seed."""

    name: str
    mldsa44: bytes = field(repr=False)


def create_log_seeds(folder: Path, origin: str, name: str = LOG_FILE) -> LogSeeds:
    """Draw the seeds of the log, or of its successor, and keep them.

    Raises:
        KeyFileError: there are some already.
    """
    seeds = LogSeeds(origin, secrets.token_bytes(SEED), secrets.token_bytes(SEED))
    value: Json = {"version": 1, "origin": origin, "ed25519": seeds.ed25519.hex(), "mldsa44": seeds.mldsa44.hex()}
    _create(folder / name, canonical.dumps(value))
    return seeds


def create_witness_seed(folder: Path, name: str) -> WitnessSeed:
    """Draw a witness's seed and keep it.

    Raises:
        KeyFileError: there is one already.
    """
    seed = WitnessSeed(name, secrets.token_bytes(SEED))
    value: Json = {"version": 1, "name": name, "mldsa44": seed.mldsa44.hex()}
    _create(folder / WITNESS_FILE, canonical.dumps(value))
    return seed


def read_log_seeds(folder: Path, name: str = LOG_FILE) -> LogSeeds:
    """Read the seeds of the log, or of its successor; `KeyFileError` when there are none."""
    fields = Fields(canonical.loads(_read(folder / name)), _LOG_KEYS, name)
    fields.version()
    return LogSeeds(fields.text("origin"), fields.hash("ed25519"), fields.hash("mldsa44"))


def put_successor_in_place(folder: Path) -> None:
    """Give the successor's seeds the name of the log's, whose bytes are overwritten first: nothing signs for it again.

    What a crash leaves is done again: the successor's seeds are whole under one name or the other.

    Raises:
        KeyFileError: there are no successor's seeds, or the disk refused.
    """
    old, new = folder / LOG_FILE, folder / SUCCESSOR_FILE
    try:
        if old.exists():
            with old.open("r+b") as file:
                file.write(bytes(old.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        new.replace(old)
        Disk(StepCounter()).flush_folder(folder)
    except OSError as error:
        raise KeyFileError(type(error).__name__, file=SUCCESSOR_FILE) from error


def read_witness_seed(folder: Path) -> WitnessSeed | None:
    """Read the seed of the witness beside the log, or None when there is no such witness."""
    if not (folder / WITNESS_FILE).exists():
        return None
    fields = Fields(canonical.loads(_read(folder / WITNESS_FILE)), _WITNESS_KEYS, WITNESS_FILE)
    fields.version()
    return WitnessSeed(fields.text("name"), fields.hash("mldsa44"))


def read_or_create_notice_key(folder: Path) -> bytes:
    """Return the key of codes and links in mails; drawn the first time, whichever process is first."""
    path = folder / NOTICE_FILE
    _create_once(path, {"version": 1, "key": secrets.token_bytes(SEED).hex()})
    fields = Fields(canonical.loads(_read(path)), _NOTICE_KEYS, NOTICE_FILE)
    fields.version()
    return fields.hash("key")


def read_or_create_push_key(folder: Path) -> EllipticCurvePrivateKey:
    """Return the key that push services know this city by; drawn the first time, whichever process is first.

    Raises:
        KeyFileError: the file cannot be read, or holds no key.
    """
    path = folder / PUSH_FILE
    scalar = generate_private_key(SECP256R1()).private_numbers().private_value
    _create_once(path, {"version": 1, "p256": scalar.to_bytes(SEED).hex()})
    fields = Fields(canonical.loads(_read(path)), _PUSH_KEYS, PUSH_FILE)
    fields.version()
    try:
        return derive_private_key(int.from_bytes(fields.hash("p256")), SECP256R1())
    except ValueError as error:
        raise KeyFileError("not a key of the curve", file=PUSH_FILE) from error


def _create_once(path: Path, value: Json) -> None:
    if path.exists():
        return
    try:
        _create(path, canonical.dumps(value))
    except KeyFileError:
        if not path.exists():
            raise


def _create(path: Path, data: bytes) -> None:
    """Keep a new file, whole or not at all: a torn one would look like keys that somebody must not lose."""
    temporary = path.with_name(f".new-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            os.link(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        Disk(StepCounter()).flush_folder(path.parent)
    except OSError as error:
        raise KeyFileError(type(error).__name__, file=path.name) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(type(error).__name__, file=path.name) from error
