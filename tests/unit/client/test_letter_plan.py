"""Plans of letters: who gets which, in which order, in which file; and the folder that knows its own letters again."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from voute.client import letter_plan
from voute.client.letter_files import LetterFolder, LettersDifferError
from voute.client.letter_plan import FOLDED_SHEETS, NO_DOCUMENT, Document, LetterPlan, Planned, make_plan
from voute.client.letter_work import Printed
from voute.client.preflight import Row
from voute.core.ids import Hash, LookupId, VaultId
from voute.core.values import Names, unix_time
from voute.format.registry import Binding, Entry, EntryState
from voute.paper.letter import LetterKind
from voute.paper.mail import Placed, sheets_for

BINDING = Binding(VaultId(bytes(32)), Hash(bytes(32)), Hash(bytes(32)), unix_time(1_790_000_000))
TWO_PAGES = Document(2, 70_000, bytes(32))
DAY = date(2026, 2, 2)
HEAD = {"city": "ville", "issuer": "finances", "run": "taxes"}


def planned(
    line: int, code: str = "G1R 4S9", state: EntryState = EntryState.ISSUED, document: Document = TWO_PAGES, name: str = "Ann"
) -> Planned:
    reference = f"R-{line}"
    row = Row(
        line=line,
        reference=reference,
        party=f"C-{line}",
        name=name,
        address=f"{line}, rue X\nQuébec {code}",
        slot=0,
        path="a.pdf",
        file_name="a.pdf",
        size=document.size,
        title="Taxes",
        type="tax-bill",
        language="fr",
        due=None,
        amount=None,
        instalments=(),
        payment_reference=None,
        reply_by=None,
        document_key=f"K-{line}",
    )
    binding = BINDING if state is EntryState.BOUND else None
    entry = Entry(reference, row.party, 0, "run", 1, state, LookupId(line.to_bytes(32, "big")), binding)
    return Planned(row, entry, "fr", (), document)


def lines(plan: LetterPlan) -> list[tuple[str, list[int]]]:
    return [(batch.name, [one.row.line for one in batch.letters]) for batch in plan.batches]


def made(plan: LetterPlan, folder: Path) -> dict[str, Printed]:
    """Files as if they had been printed."""
    found = {}
    for batch in plan.batches:
        data = f"{plan.name} {batch.name}".encode()
        (folder / batch.name).write_bytes(data)
        placed = tuple(Placed(1 + 4 * number, 4) for number in range(len(batch.letters)))
        found[batch.name] = Printed(batch.name, hashlib.sha256(data).hexdigest(), len(data), placed)
    return found


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (EntryState.ISSUED, LetterKind.CODE),
        (EntryState.BOUND, LetterKind.VAULT),
        (EntryState.REVOKED, LetterKind.PAPER),
        (EntryState.FROZEN, LetterKind.PAPER),
    ],
)
def test_letter_plan_a_code_is_printed_only_while_nobody_used_it(state: EntryState, kind: LetterKind) -> None:
    assert planned(2, state=state).kind is kind


def test_letter_plan_is_in_posting_order_whatever_the_list_is() -> None:
    letters = [planned(2, "H2X 1Y4"), planned(3, "X"), planned(4, "G1R 4S9"), planned(5, "g1r4s8"), planned(6, "G1R 4S9")]
    plan = make_plan(letters, "s", 2)
    assert lines(plan) == [("letters-0001.pdf", [5, 4]), ("letters-0002.pdf", [6, 2]), ("letters-0003.pdf", [3])]
    assert make_plan(letters[::-1], "s", 2) == plan


def test_letter_plan_thick_letters_come_last_in_files_of_their_own() -> None:
    most = Document(2 * (FOLDED_SHEETS - 1), 1, b"")
    thick = replace(most, pages=most.pages + 1)
    plan = make_plan([planned(2, "A1A 1A1", document=thick), planned(3, document=most), planned(4, document=NO_DOCUMENT)], "s")
    assert lines(plan) == [("letters-0001.pdf", [3, 4]), ("flat-0001.pdf", [2])]
    assert [one.sheets for one in plan.letters] == [FOLDED_SHEETS, 1, sheets_for(thick.pages)]


def test_letter_plan_a_file_ends_where_its_documents_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_plan, "BATCH_BYTES", 150_000)
    large = replace(TWO_PAGES, size=160_000)
    plan = make_plan([planned(2), planned(3), planned(4), planned(5, document=large), planned(6)], "s")
    assert [found for _, found in lines(plan)] == [[2, 3], [4], [5], [6]]


def test_letter_plan_has_a_name_of_its_own_for_every_difference() -> None:
    one = planned(2)
    plans = [
        make_plan([one], "s"),
        make_plan([one], "t"),
        make_plan([one], "s", 7),
        make_plan([planned(2, "G1R 4S8")], "s"),
        make_plan([planned(2, state=EntryState.BOUND)], "s"),
        make_plan([planned(2, name="Bea")], "s"),
        make_plan([planned(2, document=replace(TWO_PAGES, sha256=b"\1" * 32))], "s"),
        make_plan([replace(one, choices=(Names(fr="a", en="b"),))], "s"),
        make_plan([replace(one, language="en")], "s"),
        make_plan([one, planned(3)], "s"),
    ]
    assert len({plan.name for plan in plans}) == len(plans)


def test_letter_folder_goes_on_where_an_earlier_call_ended(tmp_path: Path) -> None:
    plan = make_plan([planned(2), planned(3), planned(4)], "s", 1)
    folder = LetterFolder(tmp_path)
    assert folder.begin(plan, DAY) == {}
    files = made(plan, tmp_path)
    folder.keep(files["letters-0001.pdf"])
    folder.keep(files["letters-0002.pdf"])
    (tmp_path / "letters-0002.pdf").write_bytes(b"torn")
    again = LetterFolder(tmp_path)
    begun = again.begun()
    assert begun is not None
    assert (begun.dated, begun.finished) == (DAY, False)
    assert list(again.begin(plan, DAY)) == ["letters-0001.pdf"]
    assert not again.manifest.exists()


def test_letter_folder_an_unfinished_plan_gives_way_to_another(tmp_path: Path) -> None:
    plan, other = make_plan([planned(2), planned(3)], "s", 1), make_plan([planned(2)], "s", 1)
    folder = LetterFolder(tmp_path)
    folder.begin(plan, DAY)
    files = made(plan, tmp_path)
    folder.keep(files["letters-0002.pdf"])
    assert folder.begin(other, DAY) == {}
    assert list(tmp_path.glob("*.pdf")) == []
    folder.finish(other, DAY, made(other, tmp_path), HEAD)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters-0001.pdf", "manifest.csv", "manifest.json"]


def test_letter_folder_finished_letters_are_never_replaced_by_others(tmp_path: Path) -> None:
    plan = make_plan([planned(2), planned(3)], "s", 1)
    folder = LetterFolder(tmp_path)
    folder.begin(plan, DAY)
    files = made(plan, tmp_path)
    folder.finish(plan, DAY, files, HEAD)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(LettersDifferError):
        folder.begin(make_plan([planned(2)], "s", 1), DAY)
    with pytest.raises(LettersDifferError):
        folder.begin(plan, date(2026, 2, 3))
    assert folder.begin(plan, DAY) == files
    with pytest.raises(LettersDifferError):
        folder.keep(replace(files["letters-0001.pdf"], sha256="0" * 64))
    folder.keep(files["letters-0001.pdf"])
    folder.finish(plan, DAY, files, HEAD)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"plan": "x"}', '{"plan": 1, "dated": "never"}', "\xff"])
def test_letter_folder_progress_that_can_not_be_read_counts_for_nothing(tmp_path: Path, text: str) -> None:
    plan = make_plan([planned(2)], "s")
    folder = LetterFolder(tmp_path)
    folder.begin(plan, DAY)
    (tmp_path / "progress" / "plan.json").write_bytes(text.encode("latin-1"))
    assert folder.begun() is None
    assert folder.begin(plan, DAY) == {}


def test_letter_folder_manifest_counts_what_is_in_it(tmp_path: Path) -> None:
    plan = make_plan([planned(2, "H2X 1Y4"), planned(3), planned(4, "X"), planned(5, document=Document(30, 1, b""))], "s", 2)
    folder = LetterFolder(tmp_path)
    folder.begin(plan, DAY)
    folder.finish(plan, DAY, made(plan, tmp_path), HEAD)
    manifest = json.loads(folder.manifest.read_bytes())
    assert {key: manifest[key] for key in HEAD} == HEAD
    assert manifest["totals"]["letters"] == sum(file["letters"] for file in manifest["files"]) == len(manifest["letters"]) == 4
    assert manifest["totals"]["sheets"] == sum(file["sheets"] for file in manifest["files"]) == 8
    assert (manifest["totals"]["flat"], manifest["totals"]["without_postal_code"]) == (1, 1)
    assert [file["envelopes"] for file in manifest["files"]] == ["folded", "folded", "flat"]
    assert [(file["first_postal_code"], file["last_postal_code"]) for file in manifest["files"]] == [
        ("G1R 4S9", "H2X 1Y4"),
        ("", ""),
        ("G1R 4S9", "G1R 4S9"),
    ]
