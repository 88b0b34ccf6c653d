"""The letter that hands a claim code to someone: one page, made by the department's client, never by the server.

It says who wrote, what waits, how to open it, and that nothing changes for those who would rather not. The code stands in a QR
link whose fragment never reaches a server (docs/spec/claim.md), and in six groups of four for those who type it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import urlsplit

import segno

from voute.core.errors import LimitError
from voute.messages import messages
from voute.paper.typeset import Data, Typesetter

_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){5}")
_PLAIN_WORDS: Final = (
    "letter-title", "letter-vault", "letter-open", "letter-scan", "letter-touch", "letter-by-hand", "letter-code",
    "letter-no-phone", "letter-no-phone-text", "letter-private", "letter-private-text", "letter-mistake",
)  # fmt: skip
QR_ERROR_LEVEL: Final = "m"
"""15 % of the square may be lost: enough for a fold or a stain, and the modules stay large enough for an old camera."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one letter says.

    `origin` is the vault's own address without a path (`https://coffre.ville.example`), `code` is written
    `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`, `fingerprint` is the trust root's (docs/spec/trust-root.md), `language` is `fr` or `en`.
    """

    city: str
    office: str
    issuer: str
    phone: str
    origin: str
    code: str
    fingerprint: str
    recipient: tuple[str, ...]
    document: str
    reference: str
    written_on: date
    language: str = "fr"

    @property
    def link(self) -> str:
        """The link in the QR: `ORIGIN/ouvrir#` and the 24 symbols; raise `LimitError` if origin or code is malformed."""
        parts = urlsplit(self.origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.fragment:
            raise LimitError("the origin is http or https and a host, nothing behind it")
        if not _CODE.fullmatch(self.code):
            raise LimitError("the code is six groups of four symbols")
        return f"{self.origin}/ouvrir#{self.code.replace('-', '')}"


def as_data(letter: Letter) -> dict[str, Data]:
    """Give what the template shows, in the letter's language."""
    say = messages(letter.language).text
    typed = letter.origin.partition("://")[2] + "/ouvrir"
    words: dict[str, Data] = {key.removeprefix("letter-"): say(key) for key in _PLAIN_WORDS}
    words["dated"] = say("letter-dated", {"when": letter.written_on})
    words["waits"] = say("letter-waits", {"issuer": letter.issuer})
    words["qr"] = say("letter-qr", {"address": typed})
    words["mistake-text"] = say("letter-mistake-text", {"phone": letter.phone})
    words["trust"] = say("letter-trust", {"fingerprint": letter.fingerprint})
    return {
        "words": words,
        "language": letter.language,
        "city": letter.city,
        "office": letter.office,
        "recipient": letter.recipient,
        "document": letter.document,
        "reference": letter.reference,
        "address": typed,
        "code": letter.code.split("-"),
        "qr": segno.make(letter.link, error=QR_ERROR_LEVEL, micro=False).svg_inline(border=0, scale=4, dark="#000"),
    }


class LetterPress:
    """Sets letters one after the other; make one for each thread."""

    def __init__(self) -> None:
        self._typesetter = Typesetter("letter.typ")

    def pdf(self, letter: Letter) -> bytes:
        """Give the page as tagged PDF/UA-1; raise `LimitError` or `TypesettingError` if it can't be made."""
        return self._typesetter.pdf(as_data(letter), created=datetime.combine(letter.written_on, time(12), UTC))
