"""A range of a sealed body that a holder reads from the store itself, without this server in between."""

from typing import NamedTuple, Protocol

from voute.core.ids import Hash
from voute.core.values import UnixTime


class SignedRange(NamedTuple):
    """A link that gives one range of one blob to whoever sends `range` with it, until `expires_at`."""

    url: str
    range: str
    expires_at: UnixTime


class RangeSigner(Protocol):
    """Makes such links; nobody can make one that opens more out of one that was given."""

    def sign(self, name: Hash, offset: int, length: int, now: int) -> SignedRange:
        """Sign one range of a blob, which need not be there; `now` is in microseconds.

        Raises:
            StoreError: there is nothing to sign with.
        """
        ...
