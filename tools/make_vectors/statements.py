"""Cases of `vectors/statements`: Ed25519 with one verdict, DSSE envelopes."""

import hashlib
from collections.abc import Iterator

from tools.make_vectors.case import Case
from tools.make_vectors.seeds import seed
from voute.format.dsse import Kind, SigningKey, keyid, sign, sign_many

FOLDER = "statements"
# The order of the prime subgroup (RFC 8032 §5.1) and the field's prime.
L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
# The eight points of small order, canonically encoded, and ways to write some of them that are not canonical.
SMALL_ORDER = {
    "order-1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order-2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order-4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order-4-negative": "0000000000000000000000000000000000000000000000000000000000000080",
    "order-8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order-8-negative": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order-8-other": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order-8-other-negative": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "not-canonical-order-1-sign": "0100000000000000000000000000000000000000000000000000000000000080",
    "not-canonical-order-2-sign": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "not-canonical-order-4": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "not-canonical-order-1": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
MESSAGE = b"a message"


def decode(raw: bytes) -> tuple[int, int]:
    """Decode a point by the textbook, apart from the product's own arithmetic."""
    number = int.from_bytes(raw, "little")
    y, sign_bit = number % 2**255, number >> 255
    d = -121665 * pow(121666, -1, P) % P
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x % 2 != sign_bit else x, y)


def _encode(point: tuple[int, int]) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def add(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """Add two points by the textbook."""
    d = -121665 * pow(121666, -1, P) % P
    (x1, y1), (x2, y2) = left, right
    t = d * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P)


def mixed(public: bytes, torsion: str) -> bytes:
    """Add a point of small order to a good key."""
    return _encode(add(decode(public), decode(bytes.fromhex(torsion))))


def _scalar(key_seed: bytes) -> int:
    raw = bytearray(hashlib.sha512(key_seed).digest()[:32])
    raw[0] &= 248
    raw[31] = raw[31] & 127 | 64
    return int.from_bytes(raw, "little")


def _challenge(nonce: bytes, public: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(nonce + public + message).digest(), "little") % L


def _case(name: str, verdict: str, public: bytes, signature: bytes, message: bytes = MESSAGE) -> Case:
    given = {"public": public.hex(), "signature": signature.hex(), "message": message.hex()}
    return Case(FOLDER, f"ed25519-{name}", "ed25519", verdict, given)


def _ed25519() -> Iterator[Case]:
    key = SigningKey(seed("ed25519"))
    good = key.sign(MESSAGE)
    yield _case("ok", "ok", key.public, good)
    yield _case("ok-empty-message", "ok", key.public, key.sign(b""), b"")
    # RFC 8032 §7.1, test 2.
    rfc = SigningKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    yield _case("ok-rfc8032-test2", "ok", rfc.public, rfc.sign(b"\x72"), b"\x72")
    yield _case("other-message", "bad-signature", key.public, good, b"another")
    yield _case("other-key", "bad-signature", SigningKey(seed("other")).public, good)
    yield _case("bit-in-nonce", "bad-signature", key.public, bytes((good[0] ^ 1,)) + good[1:])
    yield _case("bit-in-scalar", "bad-signature", key.public, good[:-1] + bytes((good[-1] ^ 1,)))
    s = int.from_bytes(good[32:], "little")
    yield _case("scalar-plus-order", "bad-signature", key.public, good[:32] + (s + L).to_bytes(32, "little"))
    yield _case("scalar-zero-nonce-zero", "bad-signature", key.public, bytes(64))
    yield _case("short", "bad-signature", key.public, good[:-1])
    yield _case("long", "bad-signature", key.public, good + b"\x00")
    yield _case("empty", "bad-signature", key.public, b"")
    yield from _small_order(key, good)


def _small_order(key: SigningKey, good: bytes) -> Iterator[Case]:
    scalar = _scalar(key.seed)
    identity = bytes.fromhex(SMALL_ORDER["order-1"])
    for name, torsion in SMALL_ORDER.items():
        raw = bytes.fromhex(torsion)
        # S = k·a makes S·B - k·A the identity: cofactored verifiers accept any R of small order.
        s = _challenge(raw, key.public, MESSAGE) * scalar % L
        yield _case(f"nonce-{name}", "bad-signature", key.public, raw + s.to_bytes(32, "little"))
        # For a key of small order, R = identity and S = 0 satisfies lax verifiers for one message in its order.
        yield _case(f"key-{name}", "bad-signature", raw, identity + bytes(32))
        given = {"public": torsion}
        yield Case(FOLDER, f"ed25519-check-{name}", "ed25519-key", "bad-signature", given)
    for name in ("order-2", "order-4", "order-8", "order-8-other"):
        torsion = SMALL_ORDER[name]
        # R with a torsion part: S·B = R + k·A holds only after multiplying by the cofactor.
        nonce = mixed(good[:32], torsion)
        r = int.from_bytes(hashlib.sha512(hashlib.sha512(key.seed).digest()[32:] + MESSAGE).digest(), "little") % L
        s = (r + _challenge(nonce, key.public, MESSAGE) * scalar) % L
        yield _case(f"nonce-mixed-{name}", "bad-signature", key.public, nonce + s.to_bytes(32, "little"))
        yield from _mixed_key(key, name, r, scalar)


def _mixed_key(key: SigningKey, name: str, r: int, scalar: int) -> Iterator[Case]:
    public = mixed(key.public, SMALL_ORDER[name])
    yield Case(FOLDER, f"ed25519-check-mixed-{name}", "ed25519-key", "bad-signature", {"public": public.hex()})
    nonce = SigningKey(key.seed).sign(MESSAGE)[:32]
    # A message whose challenge is a multiple of 8 makes the torsion part vanish: lax verifiers accept.
    for number in range(1000):
        message = f"message {number}".encode()
        challenge = _challenge(nonce, public, message)
        if challenge % 8 == 0:
            s = (r + challenge * scalar) % L
            yield _case(f"key-mixed-{name}", "bad-signature", public, nonce + s.to_bytes(32, "little"), message)
            return


def _keys() -> Iterator[Case]:
    good = SigningKey(seed("ed25519")).public
    yield Case(FOLDER, "ed25519-check-ok", "ed25519-key", "ok", {"public": good.hex()})
    off_curve = bytes((2,)) + bytes(31)
    yield Case(FOLDER, "ed25519-check-off-curve", "ed25519-key", "bad-signature", {"public": off_curve.hex()})
    yield Case(FOLDER, "ed25519-check-short", "ed25519-key", "format", {"public": good[:-1].hex()})
    yield Case(FOLDER, "ed25519-check-long", "ed25519-key", "format", {"public": (good + b"\x00").hex()})
    all_ones = bytes([255] * 32)
    yield Case(FOLDER, "ed25519-check-all-ones", "ed25519-key", "bad-signature", {"public": all_ones.hex()})


def _envelope(name: str, verdict: str, raw: bytes, keys: list[bytes], kind: str = "act") -> Case:
    given = {"envelope": raw.hex(), "keys": [key.hex() for key in keys], "statement": kind}
    return Case(FOLDER, f"envelope-{name}", "envelope", verdict, given)


def _envelopes() -> Iterator[Case]:
    one, two = SigningKey(seed("one")), SigningKey(seed("two"))
    payload = b'{"version":1}'
    raw = sign(Kind.ACT, payload, one)
    yield _envelope("ok", "ok", raw, [one.public])
    yield _envelope("ok-second-key", "ok", raw, [two.public, one.public])
    yield _envelope("ok-empty-payload", "ok", sign(Kind.ACT, b"", one), [one.public])
    yield _envelope("ok-binary-payload", "ok", sign(Kind.ACT, bytes(range(256)), one), [one.public])
    yield _envelope("other-kind", "wrong-statement", raw, [one.public], "pack")
    yield _envelope("unknown-key", "unknown-key", raw, [two.public])
    yield _envelope("no-keys", "unknown-key", raw, [])
    forged = raw.replace(keyid(one.public).encode(), keyid(two.public).encode())
    yield _envelope("keyid-of-another", "bad-signature", forged, [two.public])
    relabelled = sign(Kind.PACK, payload, one).replace(b"voute.pack.", b"voute.act.")
    yield _envelope("type-changed", "bad-signature", relabelled, [one.public])
    swapped = raw.replace(raw.split(b'"')[3], sign(Kind.ACT, b'{"version":2}', one).split(b'"')[3])
    yield _envelope("payload-swapped", "bad-signature", swapped, [one.public])
    yield _envelope("two-signatures", "format", sign_many(Kind.ACT, payload, [one, two]), [one.public, two.public])
    yield from _malformed(raw, one, two)


def _malformed(raw: bytes, one: SigningKey, two: SigningKey) -> Iterator[Case]:
    signature = raw.split(b'"signatures":')[1][1:-2]
    both = sign_many(Kind.ACT, b"x", [one, two])
    first, second = both.split(b'"signatures":[')[1][:-2].split(b"},{")
    changes = {
        "space": raw.replace(b":", b": ", 1),
        "newline-after": raw + b"\n",
        "cut-short": raw[:-1],
        "empty": b"",
        "empty-object": b"{}",
        "no-signature": raw.replace(signature, b""),
        "extra-key": raw.replace(b'{"payload"', b'{"note":1,"payload"'),
        "keys-not-sorted": b'{"payloadType":"application/vnd.voute.act.v1+json","payload":"","signatures":[' + signature + b"]}",
        "foreign-type": raw.replace(b"application/vnd.voute.act.v1+json", b"application/vnd.in-toto+json"),
        "version-2-type": raw.replace(b".v1+json", b".v2+json"),
        "keyid-upper-case": raw.replace(keyid(one.public).encode(), keyid(one.public).upper().encode()),
        "keyid-short": raw.replace(keyid(one.public).encode(), keyid(one.public)[1:].encode()),
        "signature-short": raw.replace(b'=="}]', b'"}]'),
        "signature-base64-bits": _odd_bits(raw),
        "payload-padding": raw.replace(b'","payloadType', b'=","payloadType'),
        "payload-null": raw.replace(b'"' + raw.split(b'"')[3] + b'"', b"null"),
        "signature-twice": raw.replace(signature, signature + b"," + signature),
        "not-sorted": both.replace(first + b"},{" + second, second + b"},{" + first),
        "not-ascii": raw.replace(b"act", "a\u0441t".encode()),
    }
    for name, changed in changes.items():
        yield _envelope(f"bad-{name}", "format", changed, [one.public])


def _odd_bits(raw: bytes) -> bytes:
    """Set a bit that the signature's padding leaves unused."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    place = raw.rindex(b'=="}]') - 1
    return raw[:place] + alphabet[alphabet.index(raw[place]) | 1 :][:1] + raw[place + 1 :]


def _signing() -> Iterator[Case]:
    for kind in Kind:
        seeds = [seed("one").hex()] if kind is not Kind.TRUST_ROOT else [seed(f"city-{n}").hex() for n in range(3)]
        given = {"statement": str(kind), "seeds": seeds, "payload": b'{"version":1}'.hex()}
        yield Case(FOLDER, f"sign-{kind}", "sign", "ok", given)
    same = {"statement": "trust-root", "seeds": [seed("one").hex()] * 2, "payload": b"{}".hex()}
    yield Case(FOLDER, "sign-key-twice", "sign", "format", same)
    nobody = {"statement": "trust-root", "seeds": [], "payload": b"{}".hex()}
    yield Case(FOLDER, "sign-by-nobody", "sign", "format", nobody)
    crowd = {"statement": "trust-root", "seeds": [seed(f"c{n}").hex() for n in range(17)], "payload": b"{}".hex()}
    yield Case(FOLDER, "sign-by-17", "sign", "format", crowd)
    short = {"statement": "act", "seeds": ["00"], "payload": b"{}".hex()}
    yield Case(FOLDER, "sign-seed-short", "sign", "format", short)


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _ed25519()
    yield from _keys()
    yield from _envelopes()
    yield from _signing()
