"""What a city serves to browsers, as a list of hashes, and the log entry that binds the city to it.

Source: `docs/spec/pages.md`, "Release". The list is the build's own `release-manifest.json`, byte for byte, so that who builds
the same source can compare; the entry is unblinded: anybody who reads the log finds the newest one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash, Slug, hash_of, parse_hex
from voute.core.values import MAX_INTEGER, UnixTime, time_text
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields

TYPE: Final = "release"
MAX_MANIFEST: Final = 1024 * 1024
"""Bytes: a build has some hundred files, each a line of 130 bytes."""
MAX_FILES: Final = 5_000
MAX_RELEASE: Final = 100
"""Characters of a release's name."""
MAX_ENTRY: Final = 1_024
"""Bytes of the log entry: under 400 with every field at its longest."""

_PATH: Final = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_KEYS: Final = frozenset({"version", "type", "city", "time", "release", "manifest"})
_FILE_KEYS: Final = frozenset({"sha256", "size"})
_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file as the manifest states it."""

    sha256: Hash
    size: int

    @classmethod
    def of(cls, data: bytes) -> "ServedFile":
        """Hash a file."""
        return cls(Hash(sha256(data).digest()), len(data))


def is_path(text: str) -> bool:
    """Tell whether a file of this name can be part of a release."""
    return _PATH.fullmatch(text) is not None


def write_manifest(files: Mapping[str, ServedFile]) -> bytes:
    """Write a manifest; raises `FormatError` for what cannot be one.

    Its keys are paths, so it is canonical in all but the rule for names (`docs/spec/encoding.md`).
    """
    if not 1 <= len(files) <= MAX_FILES:
        raise FormatError("a release has 1 to 5,000 files")
    for path, file in files.items():
        if not is_path(path) or not 0 <= file.size <= MAX_INTEGER:
            raise FormatError("not a path of a release")
    value = {path: {"sha256": file.sha256.hex(), "size": file.size} for path, file in files.items()}
    return _encoder.encode({"version": 1, "files": value})


def parse_manifest(raw: bytes) -> Mapping[str, ServedFile]:
    """Read a manifest; raises `FormatError` alone, also for one that is not written exactly so."""
    if len(raw) > MAX_MANIFEST:
        raise FormatError("the manifest is too long")
    try:
        value = _decoder.decode(raw)
    except (ValueError, RecursionError) as error:
        raise FormatError("not JSON in UTF-8") from error
    if not isinstance(value, dict) or value.keys() != {"version", "files"} or not isinstance(value["files"], dict):
        raise FormatError("not a manifest")
    files = {path: _read_file(file) for path, file in value["files"].items()}
    if write_manifest(files) != raw:
        raise FormatError("the manifest is not canonical")
    return files


def _read_file(value: Json) -> ServedFile:
    fields = Fields(value, _FILE_KEYS, "release-manifest")
    return ServedFile(hash_of(parse_hex(fields.string("sha256"), HASH_SIZE)), fields.integer("size"))


@dataclass(frozen=True, slots=True)
class Release:
    """The log entry: from `time` on the city serves what the manifest with this hash lists."""

    city: Slug
    time: UnixTime
    release: str
    manifest: Hash

    def encode(self) -> bytes:
        """Write the entry."""
        return canonical.dumps(
            {
                "version": 1,
                "type": TYPE,
                "city": self.city,
                "time": time_text(self.time),
                "release": self.release,
                "manifest": self.manifest.hex(),
            }
        )


def parse_release(raw: bytes) -> Release:
    """Read an entry; raises `FormatError` alone."""
    fields = Fields(canonical.loads(raw, MAX_ENTRY), _KEYS, TYPE)
    fields.version()
    fields.one_of("type", frozenset({TYPE}))
    return Release(fields.slug("city"), fields.time("time"), fields.text("release", MAX_RELEASE), fields.hash("manifest"))
