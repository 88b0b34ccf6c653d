"""The page about a country says what its arithmetic gives from the figures that are kept."""

from bench.country import BODY, DOCUMENTS, PAGE, VAULTS, country, figures, page


def test_country_page_is_the_arithmetic_of_the_kept_figures() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text, figures()) == text, "python -m bench.country"


def test_country_follows_from_bytes_a_row() -> None:
    rows = {"documents": 400.0, "document_parts": 4_000.0, "events": 700.0, "chains": 10.0, "packs": 2.0}
    sizes = {"a_document": rows, "a_vault": {"vaults": 200.0}, "log_an_entry": 66.0, "log_files": 800, "ledger_an_entry": 9.0}
    found = country({"bytes": sizes, "documents": 100_000, "points": []})
    assert found["catalogue"] == DOCUMENTS * (4_412 + 1.5 * 700)
    assert found["vaults"] == VAULTS * 210
    assert found["packs"] > DOCUMENTS * BODY
    assert found["log"] == 1.5e9 * 66
    assert found["log_files"] == 1.5e9 / 100_000 * 800
