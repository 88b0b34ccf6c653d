"""The words of a consent: the very ones of the specification, in the pages too, and none that say the contrary."""

import hashlib
import re
from dataclasses import replace

import pytest

from tests.support.project import ROOT
from voute.core.errors import VerificationError
from voute.core.ids import Hash, Slug
from voute.format.consent import PAPER, PAPERLESS, WORDS, check_words
from voute.format.subject import Consent

GOOD = Consent(Slug("finances"), Slug("tax-bill"), 1, paperless=True, text=PAPERLESS, language="fr", words=WORDS[PAPERLESS, "fr"])
BACK = replace(GOOD, number=2, paperless=False, text=PAPER, language="en", words=WORDS[PAPER, "en"])


@pytest.mark.parametrize("consent", [GOOD, BACK])
def test_consent_words_that_are_known_and_true_are_taken(consent: Consent) -> None:
    check_words(consent)


@pytest.mark.parametrize(
    "consent",
    [
        replace(GOOD, words=Hash(bytes(32))),
        replace(GOOD, language="en"),
        replace(GOOD, text=PAPER),
        replace(GOOD, text=Slug("paperless-2")),
        replace(GOOD, paperless=False),
        replace(BACK, paperless=True),
    ],
)
def test_consent_words_that_are_not_are_refused(consent: Consent) -> None:
    with pytest.raises(VerificationError):
        check_words(consent)


@pytest.mark.parametrize(("text", "language"), WORDS)
def test_consent_words_are_those_of_the_page_and_of_the_specification(text: Slug, language: str) -> None:
    messages = (ROOT / f"web/ui/messages/{language}/resident.ftl").read_text("utf-8")
    found = re.search(rf"^consent-{text} = (.+)$", messages, re.MULTILINE)
    assert found is not None
    words = found[1]
    assert hashlib.sha256(words.encode()).digest() == WORDS[text, language]
    assert words in (ROOT / "docs/spec/consent.md").read_text("utf-8")
    assert WORDS[text, language].hex() in (ROOT / "web/core/consent.ts").read_text("utf-8")
