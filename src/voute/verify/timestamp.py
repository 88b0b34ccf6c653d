"""When a timestamp authority saw the checkpoint of a receipt, of a document's or of an act's.

Offline, by its certificates (docs/spec/log.md, "Timestamps").
"""

from typing import Final

from voute.core.values import UnixTime, unix_time
from voute.format.receipt import Receipt
from voute.tlog.note import MAX_NOTE
from voute.tlog.proof import TlogProof
from voute.tlog.timestamp import MAX_RESPONSE, Chain, Stamped, TimestampBadError, stamped_time, verify_response

MAX_STAMPED: Final = 2 * MAX_RESPONSE + MAX_NOTE
"""Bytes of a stamped checkpoint: the answer in base64, and a note."""


def receipt_stamped_at(receipt: Receipt, chain: Chain, stamped: bytes | None = None) -> UnixTime:
    """Return the earliest time at which the authority saw a receipt's checkpoint, out of the receipt or of a stamped checkpoint.

    Raises:
        TimestampBadError: there is no timestamp, it is of another checkpoint, or it does not hold.
        FormatError, LimitError: the receipt's proof or the timestamp cannot be read.
    """
    head = TlogProof.parse(receipt.proof.encode("utf-8")).checkpoint.head
    times = [verify_response(one, head, chain) for one in receipt.timestamps]
    if stamped is not None:
        times.append(stamped_time(Stamped.parse(stamped), (head,), chain))
    if not times:
        raise TimestampBadError("there is none")
    return unix_time(min(times))
