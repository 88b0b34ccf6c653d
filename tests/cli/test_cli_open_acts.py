"""What a holder signed, out of an archive: `voute open` gives a proof of each, `voute verify` takes it, alone."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import NewOffice
from tests.cli.taken_along import Entries, Left, leave
from tests.support.city import check
from tests.support.issuer import b64
from tests.support.tsa import make_authority
from voute.core.ids import DocumentId
from voute.core.values import UnixTime, time_text
from voute.format.act_proof import parse_act_proof
from voute.format.archive import RECORDS, encode_records, parse_records
from voute.format.dsse import SigningKey, parse
from voute.format.receipt import parse_receipt
from voute.format.subject import Delete
from voute.format.vault_record import parse_vault_record
from voute.tlog.proof import TlogProof
from voute.tlog.timestamp import Chain, Query, Stamped, verify_response
from voute.verify.act import ACT_STEPS


@pytest.fixture(scope="module")
def left(new_office: NewOffice) -> Left:
    return leave(new_office())


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


def signed_lines(acted: Left, *args: str) -> list[dict[str, Any]]:
    """What `voute open` says of what the holder signed."""
    return [line for line in acted.open(None, "--json", *args).ended(0).lines if "type" in line]


def parts(acted: Left, kind: str) -> tuple[Path, Path]:
    """Act and receipt of a choice (`consents`) or a deletion as the archive has them, unpacked with its records beside them."""
    folder = acted.office.folder / "unpacked"
    folder.mkdir(exist_ok=True)
    entries = acted.entries
    (folder / RECORDS).write_bytes(entries[RECORDS])
    found = []
    for part in ("act", "receipt"):
        (name,) = (one for one in entries if one.startswith(f"{kind}/") and one.endswith(f".{part}.json"))
        found.append(folder / name.split("/")[1])
        found[-1].write_bytes(entries[name])
    return found[0], found[1]


KINDS = ("consents", "deletions")


def test_cli_open_gives_one_file_of_each_choice_and_deletion_that_verify_takes(acted: Left) -> None:
    lines = signed_lines(acted)
    assert [line["type"] for line in lines] == ["consent", "delete"]
    assert sorted(one.name for one in acted.opened.glob("*.json") if ".recu." not in one.name) == [one["proof"] for one in lines]
    home = acted.office.home.home
    for line, kind in zip(lines, KINDS, strict=True):
        assert line["act"] is None
        # Alone: as it is handed on.
        proof = acted.office.folder / "handed-on.json"
        (acted.opened / line["proof"]).rename(proof)
        said = acted.office.voute("verify", proof, "--home", home, "--witnessed", "--json").ended(0).json
        assert (said["verdict"], said["type"], said["subject"]) == ("witnessed", line["type"], line["subject"])
        assert (said["index"], said["signed_at"]) == (line["index"], line["signed_at"])
        assert said["steps"] == list(ACT_STEPS)
        assert acted.office.voute("verify", proof, "--home", home).ended(0).out.count("✓") == len(ACT_STEPS)
        # Nothing of the vault but its first record: later ones tell of the holder's ways in.
        act, receipt = parts(acted, kind)
        whole = parse_act_proof(proof.read_bytes())
        assert (whole.act, whole.receipt) == (act.read_bytes(), parse_receipt(receipt.read_bytes()))
        assert whole.records == parse_records(acted.entries[RECORDS])[:1]
        # Records that are named are those of the vault that is meant.
        acted.office.voute("verify", proof, "--home", home, "--records", act.parent / RECORDS).ended(0)


def without_receipts(entries: Entries) -> None:
    """As while the city's log has nothing of them yet."""
    for name in [one for one in entries if one.startswith(KINDS) and one.endswith(".receipt.json")]:
        del entries[name]


def test_cli_open_gives_the_act_alone_while_the_log_does_not_have_it(acted: Left) -> None:
    ran = acted.open(acted.rewritten(without_receipts), "--json").ended(0)
    lines = [line for line in ran.lines if "type" in line]
    assert [(line["proof"], line["index"]) for line in lines] == [(None, None)] * len(KINDS)
    for line, kind in zip(lines, KINDS, strict=True):
        act, receipt = parts(acted, kind)
        assert (acted.opened / line["act"]).read_bytes() == act.read_bytes()
        # The receipt that comes later proves it.
        command = ["verify", acted.opened / line["act"], receipt, "--home", acted.office.home.home, "--json"]
        assert acted.office.voute(*command).ended(0).json["type"] == line["type"]
    assert not list(acted.opened.glob("*.preuve.json"))


def test_cli_verify_takes_act_and_receipt_as_archives_have_them(acted: Left) -> None:
    home = acted.office.home.home
    for kind in KINDS:
        act, receipt = parts(acted, kind)
        said = acted.office.voute("verify", act, receipt, "--home", home, "--witnessed", "--json").ended(0).json
        assert (said["verdict"], said["type"], said["steps"]) == (
            "witnessed",
            {"consents": "consent", "deletions": "delete"}[kind],
            list(ACT_STEPS),
        )
    act, receipt = parts(acted, "consents")[0], parts(acted, "deletions")[1]
    mixed = acted.office.voute("verify", act, receipt, "--home", home, "--json").ended(1)
    assert (mixed.json["error"], mixed.json["facts"]["step"]) == ("event-differs", ACT_STEPS.index("act-logged"))


def test_cli_verify_takes_the_one_file_that_a_page_gave_first_as_proof(acted: Left) -> None:
    proof = parts(acted, "consents")[0].parent / "kept.json"
    for line, kind in zip(signed_lines(acted), KINDS, strict=True):
        act, receipt = parts(acted, kind)
        proof.write_bytes(b'{"act":%b,"receipt":%b}' % (act.read_bytes(), receipt.read_bytes()))
        said = acted.office.voute("verify", proof, "--home", acted.office.home.home, "--json").ended(0).json
        assert (said["type"], said["subject"], said["index"]) == (line["type"], line["subject"], line["index"])
    act, receipt = parts(acted, "deletions")
    for wrong in (
        b'{"act":%b,"receipt":null}' % act.read_bytes(),
        b'{"receipt":%b}' % receipt.read_bytes(),
        b'{"act":1,"receipt":%b}' % receipt.read_bytes(),
        b"%PDF-1.7",
    ):
        proof.write_bytes(wrong)
        assert acted.office.voute("verify", proof, "--home", acted.office.home.home, "--json").ended(1).json["error"] == "format"


def test_cli_verify_of_an_act_says_when_an_authority_saw_its_checkpoint(acted: Left, tmp_path: Path) -> None:
    authority, stranger = (make_authority(tmp_path / name) for name in ("authority", "stranger"))
    whole = parse_act_proof((acted.opened / signed_lines(acted)[0]["proof"]).read_bytes())
    checkpoint = TlogProof.parse(whole.receipt.proof.encode()).checkpoint
    answer = authority.answer(Query.about(checkpoint.head).body)
    proof, beside = tmp_path / "proof.json", tmp_path / "stamped"
    beside.write_bytes(Stamped(answer, checkpoint).encode())
    act, receipt = parts(acted, "consents")
    home: list[str | Path] = ["--home", acted.office.home.home, "--json"]
    within = replace(whole, receipt=replace(whole.receipt, timestamps=(answer,)))
    proof.write_bytes(within.encode())
    told = verify_response(answer, checkpoint.head, Chain.of_pem(authority.certificates.read_bytes()))
    commands: list[list[str | Path]] = [
        [proof, "--tsa", authority.certificates],
        [act, receipt, "--tsa", authority.certificates, "--timestamp", beside],
    ]
    for command in commands:
        said = acted.office.voute("verify", *command, *home).ended(0).json
        assert said["stamped_at"] == time_text(UnixTime(told))
    assert acted.office.voute("verify", proof, *home).ended(0).json["stamped_at"] is None
    with_tsa, without = (
        acted.office.voute("verify", proof, "--home", acted.office.home.home, *more).ended(0).out.splitlines()
        for more in (("--tsa", authority.certificates), ())
    )
    assert len(with_tsa) == len(without) + 1
    # An authority that nobody named, and none at all, are told.
    commands = [[proof, "--tsa", stranger.certificates], [act, receipt, "--tsa", authority.certificates]]
    for command in commands:
        assert acted.office.voute("verify", *command, *home).ended(1).json["error"] == "timestamp-bad"


@pytest.mark.attack("A1")
def test_cli_verify_of_a_proof_file_refuses_another_vaults_records(acted: Left) -> None:
    proof = acted.opened / signed_lines(acted)[0]["proof"]
    whole = parse_act_proof(proof.read_bytes())
    stranger = SigningKey(b"x" * 32)
    genesis = replace(parse_vault_record(parse(whole.records[0]).payload), root_key=stranger.public).sign(stranger)
    other = acted.opened / "other.json"
    command = ["verify", str(proof), "--home", str(acted.office.home.home), "--json"]
    other.write_bytes(encode_records((genesis,)))
    assert acted.office.voute(*command, "--records", other).ended(1).json["error"] == "unknown-key"
    proof.write_bytes(replace(whole, records=(genesis,)).encode())
    said = acted.office.voute(*command).ended(1).json
    assert (said["error"], said["facts"]["step"]) == ("unknown-key", ACT_STEPS.index("vault-signed"))


def test_cli_verify_of_an_act_without_its_vaults_records_says_what_to_do(acted: Left) -> None:
    act, receipt = parts(acted, "consents")
    kept = (act.parent / RECORDS).rename(acted.office.folder / "kept.json")
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
    assert not list(acted.opened.glob("*.json")) or all(".recu." in one.name for one in acted.opened.glob("*.json"))


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
