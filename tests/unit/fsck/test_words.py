"""Each difference that the code can name has words and a remedy, and no words are left over."""

import re
from typing import Final

import pytest

from tests.support.project import SOURCE
from voute.fsck.findings import LEFTOVERS
from voute.messages import messages

# Codes that are put together of two parts, or handed on by a variable.
MADE: Final = {
    *(f"{kind}-{what}" for kind in ("tile", "bundle") for what in ("damaged", "missing")),
    *("pack-orphan", "sidecar-orphan", "checkpoint-missing", "checkpoint-bad", "lock-missing", "lock-bad"),
    *("ledger-missing", "ledger-damaged"),
    *("sidecar-missing", "sidecar-damaged", "sidecar-other"),
}


def codes_in_the_code() -> set[str]:
    text = "\n".join(file.read_text("utf-8") for file in (SOURCE / "fsck").glob("*.py"))
    found = set(re.findall(r"findings\.add\(\s*\"([a-z-]+)\"", text))
    assert all(f'"{one}' in text or "{kind}" in text for one in MADE)
    return found | MADE


def pending_in_the_code() -> set[str]:
    text = "\n".join(file.read_text("utf-8") for file in (SOURCE / "fsck").glob("*.py"))
    return set(re.findall(r"\.pend\(\"([a-z-]+)\"", text))


def keys(language: str, prefix: str) -> set[str]:
    text = (SOURCE / "messages" / language / "fsck.ftl").read_text("utf-8")
    return set(re.findall(rf"^{prefix}([a-z-]+) = ", text, re.MULTILINE))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_of_each_difference_and_its_remedy_are_there(language: str) -> None:
    assert keys(language, "find-") == keys(language, "remedy-") == codes_in_the_code()
    assert keys(language, "fsck-pending-") == pending_in_the_code()


def test_words_of_leftovers_are_codes() -> None:
    assert codes_in_the_code() >= LEFTOVERS


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_need_no_fact_that_is_not_given(language: str) -> None:
    """Every message is written with the facts that its findings have; here the remedies, which must need none."""
    words = messages(language)
    for code in codes_in_the_code():
        assert words.text(f"remedy-{code}")
