"""How values stand in JSON: hex, base64, times. Models are msgspec structs that refuse unknown keys."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from voute.core.values import MICROSECONDS, time_text, unix_time

MAX_SMALL: Final = 64 * 1024
"""Bytes of a body that carries a few short values."""

Hex16 = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="16 bytes in lower-case hex")]
Hex32 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="32 bytes in lower-case hex")]
Base64 = Annotated[bytes, Meta(description="bytes in base64 with padding (RFC 4648, section 4)")]
Base64Url = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]*$", max_length=65_536, description="bytes in base64url, unpadded")]
Time = Annotated[str, Meta(description="RFC 3339, UTC, whole seconds")]
SlugText = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]


class Model(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of everything that crosses the wire."""


class ActBody(Model):
    """A signed act."""

    act: Base64


def time_of(micros: int) -> str:
    """Write an instant of the catalogue."""
    return time_text(unix_time(micros // MICROSECONDS))


def time_or_none(micros: int | None) -> str | None:
    """Write an instant of the catalogue, or null."""
    return None if micros is None else time_of(micros)
