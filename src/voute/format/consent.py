"""The words that a holder reads before choosing paper or none, by their hash: what makes a consent an express one.

Source: `docs/spec/consent.md`, which has the words themselves. A text is never changed: new words get the next id, and the
old ones stay here, so that a choice of years ago can still be judged.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from voute.core.errors import VerificationError
from voute.core.ids import Hash, Slug
from voute.format.subject import Consent

PAPERLESS: Final = Slug("paperless-1")
"""The words with which paper is given up."""
PAPER: Final = Slug("paper-1")
"""The words with which paper is asked for again."""

WORDS: Final[Mapping[tuple[Slug, str], Hash]] = MappingProxyType(
    {
        (PAPERLESS, "fr"): Hash(bytes.fromhex("3f06f950690c7d7f83df47532c161fa751311270dc720c559c2d0cde9b090059")),
        (PAPERLESS, "en"): Hash(bytes.fromhex("0418ac9627abaed2831625b223f59bbb99c58ccaace4ad137269e94809f3a013")),
        (PAPER, "fr"): Hash(bytes.fromhex("830f3314fad1a7c5238ca86419c7bedd0af659298814a08ff4b180bce99a4da3")),
        (PAPER, "en"): Hash(bytes.fromhex("0071f3b736eba5c4972987a95019073baaac98156715dcc14085785fe41ba4bd")),
    }
)
"""SHA-256 of each text in UTF-8, by its id and language."""

_GIVES_UP_PAPER: Final[Mapping[Slug, bool]] = MappingProxyType({PAPERLESS: True, PAPER: False})


def check_words(consent: Consent) -> None:
    """Raise `VerificationError` unless the words that were shown are known ones, and say what was chosen."""
    if WORDS.get((consent.text, consent.language)) != consent.words:
        raise VerificationError("a consent to words that nobody knows")
    if _GIVES_UP_PAPER[consent.text] != consent.paperless:
        raise VerificationError("a consent whose words say the contrary")
