"""`voute deliver` against a served city: what it sends, what it says, how it ends."""

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Department
from tests.support.command import environment, small_pdf, write_list
from voute.client.home import IssuerHome
from voute.client.kept_vaults import FILE_NAME

SHAPE = {
    "run": str,
    "delivery_id": str,
    "dry_run": bool,
    "sent": int,
    "known": int,
    "held": list,
    "frozen": list,
    "to_vaults": int,
    "to_codes": int,
    "digital": int,
    "both": int,
    "paper": int,
    "packs": int,
    "bytes": int,
    "seconds": float,
    "receipts": str,
    "deleted": int,
    "print_list": str,
    "choices": str,
    "summary": str,
    "resumed": bool,
    "earlier": type(None),
    "receipts_compared": str,
    "trust_root_waiting": type(None),
    "lost": list,
}


def test_cli_deliver_sends_and_says_so_in_json(office: Department) -> None:
    ran = office.deliver(office.bills("a-1", "a-2"), "--run", "winter").ended(0)
    assert {key: type(value) for key, value in ran.json.items()} == SHAPE
    said = ran.json
    assert (said["run"], said["sent"], said["to_codes"], said["to_vaults"]) == ("winter", 2, 2, 0)
    assert ran.err == ""


def test_cli_deliver_writes_a_summary_that_spreadsheets_open(office: Department) -> None:
    said = office.deliver(office.bills("a-1", "a-2")).ended(0).json
    with open(said["summary"], encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 -- csv wants newline
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["line"], row["state"]) for row in rows] == [("2", "sent"), ("3", "sent")]
    assert all(len(row["document_id"]) == 32 for row in rows)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr_CA.UTF-8", "Envoyé\u00a0: 1 document"),
        ("fr", "Envoyé\u00a0: 1 document"),
        ("en_CA.UTF-8", "Sent: 1 document"),
        ("C", "Envoyé\u00a0: 1 document"),
    ],
)
def test_cli_deliver_speaks_the_language_of_the_locale(office: Department, language: str, words: str) -> None:
    env = environment(office.folder, language)
    ran = office.deliver(office.bills("a-1"), json=False, env=env).ended(0)
    assert words in ran.out


def test_cli_deliver_dry_run_sends_nothing(office: Department) -> None:
    table, before, mark = office.bills("a-1", "a-2"), office.city.snapshot(), office.city.proxy.mark
    said = office.deliver(table, "--dry-run").ended(0).json
    assert (said["dry_run"], said["delivery_id"], said["sent"], said["to_codes"]) == (True, None, 0, 2)
    assert office.city.snapshot() == before
    assert not [one for one in office.city.proxy.since(mark) if one.method == "PUT"]
    assert not office.home.registry_path.exists()


def contents(home: IssuerHome) -> dict[Path, bytes]:
    """Every file of the department, hidden ones too."""
    return {path: path.read_bytes() for path in home.home.rglob("*") if path.is_file()}


def test_cli_deliver_dry_run_changes_no_file(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    office.resident().claim(office.code("a-1"))
    office.city.settle()
    table, before = office.bills("a-1", "a-2", **{"document key": "k-2"}), contents(office.home)
    said = office.deliver(table, "--dry-run").ended(0).json
    assert (said["to_vaults"], said["to_codes"]) == (1, 1)
    assert contents(office.home) == before
    # A delivery keeps what it proves of a vault; a trial after it takes that, and leaves it as it is.
    office.deliver(table).ended(0)
    after = contents(office.home)
    assert office.home.folder / FILE_NAME in after.keys() - before.keys()
    office.deliver(office.bills("a-1", "a-2", **{"document key": "k-3"}), "--dry-run").ended(0)
    assert contents(office.home) == after


def test_cli_deliver_same_list_twice_sends_nothing_twice(office: Department) -> None:
    table = office.bills("a-1", "a-2")
    office.deliver(table).ended(0)
    before = office.city.snapshot()
    said = office.deliver(table).ended(0).json
    assert (said["known"], said["sent"], said["delivery_id"]) == (2, 0, None)
    assert office.city.snapshot() == before


def test_cli_deliver_grown_list_sends_what_is_new(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    said = office.deliver(office.bills("a-1", "a-2")).ended(0).json
    assert (said["known"], said["sent"]) == (1, 1)


def test_cli_deliver_same_key_other_bytes_names_the_earlier_delivery(office: Department) -> None:
    table = office.bills("a-1", "a-2")
    first = office.deliver(table, "--run", "winter").ended(0).json
    (office.folder / "pdf" / "a-2.pdf").write_bytes(small_pdf("Another bill"))
    before = office.city.snapshot()
    ran = office.deliver(table, "--run", "spring").ended(3)
    (finding,) = ran.json["findings"]
    assert (finding["line"], finding["problem"]) == (3, "document-differs")
    assert finding["facts"] == {"delivery": first["delivery_id"], "run": "winter"}
    assert office.city.snapshot() == before


def test_cli_deliver_without_document_key_knows_run_and_file(office: Department) -> None:
    rows = [{"reference": "a-1", "party": "p", "file": "a-1.pdf", "title": "T", "type": "permit"}]
    office.bills("a-1")
    table = write_list(office.folder / "list.csv", rows)
    assert office.deliver(table, "--run", "one").ended(0).json["sent"] == 1
    assert office.deliver(table, "--run", "one").ended(0).json["known"] == 1
    assert office.deliver(table, "--run", "two").ended(0).json["sent"] == 1


def test_cli_deliver_changed_party_is_named_and_new_party_opens_a_code(office: Department) -> None:
    table = office.bills("a-1")
    office.deliver(table).ended(0)
    office.resident().claim(office.code("a-1"))
    office.city.settle()
    office.deliver(office.bills("a-1", **{"document key": "k-2"})).ended(0)
    sold = office.bills("a-1", party="new owner", **{"document key": "k-3"})
    before = office.city.snapshot()
    ran = office.deliver(sold).ended(3)
    assert [(one["line"], one["problem"]) for one in ran.json["findings"]] == [(2, "party-changed")]
    assert office.city.snapshot() == before
    said = office.deliver(sold, "--new-party").ended(0).json
    assert (said["to_codes"], said["to_vaults"]) == (1, 0)
    entries = {entry.party: entry for entry in office.desk.at("a-1")}
    assert {party: str(entry.state) for party, entry in entries.items()} == {"party-a-1": "bound", "new owner": "issued"}
    assert entries["new owner"].lookup_id != entries["party-a-1"].lookup_id


def test_cli_deliver_after_a_claim_goes_to_the_vault(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    resident = office.resident()
    resident.claim(office.code("a-1"))
    office.city.settle()
    said = office.deliver(office.bills("a-1", **{"document key": "k-2"})).ended(0).json
    assert (said["to_vaults"], said["to_codes"]) == (1, 0)
    rows = resident.client.get("/api/documents").json()["documents"]
    assert len(rows) == 2
    assert resident.read(rows[-1]["document_id"]) == small_pdf("Bill of a-1")


def test_cli_deliver_young_binding_is_held_for_paper(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    office.resident().claim(office.code("a-1"))
    office.city.settle()
    office.set_delay(3)
    ran = office.deliver(office.bills("a-1", "a-2", **{"document key": "k-2"})).ended(5)
    said = ran.json
    assert (said["held"], said["sent"], said["to_vaults"]) == ([2], 1, 0)
    with open(said["summary"], encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 -- csv wants newline
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["line"], row["state"]) for row in rows] == [("2", "held"), ("3", "sent")]
    again = office.deliver(office.bills("a-1", **{"document key": "k-2"}), json=False).ended(5)
    assert "Ligne 2 (référence a-1)\u00a0: le coffre vient d'être ouvert" in again.out
    office.set_delay(0)
    assert office.deliver(office.bills("a-1", **{"document key": "k-2"})).ended(0).json["to_vaults"] == 1


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("cp1252", "\t"), ("utf-16", "\t"), ("utf-8", "\t")],
)
def test_cli_deliver_takes_lists_as_people_have_them(office: Department, encoding: str, delimiter: str) -> None:
    folder = office.folder / "pdf"
    folder.mkdir()
    (folder / "facture été.pdf").write_bytes(small_pdf("Été"))
    row = {
        "Référence": "é-1",
        "PROPRIÉTAIRE": "Élise Côté",
        "Fichier": "facture été.pdf",
        "Titre": "Été à payer",
        "Type de document": "tax-bill",
        "Échéance": "2026-06-01",
        "Montant": "1 234,56 $",
    }
    table = write_list(office.folder / "liste.csv", [row], delimiter=delimiter, encoding=encoding)
    assert office.deliver(table).ended(0).json["sent"] == 1
    found = office.resident().look_up(office.code("é-1")).opened
    assert [(one.manifest.title, one.manifest.amount and one.manifest.amount.cents) for one in found] == [("Été à payer", 123456)]
