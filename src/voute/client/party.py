"""The issuer's key for a taxpayer when the list gives only a name (docs/spec/claim.md, Party and slot)."""

import hashlib
import unicodedata

from voute.client.cells import CellError


def normalise_name(name: str) -> str:
    """Give the form in which names are compared; raises `CellError` when no letter or digit is left."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    words = "".join(c if c.isalnum() else " " for c in bare).split()
    if not words:
        raise CellError
    return " ".join(words)


def party_of_name(name: str) -> str:
    """Give `name:` and the SHA-256 of the normalised name."""
    return "name:" + hashlib.sha256(normalise_name(name).encode()).hexdigest()
