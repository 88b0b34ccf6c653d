"""People's words, whatever is put into them."""

import pytest

from voute.messages import LANGUAGES, messages

NAMES = ", ".join(f"office-{number}" for number in range(1_000))


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_take_as_many_names_as_a_city_has_issuers(language: str) -> None:
    facts = {"name": "Ville", "city": "ville", "number": 1, "fingerprint": "F" * 3_000, "issuers": NAMES}
    said = messages(language).text("trust-shown", facts)
    assert said.splitlines()[1].endswith(f" {'F' * 3_000}")
    assert said.splitlines()[2].endswith(f" {NAMES}")


def test_messages_put_no_long_fact_where_a_short_one_asks_for_it() -> None:
    facts = {"name": "\x000\x00", "city": "ville", "number": 1, "fingerprint": "F", "issuers": NAMES}
    said = messages("fr").text("trust-shown", facts)
    assert said.startswith("\N{REPLACEMENT CHARACTER}0\N{REPLACEMENT CHARACTER} (ville)")
    assert said.count(NAMES) == 1
