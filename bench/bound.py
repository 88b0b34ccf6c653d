"""The machine's own bound on a delivery: how fast the work that cannot be left out would go if nothing else were done.

A document must be wrapped to its reader (hybrid, post-quantum), enciphered, hashed three times (the plaintext and the sealed
body by the client, the sealed body again by the server), signed for, and handed to the kernel. All cores together do no
more documents a second than cores ÷ that time, and the disk no more than it takes in and flushes.
"""

from dataclasses import dataclass
from typing import Final

US: Final = 1e-6
MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What each step costs one core, in microseconds a document of `document_bytes` on average; the disk's rate in MB/s."""

    document_bytes: float
    wrap_us: float
    cipher_us: float
    hash_plaintext_us: float
    hash_sealed_us: float
    sign_us: float
    write_us: float
    disk_mb_per_s: float


@dataclass(frozen=True, slots=True)
class Bound:
    """Documents a second that the processors and the disk allow; the lower of both is the machine's bound."""

    processors: float
    disk: float

    @property
    def documents_per_s(self) -> float:
        """The machine's bound."""
        return min(self.processors, self.disk)


def core_time_us(costs: UnitCosts) -> float:
    """Return microseconds of one core that a document takes at the least."""
    hashes = costs.hash_plaintext_us + 2 * costs.hash_sealed_us
    return costs.wrap_us + costs.cipher_us + hashes + costs.sign_us + costs.write_us


def bound_of(costs: UnitCosts, cores: int) -> Bound:
    """Return the bound of a machine of `cores` cores."""
    return Bound(cores / (core_time_us(costs) * US), costs.disk_mb_per_s * MB / costs.document_bytes)
