"""A receipt's parts as they cross the wire."""

from voute.app.receipt import ReceiptParts
from voute.server.http.wire import Base64, Hex32, Model


class ReceiptReply(Model):
    """What the client joins with the manifest to a receipt."""

    event: Base64
    salt: Hex32
    chain: Hex32
    index: int
    proof: str


def receipt_reply(parts: ReceiptParts) -> ReceiptReply:
    """Write the parts."""
    return ReceiptReply(event=parts.event, salt=parts.salt.hex(), chain=parts.chain.hex(), index=parts.index, proof=parts.proof)
