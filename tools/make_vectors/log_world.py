"""The fixed world of the log's vectors: keys from labels, 13 entries, cosignatures that are drawn once and kept."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from voute.format.ed25519 import SigningKey
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import Cosigner, cosigned_message
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, SignatureLine, sign_ed25519
from voute.tlog.tree import MemoryTree, Prover

Case = dict[str, Any]
ORIGIN: Final = "log.voute.example/2026"
TIME: Final = 1_770_000_000


def seed(label: str) -> bytes:
    """Return 32 fixed bytes for a label."""
    return sha256(f"voute/vectors/log/{label}".encode()).digest()


def b64(data: bytes) -> str:
    """Return padded base64."""
    return base64.b64encode(data).decode()


def flip(data: bytes, at: int = -1) -> bytes:
    """Return the bytes with the lowest bit of one byte changed."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


class Recorder:
    """Cosigns with signatures that are made once and kept."""

    def __init__(self, path: Path) -> None:
        """Read what was kept."""
        self._path = path
        self._kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        self._used: dict[str, str] = {}

    def sign(self, name: str, head: Checkpoint, time: int, key: str | None = None) -> SignatureLine:
        """Return the cosignature line of the cosigner with this name (and key, when another's is misused)."""
        cosigner = Cosigner(name, seed(f"mldsa44/{key or name}"))
        message = cosigned_message(name, time, head)
        handle = sha256(cosigner.public.public + message).hexdigest()
        if handle not in self._kept:
            # Not by `Cosigner.sign`: times that it refuses are cases too.
            private = MLDSA44PrivateKey.from_seed_bytes(seed(f"mldsa44/{key or name}"))
            self._kept[handle] = b64(private.sign(message))
        self._used[handle] = self._kept[handle]
        raw = time.to_bytes(8, "big") + base64.b64decode(self._kept[handle])
        return SignatureLine(name, cosigner.public.key_id, raw)

    def save(self) -> None:
        """Keep what was used."""
        self._path.write_text(json.dumps(dict(sorted(self._used.items())), indent=1) + "\n")


class World:
    """One log, three witnesses, and a tree of 13 entries."""

    def __init__(self, recorder: Recorder) -> None:
        """Derive all keys from their labels."""
        self.recorder = recorder
        self.key = SigningKey(seed("ed25519/log"))
        self.entries = [seed(f"entry/{index}") for index in range(13)]
        self.tree = MemoryTree(leaf_hash(entry) for entry in self.entries)
        self.witnesses = [f"witness{number}.example" for number in (1, 2, 3)]

    def head(self, size: int = 13) -> Checkpoint:
        """Return the head of the first entries."""
        return Checkpoint(ORIGIN, size, Prover(size, self.tree).root)

    def lines(self, head: Checkpoint) -> tuple[SignatureLine, SignatureLine]:
        """Return the log's two lines."""
        return sign_ed25519(head.encode(), ORIGIN, self.key), self.recorder.sign(ORIGIN, head, TIME)

    def signed(self, *witnesses: SignatureLine, size: int = 13) -> SignedCheckpoint:
        """Return the checkpoint with the log's lines and these."""
        head = self.head(size)
        return SignedCheckpoint(head, Note(head.encode(), (*self.lines(head), *witnesses)))

    def cosign(self, number: int, time: int, size: int = 13) -> SignatureLine:
        """Return a witness's line."""
        return self.recorder.sign(self.witnesses[number - 1], self.head(size), time)

    def trust(self, quorum: int) -> Case:
        """Return what a verifier trusts."""
        return {
            "logs": [{"origin": ORIGIN, "ed25519": self.key.public.hex(), "mldsa44": self._public(ORIGIN)}],
            "quorum": quorum,
            "witnesses": [{"name": name, "mldsa44": self._public(name)} for name in self.witnesses],
        }

    def _public(self, name: str) -> str:
        return b64(Cosigner(name, seed(f"mldsa44/{name}")).public.public)
