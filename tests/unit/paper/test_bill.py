"""The tax bill: its figures add up, and its pages can be read by everyone."""

from collections.abc import Iterator
from datetime import date

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.paper.reading import bookmarks, metadata, open_pdf, roles, unmarked_text_operators
from voute.core.errors import LimitError
from voute.paper import bill

DAYS = (date(2026, 3, 5), date(2026, 6, 4), date(2026, 9, 3), date(2026, 11, 5))


def sample(owners: tuple[str, ...] = ("Élise Fontaine-Ouellet",), use: str = "home", units: int = 1) -> bill.Bill:
    charges = (
        bill.at_rate(f"general-{use}", 411_000, 6842),
        bill.at_rate("debt", 411_000, 715),
        bill.at_tariff("water", units, 21_500),
    )
    return bill.Bill(
        city="Ville de Val-des-Cèdres",
        account="C-104233",
        roll_number=bill.roll_number("421893057120000000"),
        owners=owners,
        postal_address=("1428, rue des Érables-Argentés", "Val-des-Cèdres (Québec)  G9Z 1A1"),
        property_address="1428, rue des Érables-Argentés",
        use=use,
        land=112_300,
        building=298_700,
        charges=charges,
        instalments=bill.in_instalments(sum(one.cents for one in charges), DAYS),
        issued_on=date(2026, 2, 2),
    )


@pytest.fixture(scope="module")
def pdf() -> Iterator[pikepdf.Pdf]:
    with open_pdf(bill.BillPress().pdf(sample())) as opened:
        yield opened


def test_bill_roll_number_has_the_form_of_quebec() -> None:
    assert bill.roll_number("123456789000000000") == "1234-56-7890-0-000-0000"


@pytest.mark.parametrize("digits", ["", "1" * 17, "1" * 19, "1" * 17 + "x", "1" * 17 + "²"])
def test_bill_roll_number_of_another_form_is_refused(digits: str) -> None:
    with pytest.raises(LimitError):
        bill.roll_number(digits)


@pytest.mark.parametrize(("assessed", "rate", "cents"), [(411_000, 6842, 281_206), (5000, 1, 1), (4999, 1, 0), (0, 6842, 0)])
def test_bill_at_rate_rounds_to_the_nearest_cent(assessed: int, rate: int, cents: int) -> None:
    assert bill.at_rate("debt", assessed, rate).cents == cents


@given(cents=st.integers(min_value=0, max_value=10**12))
def test_bill_instalments_add_up_and_differ_by_less_than_their_number(cents: int) -> None:
    shares = [one.cents for one in bill.in_instalments(cents, DAYS)]
    assert sum(shares) == cents
    assert max(shares) - min(shares) < len(DAYS)


@given(digits=st.text("0123456789", min_size=18, max_size=18))
def test_bill_payment_reference_detects_every_single_wrong_digit(digits: str) -> None:
    made = bill.Bill("", "", bill.roll_number(digits), (), (), "", "home", 0, 0, (), (), date(2026, 1, 1))
    reference = made.payment_reference
    assert len(reference) == 20
    assert int(reference) % 97 == 1
    for place, digit in enumerate(reference):
        wrong = reference[:place] + str((int(digit) + 1) % 10) + reference[place + 1 :]
        assert int(wrong) % 97 != 1


def test_bill_data_names_several_owners_and_units() -> None:
    data = bill.as_data(sample(("A", "B"), "rental", 8))
    words, taxes = data["words"], data["taxes"]
    assert isinstance(words, dict)
    assert isinstance(taxes, list)
    assert words["addressed_to"] == "Propriétaires"
    assert taxes[2]["base"] == "8\u00a0logements"
    assert bill.words(2026)["addressed_to"] == "Propriétaire"


def test_bill_data_counts_a_business_in_premises() -> None:
    taxes = bill.as_data(sample(use="business"))["taxes"]
    assert isinstance(taxes, list)
    assert taxes[2]["base"] == "1\u00a0local"


def test_bill_pdf_has_two_pages(pdf: pikepdf.Pdf) -> None:
    assert len(pdf.pages) == 2


def test_bill_pdf_says_title_language_and_profile(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.Root.Lang) == "fr-CA"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo.Title) == "Compte de taxes municipales 2026"
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata(pdf)


def test_bill_pdf_headings_are_in_reading_order(pdf: pikepdf.Pdf) -> None:
    titles = bookmarks(pdf)
    assert titles[:6] == (
        "Compte de taxes municipales 2026",
        "Votre propriété",
        "Évaluation au rôle 2025-2026-2027",
        "Vos taxes en 2026",
        "Vos quatre versements",
        "Quoi faire",
    )
    assert titles[-5:] == ("Coupons de paiement", "1er versement", "2e versement", "3e versement", "4e versement")


def test_bill_pdf_tables_have_headers_and_nothing_is_unmarked(pdf: pikepdf.Pdf) -> None:
    found = roles(pdf)
    assert found.count("/Table") == 3
    assert found.count("/THead") == 3
    assert found.count("/TH") == 2 + 4 + 4
    assert found.count("/H1") == 1
    assert unmarked_text_operators(pdf) == 0


def test_bill_pdf_embeds_every_font(pdf: pikepdf.Pdf) -> None:
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    descendants = [font.DescendantFonts[0] for font in fonts]
    assert descendants
    assert all({"/FontFile2", "/FontFile3"} & set(one.FontDescriptor.keys()) for one in descendants)


def test_bill_pdf_longest_names_stay_on_two_pages() -> None:
    owners = ("Charles-Étienne De la Sablonnière-Vaillancourt", "Marie-Ève Fatima Zohra L’Heureux-Saint-Onge")
    with open_pdf(bill.BillPress().pdf(sample(owners, "rental", 24))) as pdf:
        assert len(pdf.pages) == 2
