"""The claim letter: one sheet, French and English on its two sides, made by the department's client, never by the server.

It says who wrote, what waits, how to open it, and that nothing changes for those who would rather not. The code stands in a QR
link whose fragment never reaches a server (docs/spec/claim.md), and in six groups of four for those who type it. The sheet
carries the address for a window envelope (`voute.paper.envelope`) and may stand before the document itself (`voute.paper.mail`).
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import pikepdf
import segno

from voute.core.errors import LimitError
from voute.core.values import Names
from voute.format.arms import Arms
from voute.messages import LANGUAGES, messages
from voute.paper.address_block import fit_address
from voute.paper.envelope import NUMBER_10, Envelope
from voute.paper.typeset import Data, Typesetter, TypesettingError

SIDES: Final = 2
"""Pages of a letter: one language a side."""
QR_ERROR_LEVEL: Final = "m"
"""15 % of the square may be lost: enough for a fold or a stain, and the modules stay large enough for an old camera."""

_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){5}")
_TITLES: Final = ("title", "title-vault", "title-paper")
_PLAIN_WORDS: Final = (
    *_TITLES,
    *("overleaf", "help", "vault", "open", "scan", "touch", "by-hand", "code", "again", "again-text", "paper", "no-phone"),
    *("no-phone-text", "fake", "private", "private-text", "mistake", "chosen", "law"),
)


class LetterKind(StrEnum):
    """What the letter can offer: a code to open a vault, a vault that has the document already, or paper alone."""

    CODE = "code"
    VAULT = "vault"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Sender:
    """What all letters of one day have in common.

    `origin` is the vault's own address without a path (`https://coffre.ville.example`), `fingerprint` is the trust root's
    (docs/spec/trust-root.md), `hours` says when somebody answers at `phone`.
    """

    city: Names
    office: Names
    issuer: Names
    phone: str
    hours: Names
    origin: str
    fingerprint: str
    written_on: date
    envelope: Envelope = NUMBER_10
    arms: Arms | None = None

    @property
    def host(self) -> str:
        """The origin as people read it; raises `LimitError` when it is not http or https and a host."""
        parts = urlsplit(self.origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.fragment:
            raise LimitError("the origin is http or https and a host, nothing behind it")
        return parts.netloc


@dataclass(frozen=True, slots=True)
class Letter:
    """What one letter says.

    `code` is written `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX` and there for `LetterKind.CODE` alone; `language` is that of the side with
    the address. `enclosed`: the document is in the same envelope. `choices` are sentences about what the holder has chosen,
    shown when there are any. `mark` is where the letter stands in its batch, for the print house.
    """

    recipient: tuple[str, ...]
    document: str
    reference: str
    kind: LetterKind
    code: str | None = None
    language: str = "fr"
    enclosed: bool = False
    choices: tuple[Names, ...] = ()
    mark: str = ""

    def link(self, sender: Sender) -> str:
        """Give what the QR holds: `ORIGIN/ouvrir#` and the 24 symbols; raise `LimitError` for a malformed origin or code."""
        host = sender.host
        if self.code is None or not _CODE.fullmatch(self.code):
            raise LimitError("the code is six groups of four symbols")
        return f"{sender.origin.removesuffix(host)}{host}/ouvrir#{self.code.replace('-', '')}"


@lru_cache(maxsize=len(LANGUAGES))
def words_of(sender: Sender, language: str) -> Mapping[str, Data]:
    """Give every sentence of a side; those that some letters leave out are among them."""
    say = messages(language).text
    host = sender.host
    address = f"{host}/ouvrir"
    issuer, phone = getattr(sender.issuer, language), {"phone": sender.phone}
    words: dict[str, Data] = {key: say(f"letter-{key}") for key in _PLAIN_WORDS}
    return words | {
        "address": address,
        "host": host,
        "office": getattr(sender.office, language),
        "city": getattr(sender.city, language),
        "phone": sender.phone,
        "hours": getattr(sender.hours, language),
        "dated": say("letter-dated", {"when": sender.written_on}),
        "waits": say("letter-waits", {"issuer": issuer}),
        "enclosed": say("letter-enclosed", {"issuer": issuer}),
        "qr": say("letter-qr", {"address": address}),
        "fake-text": say("letter-fake-text", {"host": host}),
        "paper-text": say("letter-paper-text", phone),
        "mistake-text": say("letter-mistake-text", phone),
        "mistake-vault-text": say("letter-mistake-vault-text", phone),
        "trust": say("letter-trust", {"fingerprint": sender.fingerprint}),
    }


def as_data(sender: Sender, letters: Sequence[Letter]) -> dict[str, Data]:
    """Give what the template shows; raises `LimitError` when origin, code, language or envelope is not what it should be."""
    zone = sender.envelope.always
    words: dict[str, Data] = {language: words_of(sender, language) for language in LANGUAGES}
    shown = [_letter_data(sender, one) for one in letters]
    first = letters[0]
    title = messages(first.language).text(_title(first) if len(letters) == 1 else "letter-batch")
    return {
        "title": title,
        "city": sender.city.fr,
        "language": first.language,
        "host": sender.host,
        "words": words,
        "window": {"left": zone.left, "top": zone.top, "beside": sender.envelope.sometimes.right},
        "letters": shown,
        "arms": None if sender.arms is None else {"kind": sender.arms.kind, "bytes": list(sender.arms.data)},
    }


def _title(letter: Letter) -> str:
    return "letter-title" if letter.kind is LetterKind.CODE else f"letter-title-{letter.kind}"


def _letter_data(sender: Sender, letter: Letter) -> dict[str, Data]:
    if letter.language not in LANGUAGES:
        raise LimitError("a language that no letter speaks")
    if (letter.code is None) != (letter.kind is not LetterKind.CODE):
        raise LimitError("a code stands on the letters that offer one, and on no other")
    address = fit_address(letter.recipient, sender.envelope.always)
    return {
        "kind": str(letter.kind),
        "title": _title(letter).removeprefix("letter-"),
        "languages": [letter.language, *(one for one in LANGUAGES if one != letter.language)],
        "address": {"size": address.size, "lines": address.lines},
        "document": letter.document,
        "reference": letter.reference,
        "enclosed": letter.enclosed,
        "choices": {language: [getattr(one, language) for one in letter.choices] for language in LANGUAGES},
        "mark": letter.mark,
        "code": (letter.code or "").split("-"),
        "qr": None if letter.code is None else _qr(letter.link(sender)),
    }


def _qr(link: str) -> str:
    return str(segno.make(link, error=QR_ERROR_LEVEL, micro=False).svg_inline(border=0, scale=4, dark="#000"))


class LetterPress:
    """Sets letters of one sender, one or hundreds at a time; make one for each thread."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._typesetter = Typesetter("letter.typ")

    def pdf(self, letters: Sequence[Letter]) -> bytes:
        """Give two pages a letter, in order, as tagged PDF/UA-1; the same letters give the same bytes.

        Raises `LimitError` or `TypesettingError` when one of them can't be made: a character that no font has, an address that
        the window does not show whole, words that need more than their side.
        """
        created = datetime.combine(self._sender.written_on, time(12), UTC)
        made = self._typesetter.pdf(as_data(self._sender, letters), created=created)
        with pikepdf.open(io.BytesIO(made)) as pdf:
            if len(pdf.pages) != SIDES * len(letters):
                raise TypesettingError("a letter does not fit its sheet", template="letter.typ")
        return made
