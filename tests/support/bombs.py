"""Small inputs that would cost a careless parser much time or memory; each is refused (row G1 of the attacks).

`tests/property/test_property_bombs.py` gives them to the Python parsers, and through the twin to the TypeScript ones.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override

from tests.support.formats.statements import archive_zip, signed_manifest
from tools.make_vectors import holder, receipt
from tools.make_vectors.seeds import seed
from voute.format import age_header, canonical, pack
from voute.format.age_header import Header, Stanza
from voute.format.fields import to_base64

MIB = 1024 * 1024
STANZA = Stanza("any", (), b"").encode()
HASH = to_base64(seed("hash"))


@dataclass(frozen=True)
class Bomb:
    """An input, the format that it is given to, and what it tries."""

    format: str
    what: str
    data: bytes

    @override
    def __str__(self) -> str:
        return f"{self.format}-{self.what}"


def _json(what: str, data: bytes) -> Iterator[Bomb]:
    for name in ("canonical-json", "trust-root", "vault-record"):
        yield Bomb(name, what, data)


def _all_json() -> Iterator[Bomb]:
    yield from _json("arrays-deep", b"[" * MIB)
    yield from _json("objects-deep", b'{"a":' * (MIB // 5))
    yield from _json("seventeen-deep", b"[" * 17 + b"]" * 17)
    yield from _json("many-arrays-badly-closed", b"[" + b"[]," * (MIB // 3 - 10) + b"[]}")
    yield from _json("many-objects", b"[" + b"{}," * (MIB // 3 - 10) + b"{} ]")
    yield from _json("many-numbers", b"[" + b"0," * (MIB // 2 - 10) + b"0 ]")
    yield from _json("long-number", b"9" * (MIB - 1))
    yield from _json("long-exponent", b"1e" + b"9" * 100_000)
    yield from _json("one-key-often", b"{" + b'"a":0,' * (MIB // 6 - 10) + b'"a":0}')
    yield from _json("many-keys", b"{" + b",".join(b'"k%d":0' % number for number in range(90_000)) + b"}")
    yield from _json("escapes", b'"' + b"\\u0041" * (MIB // 6 - 10) + b'"')
    yield from _json("one-byte-too-many", b'"' + b"x" * MIB + b'"')
    # Canonical, so that only the rules behind the form can refuse them: the schema, or the depth.
    for what, one in (("lists", b"[]"), ("objects", b"{}"), ("numbers", b"0"), ("lists-of-one", b"[0]")):
        count = (MIB - 10) // (len(one) + 1)
        for name in ("trust-root", "receipt"):
            yield Bomb(name, f"canonical-{what}", b"[" + b",".join([one] * count) + b"]")


def _age() -> Iterator[Bomb]:
    mac = seed("mac")
    lines = Header((Stanza("any", (), b""),), mac).encode().split(b"\n", 1)[0] + b"\n"
    for name in ("age-header", "sealed-header"):
        yield Bomb(name, "65-stanzas", lines + STANZA * 65 + b"--- " + age_header.to_raw_base64(mac) + b"\n")
        yield Bomb(name, "stanzas-without-end", lines + STANZA * 30_000)
        yield Bomb(name, "one-line", lines + b"-> " + b"a" * MIB)
        yield Bomb(name, "arguments", lines + b"-> " + b"a " * (MIB // 2))
        yield Bomb(name, "body-without-end", lines + b"-> a\n" + (b"A" * 64 + b"\n") * 20_000)
        yield Bomb(name, "no-line-end", b"a" * (4 * MIB))
        yield Bomb(name, "line-ends-alone", lines + b"\n" * MIB)


def _log() -> Iterator[Bomb]:
    head = f"log.example\n300\n{HASH}\n"
    line = f"\u2014 log.example {to_base64(seed('signature', 68))}\n"
    many = "".join(f"\u2014 w{number} AAAAAAA=\n" for number in range(20_000))
    for name in ("note", "checkpoint"):
        yield Bomb(name, "65-signatures", (head + "\n" + many[: many.index("w65") - 2]).encode())
        yield Bomb(name, "many-signatures", (head + "\n" + many).encode())
        yield Bomb(name, "empty-lines", b"\n" * (512 * 1024))
        yield Bomb(name, "long", b"a\n" * MIB)
        yield Bomb(name, "long-name", (head + "\n\u2014 " + "n" * 500_000 + " AAAA\n").encode())
        yield Bomb(name, "long-signature", (head + "\n\u2014 n " + "A" * 500_000).encode())
    path = f"{HASH}\n" * 11_000
    yield Bomb("tlog-proof", "long-path", f"c2sp.org/tlog-proof@v1\nindex 0\n{path}\n{head}\n{line}".encode())
    yield Bomb("tlog-proof", "empty-lines", b"c2sp.org/tlog-proof@v1\nindex 0" + b"\n" * 500_000)
    yield Bomb("tlog-proof", "long", b"c2sp.org/tlog-proof@v1\n" + b"0" * MIB)
    yield Bomb("vkey", "long", b"a+00000000+" + b"A" * MIB)
    yield Bomb("vkey", "pluses", b"+" * 4096)
    yield Bomb("decimal", "long", b"1" * MIB)
    yield Bomb("entry-bundle", "empty-entries", bytes(2 * MIB))
    yield Bomb("entry-bundle", "last-cut", bytes(2 * 256) + b"\xff\xff")
    yield Bomb("staged-batch", "empty-entries", f"voute-staging/v1\n{head}{head}\n".encode() + bytes(2 * MIB))
    yield Bomb("add-checkpoint", "long-path", f"old 0\n{path}\n{head}\n{line}".encode())


def _people() -> Iterator[Bomb]:
    yield Bomb("claim-code", "dashes", b"-" * MIB)
    yield Bomb("claim-code", "letters", b"A" * MIB)
    yield Bomb("kit", "lines", b"#\n" * MIB)
    yield Bomb("kit", "spaces", b" " * 16_384)
    yield Bomb("kit", "keys", b"A\n" * 8_000)
    yield Bomb("recipient", "long", b"age1pq1" + b"q" * MIB)
    yield Bomb("recipient-key", "long", b"age1pq1" + b"q" * MIB)
    yield Bomb("secret-key", "long", b"AGE-SECRET-KEY-PQ-1" + b"Q" * MIB)
    keyring = holder.keyring().encode()
    claims = b"".join(b"# claim %064x\nx\n" % number for number in range(14_000))
    yield Bomb("keyring", "lines", b"# voute keyring v1\n" + b"ab\n" * (MIB // 3 - 10))
    yield Bomb("keyring", "claims", (keyring + claims)[: MIB - 1] + b"\n")
    yield Bomb("keyring", "long", keyring + b"x" * MIB)
    yield Bomb("keyring", "json-deep", b"# voute keyring v1\n# " + b"[" * 500_000 + b"\n# reading 1\nx\n")


def _carriers() -> Iterator[Bomb]:
    raw = signed_manifest()
    one = raw[raw.index(b'{"keyid"') : raw.index(b"]}")]
    yield Bomb("envelope", "many-signatures", raw.replace(one, b",".join([one] * 7_000)))
    yield Bomb("envelope", "long-payload", b'{"payload":"' + b"A" * (MIB - 20) + b'"')
    yield Bomb("envelope", "too-long", b'{"payload":"' + b"A" * (2 * MIB))
    yield Bomb("envelope", "paddings", b'{"payload":"' + b"=" * (MIB - 20))
    big = receipt.manifest().encode()
    yield Bomb("manifest", "instalments", big.replace(b'"instalments":[', b'"instalments":[' + b"{}," * 10_000))
    yield Bomb("pack", "count", b"x" * 200 + pack.MAGIC + b"\xff" * 48)
    yield Bomb("sidecar", "count", bytes(MIB))
    yield Bomb("draft", "count", bytes(4) + b"\xff" * 4 + bytes(MIB))
    yield Bomb("archive-records", "numbers", b"[" + b"0," * (4 * MIB) + b"0]")
    yield Bomb("archive-records", "lists", b"[" + b"[]," * (4 * MIB) + b"[]]")
    yield Bomb("archive-index", "lists", b'{"city":"laval","created_at":"' + b"[]," * MIB)
    yield Bomb("archive-index", "canonical-lists", canonical.dumps({"documents": [[]] * 1_000_000}))
    yield Bomb("registry", "entries", canonical.dumps({"entries": [{}] * 300_000}))
    yield from _zips()


def _zips() -> Iterator[Bomb]:
    for what, size in (("announced", 600 * MIB), ("large-index", 5 * MIB)):
        file = io.BytesIO()
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
            out.open("archive.json", "w", force_zip64=True) as entry,
        ):
            for _ in range(size // MIB):
                entry.write(bytes(MIB))
        yield Bomb("archive", what, file.getvalue())
    good = archive_zip()
    yield Bomb("archive", "entries", good[:-22] + b"PK\x01\x02" * 100_000 + good[-22:])


def bombs() -> tuple[Bomb, ...]:
    """Give all bombs."""
    return (*_all_json(), *_age(), *_log(), *_people(), *_carriers())
