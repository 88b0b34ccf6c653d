"""Ed25519 signatures as inputs: key ‖ signature ‖ message. Points of small order, mixed order, odd encodings."""

import json
from collections.abc import Sequence
from functools import cache

from tests.support.formats.format import VECTORS, Format, good
from tests.support.mutate import Mutator
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.format import ed25519

CCTV = VECTORS / "cctv-ed25519" / "ed25519vectors.json"
KEY, SIGNATURE = 32, 64
ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
# The eight points of small order: the identity, those of order 2 and 4, and those of order 8.
ORDER_8 = (
    2707385501144840649318225287225658788936804267575313519463743609750303021936,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
)
SMALL_Y = (0, 1, FIELD - 1, *ORDER_8)


@cache
def cctv() -> tuple[tuple[bytes, bool], ...]:
    """Give C2SP's vectors: the input, and whether our rule takes it: no flag at all."""
    vectors = json.loads(CCTV.read_text("ascii"))
    return tuple((bytes.fromhex(one["key"] + one["sig"]) + one["msg"].encode(), not one["flags"]) for one in vectors)


@cache
def small_points() -> tuple[bytes, ...]:
    """Give every encoding of every point of small order, the odd ones too: y + p where it fits, either sign."""
    ys = {y + add for y in SMALL_Y for add in (0, FIELD) if y + add < 2**255}
    return tuple((y | sign << 255).to_bytes(32, "little") for y in sorted(ys) for sign in (0, 1))


def _signed(number: int) -> bytes:
    key, message = ed25519.SigningKey(seed(f"signer {number}")), seed(f"message {number}")[: number * 7]
    return key.public + key.sign(message) + message


def _seeds() -> list[bytes]:
    cases = [bytes.fromhex(one["public"] + one["signature"] + one["message"]) for one in good("statements", "ed25519")]
    return [*(_signed(number) for number in range(5)), *cases]


def check_signature(raw: bytes) -> bytes:
    """Verify; gives the input back when the signature holds."""
    if len(raw) < KEY + SIGNATURE:
        raise FormatError("not a case")
    ed25519.verify(raw[:KEY], raw[KEY : KEY + SIGNATURE], raw[KEY + SIGNATURE :])
    return raw


def small(mutator: Mutator) -> bytes:
    point: bytes = mutator.pick(small_points())
    return point


def as_signature(  # noqa: PLR0911 (one way, one return)
    mutator: Mutator, data: bytes, others: Sequence[bytes]
) -> bytes:
    """Change a signature: its scalar by the order, a point by one of small order, anything by a bit; or take a CCTV vector."""
    key, point, scalar, message = data[:KEY], data[KEY : KEY + 32], data[KEY + 32 : KEY + SIGNATURE], data[KEY + SIGNATURE :]
    way = mutator.below(8) if len(data) >= KEY + SIGNATURE else 7
    if way == 0:
        value: int = int.from_bytes(scalar, "little") + mutator.pick((1, 2, 3, 8)) * ORDER
        return key + point + (value % 2**256).to_bytes(32, "little") + message
    if way == 1:
        return small(mutator) + point + scalar + message
    if way == 2:
        return key + small(mutator) + scalar + message
    if way == 3:
        zero: bytes = mutator.pick((scalar, bytes(32)))
        return small(mutator) + small(mutator) + zero + message
    if way == 4:
        vector: bytes = mutator.pick(cctv())[0]
        return vector
    if way == 5:
        return key[:31] + bytes((key[31] ^ 128,)) + point + scalar + message
    return mutator.raw(data, others)


SIGNATURES = (Format("ed25519", check_signature, _seeds, (), as_signature, cases=2_000),)
