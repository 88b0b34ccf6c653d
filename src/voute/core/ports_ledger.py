"""Port of the ledger's store (docs/spec/ledger.md): small files by path, each replaced whole.

Trust: not trusted for what it says (the log proves it, or nothing does), but it holds salts, keyrings and keys to sign in: it is
kept as the catalogue is, never served.
"""

from collections.abc import Sequence
from typing import Protocol


class LedgerStore(Protocol):
    """Bytes under relative paths (`[a-z0-9./-]{1,200}`); who is listed in `paths` is whole."""

    def get(self, path: str) -> bytes:
        """Return the whole bytes stored under a path.

        Raises:
            TileMissingError: nothing is stored there.
            StoreError: the store failed.
        """
        ...

    def replace_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store or replace many blobs, all durable when this returns, with as few flushes as possible.

        A reader sees old or new bytes of each, whole. After a crash or an error any of them may be the new ones.
        """
        ...

    def paths(self, prefix: str) -> Sequence[str]:
        """List, sorted, the paths below a prefix that ends in `/`."""
        ...
