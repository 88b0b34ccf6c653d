"""Paper or the vault only, in a real browser: nothing chosen beforehand, chosen in two taps, back in one, and obeyed."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.support.served_city import Recipient, ServedCity
from tests.browser.support.visitor import DESKTOP, PHONE, Look, Visitor
from voute.format.act_proof import parse_act_proof
from voute.format.subject import Consent
from voute.verify.act import verify_act_proof
from voute.verify.trust import accept_first

NewVisitor = Callable[..., Visitor]
DEVICES = {"phone": Look(size=PHONE), "desktop": Look(size=DESKTOP)}


def deliver(city: ServedCity, resident: Recipient, key: str) -> dict[str, Any]:
    """Deliver the resident's bill once more, under another key; gives the command's report."""
    table = city.founded.folder / f"{key}.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(resident.row), delimiter=";")
        writer.writeheader()
        writer.writerow({**resident.row, "clé": key})
    return city.voute("deliver", table, "--pdf-dir", resident.pdf.parent, "--as", "finances", "--home", city.home)


def listed(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def bill(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("listitem", name="Compte de taxes")


@pytest.mark.parametrize("device", DEVICES)
def test_browser_paper_is_given_up_and_asked_for_again(new: NewVisitor, city: ServedCity, folder: Path, device: str) -> None:
    resident, visitor = city.fresh(), new(look=DEVICES[device])
    visitor.claim(resident.link)
    before = deliver(city, resident, f"before-{device}")
    assert (before["digital"], before["both"], before["paper"]) == (0, 1, 0)
    assert [row["reason"] for row in listed(before["print_list"])] == ["not-chosen"]

    # One tap from the documents, two from there, one type only.
    visitor.open_list()
    taps = visitor.taps
    visitor.tap(visitor.page.get_by_role("navigation").get_by_role("link", name="Papier"))
    visitor.sees("Papier, ou coffre seulement")
    expect(bill(visitor)).to_contain_text("Par la poste, et dans le coffre.")
    assert visitor.page.get_by_role("checkbox").count() == 0
    visitor.tap(bill(visitor).get_by_role("button", name="Me passer du papier"))
    expect(bill(visitor)).to_contain_text("la loi me laisse le papier")
    visitor.tap(bill(visitor).get_by_role("button", name="Je choisis le coffre seulement"))
    expect(bill(visitor)).to_contain_text("Dans le coffre seulement.")
    assert visitor.taps - taps == 3
    expect(bill(visitor)).to_contain_text("Inscrit au registre public")
    kept = visitor.save(bill(visitor).get_by_role("button", name="Garder la preuve"), folder).read_bytes()
    proven = verify_act_proof(kept, accept_first(visitor.context.request.get(f"{city.origin}/api/trust-root").body()).root)
    assert isinstance(proven.subject, Consent)
    assert (proven.subject.paperless, proven.subject.number, len(parse_act_proof(kept).records)) == (True, 1, 1)
    visitor.sign_out()

    without = deliver(city, resident, f"without-{device}")
    assert (without["digital"], without["both"], without["paper"]) == (1, 0, 0)
    assert listed(without["print_list"]) == []
    assert [row["consent_number"] for row in listed(without["choices"])] == ["1"]

    visitor.sign_in()
    visitor.open_list()
    visitor.tap(visitor.page.get_by_role("navigation").get_by_role("link", name="Papier"))
    expect(bill(visitor)).to_contain_text("Dans le coffre seulement.")
    taps = visitor.taps
    visitor.tap(bill(visitor).get_by_role("button", name="Revenir au papier"))
    expect(bill(visitor)).to_contain_text("Le papier est revenu")
    assert visitor.taps - taps == 1
    expect(bill(visitor)).to_contain_text("Inscrit au registre public")
    again = deliver(city, resident, f"again-{device}")
    assert (again["digital"], again["both"], again["paper"]) == (0, 1, 0)
    assert [row["reason"] for row in listed(again["print_list"])] == ["revoked"]
    visitor.judge()
