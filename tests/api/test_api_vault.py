import base64
import io

import httpx

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from voute.format.archive import ArchiveReader
from voute.format.binary import labelled_hash, u64
from voute.format.event import NO_CHAIN
from voute.format.receipt import parse_receipt
from voute.seal.agefile import open_file
from voute.seal.claim import claim_keys


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


def test_api_vault_archive_of_an_empty_log_is_still_whole(demo: DemoCity, claimed: Resident) -> None:
    with demo.client() as stranger:
        check(stranger.get("/api/vault/archive"), 401)
    assert ArchiveReader(io.BytesIO(check(claimed.client.get("/api/vault/archive")).content)).keyring()
