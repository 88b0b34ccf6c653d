"""The numbers that the pages show for the help line: one a name, no two alike, the page of them as it should stand."""

from collections import Counter

from tools.support_codes import PAGE, names, support_code, support_codes_page


def test_structure_support_codes_are_four_digits_and_no_two_names_have_the_same() -> None:
    many = Counter(map(support_code, names()))
    assert [name for name in names() if many[support_code(name)] > 1] == [], "choose another name for the newer one"
    assert all(1000 <= int(number) <= 9999 for number in many)
    # What must be among them, whatever the reading of the sources forgets.
    assert {"network", "bad-checkpoint", "index-rollback", "claim-used", "request-invalid", "pdf-encrypted"} <= set(names())


def test_structure_support_codes_page_is_the_sources() -> None:
    assert support_codes_page() == PAGE.read_text("utf-8"), "make docs"
