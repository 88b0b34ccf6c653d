"""`voute letters`: from a list that was delivered to what a print house gets, and from its paper back into the city."""

import csv
import hashlib
import json
import os
import re
import signal
import time
from pathlib import Path

import pikepdf
import pytest

from tests.cli.conftest import Department, NewOffice
from tests.support.command import Ran, bill_rows, environment, finish, start, write_list
from tests.support.letters import SETTINGS, addressed, squares_of, text_of, write_settings
from voute.client.letter_files import LetterFolder
from voute.client.letter_pool import ALONE_UP_TO
from voute.format.claim_code import group_code, read_code, write_code
from voute.format.dsse import parse
from voute.format.trust_root import fingerprint

DATE = ("--date", "2026-02-02")


def people(office: Department, *codes: str, name: str = "list.csv", **common: str) -> Path:
    """A list of bills `a-1`, `a-2`, … with an address each."""
    rows = bill_rows(office.folder / "pdf", [f"a-{number}" for number in range(1, len(codes) + 1)], **common)
    return write_list(office.folder / name, addressed(rows, *codes))


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def letters(office: Department, table: Path, *args: str | Path, as_json: bool = True, env: dict[str, str] | None = None) -> Ran:
    where = ("--as", office.home.issuer, "--home", office.home.home)
    return office.voute("letters", table, *where, *args, *(["--json"] if as_json else []), env=env)


def everything_but_pages(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pdf"]


@pytest.fixture
def ready(new_office: NewOffice) -> Department:
    office = new_office()
    write_settings(office.home)
    return office


def test_cli_letters_paper_opens_the_document_that_was_delivered(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9")
    ready.deliver(table).ended(0)
    said = letters(ready, table, *DATE).ended(0).json
    assert (said["letters"], said["files"], said["pages"], said["sheets"]) == (2, 1, 8, 4)
    pages = Path(said["folder"]) / "letters-0001.pdf"
    link = f"{ready.city.origin}/ouvrir#{write_code(ready.code('a-2'))}"
    assert squares_of(pages, 1) == squares_of(pages, 2) == [link]
    opened = ready.resident().look_up(read_code(link.partition("#")[2])).opened
    assert [one.manifest.title for one in opened] == ["Compte de taxes a-2"]
    words = text_of(pages, 1, 1)
    assert group_code(write_code(ready.code("a-2"))).replace("-", " ") in " ".join(words.split())
    assert "Bill of a-2" in text_of(pages, 3, 3)
    assert text_of(pages, 4, 4).strip() == ""


def test_cli_letters_are_in_posting_order_and_the_manifest_says_where(ready: Department) -> None:
    table = people(ready, "h2x 1y4", "G1R4S9", "G1R-4S8", "12345 USA")
    ready.deliver(table).ended(0)
    said = letters(ready, table, *DATE, "--batch", "3").ended(0).json
    folder = Path(said["folder"])
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["file"], row["sequence"], row["postal_code"], row["document_key"]) for row in rows] == [
        ("letters-0001.pdf", "1", "G1R 4S8", "key-a-3"),
        ("letters-0001.pdf", "2", "G1R 4S9", "key-a-2"),
        ("letters-0001.pdf", "3", "H2X 1Y4", "key-a-1"),
        ("letters-0002.pdf", "1", "", "key-a-4"),
    ]
    assert [(row["first_page"], row["pages"], row["sheets"]) for row in rows[:3]] == [
        ("1", "4", "2"),
        ("5", "4", "2"),
        ("9", "4", "2"),
    ]
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for file in manifest["files"]:
        assert hashlib.sha256((folder / file["file"]).read_bytes()).hexdigest() == file["sha256"]
    assert [(file["letters"], file["pages"], file["sheets"]) for file in manifest["files"]] == [(3, 12, 6), (1, 4, 2)]
    assert manifest["totals"]["letters_by_sorting_area"] == {"G1R": 2, "H2X": 1}
    assert manifest["totals"]["without_postal_code"] == said["without_postal_code"] == 1
    for row in rows:
        words = text_of(folder / row["file"], int(row["first_page"]), int(row["first_page"]))
        assert f"Compte de taxes {row['document_key'].removeprefix('key-')}" in words
    assert sorted(path.name for path in folder.iterdir()) == [
        "letters-0001.pdf",
        "letters-0002.pdf",
        "manifest.csv",
        "manifest.json",
    ]


def test_cli_letters_codes_are_on_the_pages_and_nowhere_else(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9")
    ready.deliver(table).ended(0)
    outputs = [letters(ready, table, *DATE, as_json=False).ended(0).said, letters(ready, table, "--only", "a-1").ended(0).said]
    known = [office.read_bytes() for office in (ready.home.registry_path, ready.home.trust_root_path)]
    folder = ready.home.run_folder("list")
    written = everything_but_pages(folder) + known + [said.encode() for said in outputs]
    assert sorted(path.name for path in folder.rglob("*.pdf")) == ["letter-a-1-0.pdf", "letters-0001.pdf"]
    for reference in ("a-1", "a-2"):
        code = ready.code(reference)
        text = write_code(code)
        forms = [text, group_code(text), group_code(text).replace("-", " "), code.hex()]
        assert [form for form in forms for one in written if form.lower().encode() in one.lower()] == []
    manifest = b"".join(everything_but_pages(folder / "letters"))
    for personal in ("Zoë", "Écuyer", "rue X", "party-a-1"):
        assert personal.encode() not in manifest
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*.pdf"))


def test_cli_letters_again_leave_what_is_there(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9", "G1R 4S9")
    ready.deliver(table).ended(0)
    first = letters(ready, table, *DATE, "--batch", "1").ended(0).json
    folder = Path(first["folder"])
    files = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    again = letters(ready, table, "--batch", "1").ended(0).json
    assert (first["already"], again["already"]) == (0, 3)
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == files
    (folder / "letters-0002.pdf").unlink()
    (folder / "letters-0003.pdf").write_bytes(files["letters-0003.pdf"][0][:-1])
    assert letters(ready, table, "--batch", "1").ended(0).json["already"] == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: one for name, (one, _) in files.items()}


def test_cli_letters_of_another_list_are_not_mixed_with_those_that_are_whole(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9")
    ready.deliver(table).ended(0)
    folder = Path(letters(ready, table, *DATE).ended(0).json["folder"])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    other = people(ready, "G9Z 1A1", "G1R 4S8")
    assert letters(ready, other).ended(1).json["error"] == "letters-differ"
    assert letters(ready, table, "--date", "2026-02-03").ended(1).json["error"] == "letters-differ"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert letters(ready, other, "-o", ready.folder / "new").ended(0).json["letters"] == 2


def test_cli_letters_name_every_faulty_row_and_print_nothing(ready: Department) -> None:
    good = people(ready, "G9Z 1A1", *["G1R 4S9"] * 5)
    ready.deliver(good).ended(0)
    rows = rows_of(good)
    rows[1]["address"] = ""
    rows[2]["name"] = "日本"
    rows[3]["address"] = " | ".join(["1, rue X"] * 6)
    rows[4]["party"] = "somebody-else"
    (ready.folder / "pdf" / "a-6.pdf").write_bytes(b"%PDF-1.7\nno page\nstartxref\n0\n%%EOF\n")
    table = write_list(ready.folder / "list.csv", rows)
    said = letters(ready, table).ended(3).json["findings"]
    wrong = [
        (3, "cell-missing"),
        (4, "letter-not-set"),
        (5, "address-too-long"),
        (6, "code-unknown"),
        (7, "file-unprintable"),
    ]
    assert [(one["line"], one["problem"]) for one in said] == wrong
    assert list(ready.home.run_folder("list").rglob("*.pdf")) == []
    ran = letters(ready, table, "--leave-out").ended(5)
    assert [(one["line"], one["problem"]) for one in ran.json["left_out"]] == wrong
    assert ran.json["letters"] == 1
    words = letters(ready, table, "--leave-out", as_json=False).ended(5).out
    assert "5 lettres ont été laissées de côté" in words
    assert "日本" in words
    english = letters(ready, table, as_json=False, env=environment(ready.folder, "en_CA.UTF-8")).ended(3).out
    assert "5 things to correct" in english


def test_cli_letters_only_reprints_one_by_itself(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9")
    ready.deliver(table).ended(0)
    (ready.folder / "pdf" / "a-2.pdf").write_bytes(b"damaged")
    (path,) = letters(ready, table, "--only", "a-1").ended(0).json["letters"]
    assert squares_of(Path(path), 1) == [f"{ready.city.origin}/ouvrir#{write_code(ready.code('a-1'))}"]
    assert "Un document vous attend" in text_of(Path(path))
    assert fingerprint(parse(ready.home.trust_root_path.read_bytes()).payload) in text_of(Path(path))
    assert letters(ready, table, "--only", "b-9").ended(1).json["error"] == "letter-unknown"
    (ready.folder / "pdf" / "a-1.pdf").unlink()
    assert letters(ready, table, "--only", "a-1").ended(0).json["letters"] == [path]
    assert letters(ready, table).ended(3).json["findings"][0]["problem"] == "file-missing"


def test_cli_letters_of_a_run_that_was_not_delivered_say_that_no_choice_is_known(ready: Department) -> None:
    table = people(ready, "G9Z 1A1")
    ready.deliver(table).ended(0)
    assert letters(ready, table, *DATE).ended(0).json["delivered"] is True
    assert letters(ready, table, *DATE, "--run", "autre").ended(0).json["delivered"] is False
    said = letters(ready, table, *DATE, "--run", "autre", as_json=False).ended(0)
    assert "Aucun envoi nommé « autre »" in " ".join(said.out.split())
    assert "Aucun envoi" not in letters(ready, table, *DATE, as_json=False).ended(0).out


def test_cli_letters_never_print_a_code_that_was_used_or_revoked(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9")
    ready.deliver(table).ended(0)
    ready.resident().claim(ready.code("a-1"))
    # A vault is found by its claim's place in the log.
    ready.city.settle()
    ready.set_delay(0)
    rows = [row | {"document key": f"next-{row['reference']}"} for row in rows_of(table)]
    again = write_list(ready.folder / "next.csv", rows)
    ready.deliver(again).ended(0)
    ready.voute("codes", "revoke", "--as", ready.home.issuer, "--home", ready.home.home, "--reference", "a-2").ended(0)
    said = letters(ready, again, *DATE).ended(0).json
    assert said["kinds"] == {"code": 0, "vault": 1, "paper": 1}
    pages = Path(said["folder"]) / "letters-0001.pdf"
    assert [squares_of(pages, page) for page in (1, 2, 5, 6)] == [[], [], [], []]
    words = " ".join(text_of(pages).split())
    assert "Votre document est aussi dans votre coffre" in words
    assert "Pas de code cette fois" in words
    for reference in ("a-1", "a-2"):
        assert group_code(write_code(ready.code(reference))).replace("-", " ") not in words


def test_cli_letters_thick_ones_go_flat_in_files_of_their_own(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9")
    with pikepdf.new() as pdf:
        for _ in range(9):
            pdf.add_blank_page(page_size=(612, 792))
        pdf.save(ready.folder / "pdf" / "a-2.pdf")
    ready.deliver(table).ended(0)
    said = letters(ready, table, *DATE).ended(0).json
    assert (said["flat"], said["files"], said["letters_by_sheets"]) == (1, 2, {"2": 1, "6": 1})
    assert (Path(said["folder"]) / "flat-0001.pdf").is_file()


def test_cli_letters_want_settings_in_order(ready: Department) -> None:
    write_settings(ready.home, "")
    ran = letters(ready, people(ready, "G9Z 1A1"), as_json=False).ended(1)
    assert "letter.toml" in ran.out


def test_cli_letters_alone_have_no_document_behind_them(ready: Department) -> None:
    table = people(ready, "G9Z 1A1", "G1R 4S9", language="en")
    ready.deliver(table).ended(0)
    said = letters(ready, table, "--without-documents", *DATE).ended(0).json
    assert (said["pages"], said["sheets"]) == (4, 2)
    pages = Path(said["folder"]) / "letters-0001.pdf"
    assert "Bill of" not in text_of(pages)
    assert "Votre document s’ouvre aussi en ligne" in text_of(pages, 1, 1)
    write_settings(ready.home, SETTINGS + 'front = "list"\n')
    said = letters(ready, table, "--without-documents", "-o", ready.folder / "english").ended(0).json
    assert "Your document also opens online" in text_of(Path(said["folder"]) / "letters-0001.pdf", 1, 1)


def test_cli_letters_killed_in_the_middle_goes_on_and_ends_the_same(ready: Department) -> None:
    # More than are made while this process is not looked after on a busy machine.
    many = 40
    table = people(ready, *["G9Z 1A1"] * many)
    ready.deliver(table).ended(0)
    where = ("letters", table, "--as", ready.home.issuer, "--home", ready.home.home, "--batch", "1", *DATE)
    folder, other = ready.folder / "killed", ready.folder / "whole"
    process = start(ready.folder, *where, "-o", folder)
    while not list(folder.glob("progress/*.pdf.json")) and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert not (folder / "manifest.json").exists()
    there = len(list(folder.glob("progress/*.pdf.json")))
    said = ready.voute(*where, "-o", folder, "--json").ended(0).json
    assert 1 <= there <= said["already"] < many
    ready.voute(*where, "-o", other).ended(0)
    files = [{path.name: path.read_bytes() for path in each.iterdir()} for each in (folder, other)]
    assert files[0] == files[1]
    assert len(files[0]) == many + 2


def test_cli_letters_many_are_made_by_several_processes_like_few_by_one(ready: Department) -> None:
    count = ALONE_UP_TO + 1
    codes = [f"G1R {number % 10}S{number // 10}" for number in range(count)]
    table = people(ready, *codes)
    ready.deliver(table).ended(0)
    said = letters(ready, table, *DATE, "--batch", "31").ended(0).json
    folder = Path(said["folder"])
    assert (said["letters"], said["files"]) == (count, 2)
    pages = [page for name in ("letters-0001.pdf", "letters-0002.pdf") for page in text_of(folder / name).split("\f")]
    shown = [found[0] for page in pages if (found := re.findall(r"G1R\s4S\d|G1R\s\dS\d", page))]
    assert [" ".join(one.split()) for one in shown] == sorted(codes)


def workers_of(process: int) -> list[int]:
    """The processes that a run has started to make letters."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, command in commands.items() if b"spawn_main" in command]


def test_cli_letters_say_when_one_of_their_processes_was_killed_and_go_on(ready: Department) -> None:
    table = people(ready, *["G9Z 1A1"] * (ALONE_UP_TO + 1))
    ready.deliver(table).ended(0)
    process = start(ready.folder, "letters", table, "--as", ready.home.issuer, "--home", ready.home.home, *DATE, "--json")
    while not (workers := workers_of(process.pid)):
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(workers[0], signal.SIGKILL)
    assert finish(process).ended(1).json["error"] == "printer-died"
    assert letters(ready, table).ended(0).json["letters"] == ALONE_UP_TO + 1


def test_cli_letters_are_made_in_a_folder_by_one_call_at_a_time(ready: Department) -> None:
    table = people(ready, "G9Z 1A1")
    ready.deliver(table).ended(0)
    folder = LetterFolder(ready.folder / "print")
    with folder.hold():
        assert letters(ready, table, "-o", folder.folder).ended(1).json["error"] == "letters-busy"
        revoke = ("codes", "revoke", "--as", ready.home.issuer, "--home", ready.home.home, "--reference", "a-1")
        ready.voute(*revoke).ended(0)
    assert letters(ready, table, "-o", folder.folder).ended(0).json["kinds"]["paper"] == 1
