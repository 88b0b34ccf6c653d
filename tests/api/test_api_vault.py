import base64
import io

import httpx
import pytest

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from voute.app.archive import stream_archive
from voute.app.ports import Holder
from voute.core.ids import DocumentId, hash_of
from voute.format import archive
from voute.format.archive import ArchiveReader
from voute.format.binary import labelled_hash, u64
from voute.format.event import NO_CHAIN
from voute.format.receipt import parse_receipt
from voute.format.subject import Delete
from voute.seal.agefile import open_file
from voute.seal.claim import claim_keys
from voute.verify.act import verify_signed_act


def test_api_vault_read_gives_all_that_a_way_in_needs(claimed: Resident) -> None:
    vault_id = claimed.open_vault.vault_id
    again = claimed.unlock_again()
    assert again.vault_id == vault_id
    reply = check(claimed.client.get("/api/vault")).json()
    assert reply["v"] == 1
    assert len(reply["records"]) == 2


def test_api_vault_read_shows_the_salts_of_its_own_chains_only(demo: DemoCity, claimed: Resident, issuer: Department) -> None:
    code, _, _ = issuer.code("roll-1")
    reply = check(claimed.client.get("/api/vault")).json()
    boxes = {one["box"]: bytes.fromhex(one["salt"]) for one in reply["chain_salts"]}
    vault = claimed.open_vault.vault_id
    assert boxes.keys() == {vault.hex(), claim_keys(code).lookup_id.hex()}
    with demo.city.catalogue.read() as tx:
        events = [event for event in tx.events.numbered(0, 10) if event.box_id == vault]
    link = bytes(NO_CHAIN)
    for n, event in enumerate(events, 1):
        link = labelled_hash("chain/v1", boxes[vault.hex()], u64(n), link)
        assert event.chain == link


def test_api_vault_archive_opens_without_us(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> None:
    vault = claimed.open_vault
    recipient = vault.reading.recipient.to_string()
    bills = [issuer.bill_for_vault(vault.vault_id, recipient, f"b{n}", b"%PDF " + bytes([n]) * 500) for n in range(5)]
    issuer.deliver(client, bills, run="run-2")
    demo.settle()
    reply = check(claimed.client.get("/api/vault/archive"))
    assert reply.headers["content-type"] == "application/zip"
    reader = ArchiveReader(io.BytesIO(reply.content))
    assert len(reader.index.documents) == 6
    assert reader.trust_root() == demo.city.trust().envelope
    assert reader.records() == tuple(base64.b64decode(one) for one in check(claimed.client.get("/api/vault")).json()["records"])
    for bill in bills:
        opened = open_file(reader.body(bill.sealed.document_id), vault.identities())
        assert opened == bill.plaintext
        receipt = reader.receipt(bill.sealed.document_id)
        assert receipt is not None
        assert parse_receipt(receipt).manifest is None


@pytest.mark.parametrize("destroyed", [False, True])
def test_api_vault_archive_names_what_was_deleted_while_it_was_made(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, *, destroyed: bool
) -> None:
    vault = claimed.open_vault
    recipient = vault.reading.recipient.to_string()
    issuer.deliver(client, [issuer.bill_for_vault(vault.vault_id, recipient, "more", b"%PDF more")], run="run-2")
    demo.settle()
    pieces = stream_archive(demo.city, Holder(vault.vault_id, hash_of(bytes(32)), 0))
    made = [next(pieces)]
    # The archive goes through them by their names: the last one is still to come.
    listed = check(claimed.client.get("/api/documents")).json()["documents"]
    kept, gone = sorted(one["document_id"] for one in listed)
    deletion = claimed.act(Delete(DocumentId(bytes.fromhex(gone)), claimed.card(gone).signed.manifest_hash))
    act = {"act": base64.b64encode(deletion).decode()}
    check(claimed.client.request("DELETE", f"/api/documents/{gone}", json=act), 204)
    if destroyed:
        demo.settle()
    reader = ArchiveReader(io.BytesIO(b"".join([*made, *pieces])))
    assert [one.hex() for one in reader.index.documents] == [kept, gone]
    assert [one.hex() for one in reader.deleted_meanwhile] == [gone]
    assert open_file(reader.body(DocumentId(bytes.fromhex(kept))), vault.identities()).startswith(b"%PDF")
    found, receipt = reader.deletion(DocumentId(bytes.fromhex(gone)))
    signed = verify_signed_act(found, vault.chain, demo.root)
    assert isinstance(signed.subject, Delete)
    assert (signed.subject.document_id.hex(), receipt) == (gone, None)


def test_api_vault_archive_of_more_documents_than_one_may_hold_names_the_limit(
    claimed: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = check(claimed.client.get("/api/documents")).json()["documents"]
    monkeypatch.setattr(archive, "MAX_DOCUMENTS", len(listed))
    assert ArchiveReader(io.BytesIO(check(claimed.client.get("/api/vault/archive")).content)).index.documents
    monkeypatch.setattr(archive, "MAX_DOCUMENTS", len(listed) - 1)
    problem = check(claimed.client.get("/api/vault/archive"), 413).json()
    assert (problem["code"], problem["facts"]) == ("limit", {"limit": len(listed) - 1})


def test_api_vault_archive_of_an_empty_log_is_still_whole(demo: DemoCity, claimed: Resident) -> None:
    with demo.client() as stranger:
        check(stranger.get("/api/vault/archive"), 401)
    assert ArchiveReader(io.BytesIO(check(claimed.client.get("/api/vault/archive")).content)).keyring()
