"""Reader of the CCTV age kit (format: `vectors/cctv-age/LICENSE-and-format.README.md`)."""

import zlib
from dataclasses import dataclass
from functools import cache

from tests.support.age_classic import Identity, ScryptIdentity, X25519Identity
from tests.support.project import ROOT
from voute.seal.hybrid import IDENTITY_PREFIX, HybridIdentity

FOLDER = ROOT / "vectors" / "cctv-age" / "testdata"
KNOWN_KEYS = {"expect", "compressed", "payload", "identity", "passphrase", "armored", "file key", "comment"}


@dataclass(frozen=True)
class Vector:
    """One file of the kit, decompressed; `payload` is the hash of all plaintext that may be released."""

    name: str
    expect: str
    payload: str | None
    armored: bool
    identities: tuple[Identity, ...]
    file_key: str | None
    data: bytes


def read_identity(text: str) -> Identity:
    return HybridIdentity.from_string(text) if text.startswith(IDENTITY_PREFIX) else X25519Identity(text)


@cache
def read_vector(name: str) -> Vector:
    head, _, data = (FOLDER / name).read_bytes().partition(b"\n\n")
    parts = [line.partition(": ") for line in head.decode().split("\n")]
    fields = [(key, value) for key, _, value in parts]
    assert {key for key, _ in fields} <= KNOWN_KEYS
    first = dict(reversed(fields))
    identities = [read_identity(value) for key, value in fields if key == "identity"]
    identities += [ScryptIdentity(value) for key, value in fields if key == "passphrase"]
    return Vector(
        name=name,
        expect=first["expect"],
        payload=first.get("payload"),
        armored=first.get("armored") == "yes",
        identities=tuple(identities),
        file_key=first.get("file key"),
        data=zlib.decompress(data) if first.get("compressed") == "zlib" else data,
    )


def list_vectors() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir())
