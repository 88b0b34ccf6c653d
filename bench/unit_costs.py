"""Measures what each step of the bound costs on this machine at this moment, with the primitives that the product uses.

The cipher and the hash run over each document whole, into memory that is there already: no chunks, no copies, so that
the bound is what the machine can do and not what we do.
"""

import hashlib
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from bench.bound import MB, US, UnitCosts
from bench.documents import SIZES

ROUNDS: Final = 9
"""Batches of each step, whose median counts: a neighbour's burst spoils some of them, not most."""

WRAPS: Final = 40
SIGNATURES: Final = 100
FILES: Final = 100
DISK_BYTES: Final = 256 * 1024 * 1024
DISK_ROUNDS: Final = 3

_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO: Final = b"age-encryption.org/mlkem768x25519"
_TAG: Final = 16
_STATEMENT: Final = bytes(700)
"""As long as the bytes that a bill's signature covers."""


@dataclass(frozen=True, slots=True)
class MeasuredCosts:
    """The same steps by the clock on the wall, which the bound goes by, and by processor time, which a busy neighbour spares."""

    wall: UnitCosts
    processor: UnitCosts


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a step took, in microseconds a document."""

    wall: float
    processor: float


def measure_unit_costs(folder: Path) -> MeasuredCosts:
    """Measure all steps; writes to `folder`, which lies on the file system of the delivery, and removes what it wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    bodies = [os.urandom(size) for size in SIZES]
    sealed = [body + bytes(_TAG) for body in bodies]
    recipients = [_recipient() for _ in range(WRAPS)]
    key = Ed25519PrivateKey.generate()
    steps = {
        "wrap_us": _cost(lambda: [_SUITE.encrypt(os.urandom(16), one, _INFO) for one in recipients], WRAPS),
        "cipher_us": _cost(lambda: _encipher(bodies), len(bodies)),
        "hash_plaintext_us": _cost(lambda: [hashlib.sha256(one).digest() for one in bodies], len(bodies)),
        "hash_sealed_us": _cost(lambda: [hashlib.sha256(one).digest() for one in sealed], len(sealed)),
        "sign_us": _cost(lambda: [key.sign(_STATEMENT) for _ in range(SIGNATURES)], SIGNATURES),
        "write_us": _write_cost(folder / "unit-write", sealed),
    }
    size = sum(SIZES) / len(SIZES)
    disk = statistics.median(_disk_rate(folder / "unit-disk") for _ in range(DISK_ROUNDS))
    return MeasuredCosts(
        wall=UnitCosts(document_bytes=size, disk_mb_per_s=disk, **{name: one.wall for name, one in steps.items()}),
        processor=UnitCosts(document_bytes=size, disk_mb_per_s=disk, **{name: one.processor for name, one in steps.items()}),
    )


def _recipient() -> MLKEM768X25519PublicKey:
    return MLKEM768X25519PublicKey(MLKEM768PrivateKey.generate().public_key(), X25519PrivateKey.generate().public_key())


def _cost(work: Callable[[], object], documents: int) -> _Cost:
    """Give the median of some rounds; the first, which fills caches, does not count."""
    work()
    return _median([_timed(work) for _ in range(ROUNDS)], documents)


def _median(times: Sequence[tuple[float, float]], documents: int) -> _Cost:
    wall, processor = zip(*times, strict=True)
    return _Cost(statistics.median(wall) / documents / US, statistics.median(processor) / documents / US)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds on the wall and of this thread's processor time."""
    processor, wall = time.thread_time(), time.perf_counter()
    work()
    return time.perf_counter() - wall, time.thread_time() - processor


def _encipher(bodies: Sequence[bytes]) -> None:
    """Seal each document whole under a key of its own."""
    place = memoryview(bytearray(max(map(len, bodies)) + _TAG))
    for body in bodies:
        cipher = ChaCha20Poly1305(os.urandom(32))
        cipher.encrypt_into(bytes(12), body, None, place[: len(body) + _TAG])


def _write_cost(path: Path, sealed: Sequence[bytes]) -> _Cost:
    """Append documents to a new file without flushing it, as a pack is written."""

    def write() -> None:
        for number in range(FILES):
            file.write(sealed[number % len(sealed)])

    times = []
    for _ in range(ROUNDS):
        with path.open("wb", buffering=0) as file:
            times.append(_timed(write))
        path.unlink()
    return _median(times, FILES)


def _disk_rate(path: Path) -> float:
    """Write a new file from end to end, flushed once; MB a second."""
    piece = os.urandom(1024 * 1024)
    with path.open("wb", buffering=0) as file:

        def write() -> None:
            for _ in range(DISK_BYTES // len(piece)):
                file.write(piece)
            os.fsync(file.fileno())

        seconds, _ = _timed(write)
    path.unlink()
    return DISK_BYTES / MB / seconds
