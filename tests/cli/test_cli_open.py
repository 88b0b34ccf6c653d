"""`voute open`: a resident's archive opens without us, by our command and by the ordinary `age`."""

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.conftest import Department, NewOffice
from tests.support.age_peers import AGE
from tests.support.city import check
from tests.support.command import COMMAND, Ran, environment
from tests.support.holder import Resident
from tests.support.issuer import b64
from voute.client.trust import read_pin
from voute.core.ids import DocumentId
from voute.format.act_proof import ActProof
from voute.format.archive import encode_records, parse_records
from voute.format.dsse import SigningKey, parse
from voute.format.receipt import parse_receipt
from voute.format.subject import Delete
from voute.format.vault_record import parse_vault_record
from voute.verify.act import ACT_STEPS

Entries = dict[str, bytes]


@dataclass
class Left:
    """What a resident took along: an archive and the kit."""

    office: Department
    archive: Path
    kit: Path
    resident: Resident
    bills: dict[str, bytes]

    @property
    def entries(self) -> Entries:
        with zipfile.ZipFile(self.archive) as file:
            return {name: file.read(name) for name in file.namelist()}

    def rewritten(self, change: Callable[[Entries], None]) -> Path:
        entries = self.entries
        change(entries)
        path = self.office.folder / "changed.zip"
        with zipfile.ZipFile(path, "w") as file:
            for name, data in entries.items():
                file.writestr(name, data)
        return path

    def open(self, archive: Path | None = None, *args: str, kit: Path | None = None) -> Ran:
        """Open it into an empty folder, knowing no city."""
        shutil.rmtree(self.opened, ignore_errors=True)
        command: list[str | Path] = ["open", "--kit", kit or self.kit, archive or self.archive, "-o", self.opened, *args]
        return self.office.voute(*command, env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "fr_CA.UTF-8"})

    @property
    def opened(self) -> Path:
        return self.office.folder / "opened"


@pytest.fixture(scope="module")
def left(new_office: NewOffice) -> Left:
    office = new_office()
    office.deliver(office.bills("a-1")).ended(0)
    resident = office.resident()
    resident.claim(office.code("a-1"), with_kit=True)
    office.city.settle()
    for key in ("second", "third"):
        office.deliver(office.bills("a-1", title=f"Avis {key} / 2026", **{"document key": key})).ended(0)
    archive = office.folder / "archive.zip"
    archive.write_bytes(resident.client.get("/api/vault/archive").raise_for_status().content)
    kit = office.folder / "kit.txt"
    assert resident.kit is not None
    kit.write_bytes(resident.kit.encode())
    bill = (office.folder / "pdf" / "a-1.pdf").read_bytes()
    titles = ("Compte de taxes a-1", "Avis second - 2026", "Avis third - 2026")
    return Left(office, archive, kit, resident, dict.fromkeys(titles, bill))


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


@pytest.fixture(scope="module")
def acted(left: Left) -> Left:
    """The same resident later: paper given up for one type, one document deleted; taken along again."""
    resident, issuer = left.resident, left.office.home.issuer
    choice = resident.choice(1, paperless=True, issuer=issuer, document_type="tax-bill")
    check(resident.client.post("/api/consents", json={"act": b64(choice)}), 204)
    gone = check(resident.client.get("/api/documents")).json()["documents"][0]["document_id"]
    deletion = resident.act(Delete(DocumentId(bytes.fromhex(gone)), resident.card(gone).signed.manifest_hash))
    check(resident.client.request("DELETE", f"/api/documents/{gone}", json={"act": b64(deletion)}), 204)
    left.office.city.settle()
    archive = left.office.folder / "later.zip"
    archive.write_bytes(check(resident.client.get("/api/vault/archive")).content)
    return replace(left, archive=archive)


def test_cli_open_gives_choices_and_deletions_that_verify_takes(acted: Left) -> None:
    ran = acted.open(None, "--json").ended(0)
    lines = [line for line in ran.lines if "type" in line]
    assert [line["type"] for line in lines] == ["consent", "delete"]
    home = acted.office.home.home
    for line in lines:
        act, receipt = acted.opened / line["act"], acted.opened / line["receipt"]
        said = acted.office.voute("verify", act, receipt, "--home", home, "--witnessed", "--json").ended(0).json
        assert (said["verdict"], said["type"], said["subject"]) == ("witnessed", line["type"], line["subject"])
        assert (said["index"], said["signed_at"]) == (line["index"], line["signed_at"])
        assert said["steps"] == list(ACT_STEPS)
        assert acted.office.voute("verify", act, receipt, "--home", home).ended(0).out.count("✓") == len(ACT_STEPS)
    consent, delete = lines
    mixed = acted.office.voute(
        "verify", acted.opened / consent["act"], acted.opened / delete["receipt"], "--home", home, "--json"
    ).ended(1)
    assert (mixed.json["error"], mixed.json["facts"]["step"]) == ("event-differs", ACT_STEPS.index("act-logged"))


def test_cli_verify_takes_the_one_file_that_a_page_gave_first_as_proof(acted: Left) -> None:
    lines = [line for line in acted.open(None, "--json").ended(0).lines if "type" in line]
    proof = acted.opened / "kept.json"
    parts = [[(acted.opened / line[part]).read_bytes() for part in ("act", "receipt")] for line in lines]
    for line, (act, receipt) in zip(lines, parts, strict=True):
        proof.write_bytes(b'{"act":%b,"receipt":%b}' % (act, receipt))
        said = acted.office.voute("verify", proof, "--home", acted.office.home.home, "--json").ended(0).json
        assert (said["type"], said["subject"], said["index"]) == (line["type"], line["subject"], line["index"])
    for wrong in (
        b'{"act":%b,"receipt":null}' % act,
        b'{"receipt":%b}' % receipt,
        b'{"act":1,"receipt":%b}' % receipt,
        b"%PDF-1.7",
    ):
        proof.write_bytes(wrong)
        assert acted.office.voute("verify", proof, "--home", acted.office.home.home, "--json").ended(1).json["error"] == "format"


def test_cli_verify_of_a_proof_file_needs_nothing_beside_it(acted: Left) -> None:
    lines = [line for line in acted.open(None, "--json").ended(0).lines if "type" in line]
    records = acted.opened / "vault-records.json"
    alone = acted.office.folder / "alone"
    alone.mkdir(exist_ok=True)
    proof, home = alone / "kept.json", acted.office.home.home
    for line in lines:
        act, receipt = ((acted.opened / line[part]).read_bytes() for part in ("act", "receipt"))
        whole = ActProof(act, parse_records(records.read_bytes())[:1], parse_receipt(receipt))
        proof.write_bytes(whole.encode())
        said = acted.office.voute("verify", proof, "--home", home, "--witnessed", "--json").ended(0).json
        assert (said["type"], said["subject"], said["index"]) == (line["type"], line["subject"], line["index"])
        # Records that are named are those of the vault that is meant.
        acted.office.voute("verify", proof, "--home", home, "--records", records).ended(0)


@pytest.mark.attack("A1")
def test_cli_verify_of_a_proof_file_refuses_another_vaults_records(acted: Left) -> None:
    line = next(line for line in acted.open(None, "--json").ended(0).lines if "type" in line)
    act, receipt = ((acted.opened / line[part]).read_bytes() for part in ("act", "receipt"))
    whole = ActProof(act, parse_records((acted.opened / "vault-records.json").read_bytes())[:1], parse_receipt(receipt))
    stranger = SigningKey(b"x" * 32)
    genesis = replace(parse_vault_record(parse(whole.records[0]).payload), root_key=stranger.public).sign(stranger)
    proof, other = acted.opened / "kept.json", acted.opened / "other.json"
    command = ["verify", str(proof), "--home", str(acted.office.home.home), "--json"]
    proof.write_bytes(whole.encode())
    other.write_bytes(encode_records((genesis,)))
    assert acted.office.voute(*command, "--records", other).ended(1).json["error"] == "unknown-key"
    proof.write_bytes(replace(whole, records=(genesis,)).encode())
    said = acted.office.voute(*command).ended(1).json
    assert (said["error"], said["facts"]["step"]) == ("unknown-key", ACT_STEPS.index("vault-signed"))


def test_cli_verify_of_an_act_without_its_vaults_records_says_what_to_do(acted: Left) -> None:
    lines = [line for line in acted.open(None, "--json").ended(0).lines if "type" in line]
    records = acted.opened / "vault-records.json"
    kept = records.rename(acted.office.folder / "kept.json")
    act, receipt = (acted.opened / lines[0][part] for part in ("act", "receipt"))
    command = ["verify", str(act), str(receipt), "--home", str(acted.office.home.home), "--json"]
    assert acted.office.voute(*command).ended(1).json["error"] == "records-missing"
    acted.office.voute(*command, "--records", kept).ended(0)


def test_cli_open_says_choices_and_deletions_in_words(acted: Left) -> None:
    said = acted.open().ended(0).out
    assert "a renoncé au papier pour «\u00a0tax-bill\u00a0»" in said
    assert "a supprimé le document" in said


def swap_acts(entries: Entries) -> None:
    consent, delete = (next(one for one in entries if one.startswith(kind)) for kind in ("consents/", "deletions/"))
    entries[consent], entries[delete] = entries[delete], entries[consent]


def test_cli_open_refuses_acts_that_stand_under_another_name(acted: Left) -> None:
    ran = acted.open(acted.rewritten(swap_acts), "--json").ended(1)
    assert [line["error"] for line in ran.lines if "error" in line] == ["event-differs"] * 2
    assert not list(acted.opened.glob("*.acte.json"))


def name_as_there(entries: Entries, document: str) -> None:
    index = json.loads(entries["archive.json"])
    index["documents"] = sorted({*index["documents"], document})
    entries["archive.json"] = json.dumps(index, separators=(",", ":"), sort_keys=True).encode()


def deleted_meanwhile(entries: Entries) -> None:
    """As where the document was deleted after the index of the archive had been written."""
    name_as_there(entries, next(one for one in entries if one.startswith("deletions/")).split("/")[1].split(".")[0])


def hidden_as_deleted(entries: Entries) -> None:
    """A document that is there is left out, behind another one's deletion."""
    act = entries[next(one for one in entries if one.startswith("deletions/") and ".act." in one)]
    document = json.loads(entries["archive.json"])["documents"][0]
    for name in (f"documents/{document}.age", f"documents/{document}.card.age", f"receipts/{document}.json"):
        del entries[name]
    entries[f"deletions/{document}.act.json"] = act


def test_cli_open_takes_a_deletion_for_a_document_that_went_meanwhile_and_no_other(acted: Left) -> None:
    whole = [line for line in acted.open(None, "--json").ended(0).lines if "file" in line]
    again = [line for line in acted.open(acted.rewritten(deleted_meanwhile), "--json").ended(0).lines if "file" in line]
    assert [line["file"] for line in again] == [line["file"] for line in whole]
    ran = acted.open(acted.rewritten(hidden_as_deleted), "--json").ended(1)
    assert [line["error"] for line in ran.lines if "error" in line] == ["event-differs"] * 2
    assert len([line for line in ran.lines if "file" in line]) == len(whole) - 1


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


@pytest.mark.attack("B4")
def test_cli_open_of_a_cut_archive_leaves_no_file(left: Left) -> None:
    whole = left.archive.read_bytes()
    path = left.office.folder / "cut.zip"
    for percent in (1, 25, 50, 75, 90, 99):
        path.write_bytes(whole[: len(whole) * percent // 100])
        assert left.open(path, "--json").ended(1).json["error"] == "format"
        assert [one for one in left.opened.rglob("*") if one.is_file()] == []


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
