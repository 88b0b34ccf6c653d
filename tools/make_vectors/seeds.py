"""Bytes that look random and are always the same: SHA-256 of a name. For vectors only, never for a product's secret."""

import hashlib


def seed(name: str, size: int = 32) -> bytes:
    """Give `size` bytes for a name."""
    out = b""
    while len(out) < size:
        out += hashlib.sha256(f"voute vectors/{name}/{len(out)}".encode()).digest()
    return out[:size]
