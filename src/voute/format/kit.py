"""The recovery kit as text: what a holder prints, retypes and mails to himself.

Source: `docs/spec/vault.md`, "Recovery kit". Stock `age` reads the file as an identity file. Writing gives one form;
reading allows what people and their programs do to a text (case of the key, CR LF, blank lines, spaces at the ends).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, ID_SIZE, MethodId, Slug, VaultId, parse_hex, slug
from voute.core.values import UnixTime, parse_time, time_text
from voute.format.age_text import check_secret

MAX_KIT: Final = 16 * 1024
_LABELS: Final = ("voute-kit", "city", "vault", "method", "created")
_LINE = re.compile(r"# (voute-kit|city|vault|method|created): (.*)")


@dataclass(frozen=True, slots=True)
class Kit:
    """A recovery kit: which vault, which method, and the secret key line (`AGE-SECRET-KEY-PQ-1…`)."""

    city: Slug
    vault_id: VaultId
    method_id: MethodId
    created_at: UnixTime
    secret: str = field(repr=False)

    def encode(self, for_people: Sequence[str] = ()) -> bytes:
        """Write the file; `for_people` are lines of free text, written as comments before the key."""
        head = (
            "# voute-kit: 1",
            f"# city: {self.city}",
            f"# vault: {self.vault_id.hex()}",
            f"# method: {self.method_id.hex()}",
            f"# created: {time_text(self.created_at)}",
        )
        free = [f"# {line}".rstrip() for line in for_people]
        text = "".join(f"{line}\n" for line in (*head, *free, self.secret))
        raw = text.encode("utf-8")
        parse_kit(raw)
        return raw


def _lines(raw: bytes) -> list[str]:
    if len(raw) > MAX_KIT:
        raise FormatError("kit: too long")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("kit: not UTF-8") from error
    stripped = (line.strip(" \t\r") for line in text.split("\n"))
    return [line for line in stripped if line]


def parse_kit(raw: bytes) -> Kit:
    """Read a kit as people hand it over; raises `FormatError` alone."""
    found: dict[str, str] = {}
    keys: list[str] = []
    for line in _lines(raw):
        match = _LINE.fullmatch(line)
        if match is not None:
            if match[1] in found or len(found) == len(_LABELS) or _LABELS[len(found)] != match[1]:
                raise FormatError("kit: a line twice, or in another order", field=match[1])
            found[match[1]] = match[2]
        elif not line.startswith("#"):
            # Upper-casing beyond ASCII would turn foreign letters into ours.
            keys.append(line.upper() if line.isascii() else "")
    if len(found) != len(_LABELS) or found["voute-kit"] != "1":
        raise FormatError("kit: a line is missing")
    if len(keys) != 1:
        raise FormatError("kit: not one secret key line")
    return Kit(
        city=slug(found["city"]),
        vault_id=VaultId(parse_hex(found["vault"], HASH_SIZE)),
        method_id=MethodId(parse_hex(found["method"], ID_SIZE)),
        created_at=parse_time(found["created"]),
        secret=check_secret(keys[0]),
    )
