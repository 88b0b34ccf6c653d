"""Secrets that the city hands out and keeps only as hashes: session tokens and challenges."""

import hashlib
import secrets
from typing import Final

from voute.core.ids import HASH_SIZE, Hash, hash_of
from voute.core.ports_store import Transaction
from voute.core.rows import ChallengeRow

CHALLENGE_LIFE: Final = 5 * 60 * 1_000_000
"""Microseconds that a challenge is good for: longer than any authenticator's prompt stays open."""


def fresh() -> bytes:
    """Draw 32 random bytes."""
    return secrets.token_bytes(HASH_SIZE)


def digest(secret: bytes) -> Hash:
    """Hash a secret of 32 random bytes: no salt and no cost, it cannot be guessed."""
    return hash_of(hashlib.sha256(secret).digest())


def give_challenge(tx: Transaction, purpose: str, subject: bytes | None, now: int) -> bytes:
    """Draw a challenge and keep its hash for one answer of this purpose and subject."""
    challenge = fresh()
    tx.challenges.add(ChallengeRow(digest(challenge), purpose, subject, now + CHALLENGE_LIFE))
    return challenge


def take_challenge(tx: Transaction, purpose: str, subject: bytes | None, challenge: bytes, now: int) -> bool:
    """Use a challenge up; False when it was not given for this purpose and subject, is too old or was used."""
    row = tx.challenges.take(digest(challenge), purpose, now)
    return row is not None and row.subject == subject
