"""`voute open`: a resident's archive opens without us, by our command and by the ordinary `age`."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Department, NewOffice
from tests.cli.taken_along import Entries, Left, leave
from tests.support.age_peers import AGE
from tests.support.command import COMMAND, environment
from voute.client.trust import read_pin
from voute.format.dsse import parse


@pytest.fixture(scope="module")
def left(new_office: NewOffice) -> Left:
    return leave(new_office())


def test_cli_open_gives_every_document_and_its_receipt_without_a_server(left: Left) -> None:
    mark = left.office.city.proxy.mark
    ran = left.open(None, "--json").ended(0)
    assert left.office.city.proxy.since(mark) == []
    assert {line["file"] for line in ran.lines} == {f"{title}.pdf" for title in left.bills}
    assert all(line["receipt"] == line["file"].removesuffix(".pdf") + ".recu.json" for line in ran.lines)
    assert {line["fingerprint"] for line in ran.lines} == {read_pin(left.office.home).trusted.fingerprint}
    folder = left.opened
    for title, body in left.bills.items():
        assert (folder / f"{title}.pdf").read_bytes() == body
        receipt, home = folder / f"{title}.recu.json", left.office.home.home
        left.office.voute("verify", folder / f"{title}.pdf", receipt, "--home", home, "--witnessed").ended(0)


def test_cli_open_says_it_in_words(left: Left) -> None:
    ran = left.open().ended(0)
    assert ran.out.count("vérifié") == len(left.bills)
    assert "Comparez l'empreinte" in ran.out


def age(identity: Path, data: bytes) -> bytes:
    return subprocess.run([AGE, "-d", "-i", identity], input=data, capture_output=True, check=True, timeout=60).stdout


def test_cli_open_is_not_needed_stock_age_and_the_kit_suffice(left: Left) -> None:
    entries = left.entries
    keyring = left.office.folder / "keyring.txt"
    keyring.write_bytes(age(left.kit, entries["keyring.age"]))
    bodies, titles = [], []
    for name, data in entries.items():
        if name.endswith(".card.age"):
            titles.append(json.loads(parse(age(keyring, data)).payload)["title"])
        elif name.startswith("documents/"):
            bodies.append(age(keyring, data))
    assert len(bodies) == len(titles) == len(left.bills)
    assert bodies == list(left.bills.values())
    assert sorted(titles) == ["Avis second / 2026", "Avis third / 2026", "Compte de taxes a-1"]


def documents(entries: Entries) -> list[str]:
    return sorted(name[:-9] for name in entries if name.endswith(".card.age"))


def swap(ending: str) -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        one, two, _ = documents(entries)
        entries[one + ending], entries[two + ending] = entries[two + ending], entries[one + ending]

    return change


def swap_whole(entries: Entries) -> None:
    swap(".age")(entries)
    swap(".card.age")(entries)


def flip_body(entries: Entries) -> None:
    name = documents(entries)[0] + ".age"
    entries[name] = entries[name][:-1] + bytes([entries[name][-1] ^ 1])


def swap_receipts(entries: Entries) -> None:
    one, two = sorted(name for name in entries if name.startswith("receipts/"))[:2]
    entries[one], entries[two] = entries[two], entries[one]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (swap(".age"), ["body-mismatch"] * 2),
        (swap(".card.age"), ["wrong-document"] * 2),
        (swap_whole, ["wrong-document"] * 2),
        (flip_body, ["body-mismatch"]),
        (swap_receipts, ["event-differs"] * 2),
    ],
)
def test_cli_open_refuses_what_was_exchanged_and_gives_the_rest(
    left: Left, change: Callable[[Entries], None], refused: list[str]
) -> None:
    ran = left.open(left.rewritten(change), "--json").ended(1)
    assert sorted(line["error"] for line in ran.lines if "error" in line) == refused
    written = [line["file"] for line in ran.lines if "file" in line]
    assert len(written) == len(left.bills) - len(refused)
    assert sorted(one.name for one in left.opened.glob("*.pdf")) == sorted(written)


def drop_keyring_byte(entries: Entries) -> None:
    entries["keyring.age"] = entries["keyring.age"][:-1]


def forget_record(entries: Entries) -> None:
    entries["vault-records.json"] = json.dumps(json.loads(entries["vault-records.json"])[:-1]).replace(" ", "").encode()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (drop_keyring_byte, "keyring-mismatch"),
        (forget_record, "keyring-mismatch"),
        (lambda entries: entries.pop("keyring.age"), "format"),
        (lambda entries: entries.update(more=b""), "format"),
    ],
)
def test_cli_open_refuses_a_changed_vault(left: Left, change: Callable[[Entries], None], error: str) -> None:
    assert left.open(left.rewritten(change), "--json").ended(1).json["error"] == error
    assert not list(left.opened.glob("*.pdf"))


def test_cli_open_refuses_another_kit_and_what_is_no_archive(left: Left, office: Department) -> None:
    stranger = office.resident()
    office.deliver(office.bills("b-1")).ended(0)
    stranger.claim(office.code("b-1"), with_kit=True)
    assert stranger.kit is not None
    kit = office.folder / "kit.txt"
    kit.write_bytes(stranger.kit.encode())
    assert left.open(None, "--json", kit=kit).ended(1).json["error"] == "kit-other-vault"
    kit.write_bytes(b"not a kit")
    assert left.open(None, "--json", kit=kit).ended(1).json["error"] == "format"
    path = office.folder / "cut.zip"
    path.write_bytes(left.archive.read_bytes()[:5_000])
    assert left.open(path, "--json").ended(1).json["error"] == "format"
    left.open(office.folder / "absent.zip").ended(2)
    assert not left.opened.exists()


@pytest.mark.attack("B4")
def test_cli_open_of_a_cut_archive_leaves_no_file(left: Left) -> None:
    whole = left.archive.read_bytes()
    path = left.office.folder / "cut.zip"
    for percent in (1, 25, 50, 75, 90, 99):
        path.write_bytes(whole[: len(whole) * percent // 100])
        assert left.open(path, "--json").ended(1).json["error"] == "format"
        assert not left.opened.exists()


@pytest.mark.attack("B4")
def test_cli_open_onto_a_disk_that_is_full_leaves_no_cut_file(left: Left) -> None:
    shutil.rmtree(left.opened, ignore_errors=True)
    # No file may grow past one kilobyte: the smallest of these has a few bytes less, its receipt more.
    limited = ["bash", "-c", 'ulimit -f 1; exec "$@"', "-", str(COMMAND)]
    command = [*limited, "open", str(left.archive), "--kit", str(left.kit), "-o", str(left.opened), "--json"]
    # Python would keep its compiled modules, and keep them cut.
    given = environment(left.office.folder, PYTHONDONTWRITEBYTECODE="1")
    ran = subprocess.run(command, env=given, capture_output=True, check=False, timeout=120)
    assert ran.returncode == 1
    assert b"machine-refused" in ran.stdout
    kept = [one for one in left.opened.rglob("*") if one.is_file()]
    bill = next(iter(left.bills.values()))
    assert all(one.read_bytes() == bill for one in kept)
    assert not any(one.name.endswith(".new") for one in kept)
