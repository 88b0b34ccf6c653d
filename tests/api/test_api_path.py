"""The whole path once: delivery, letter, claim, reading, receipts, archive, verified by the client's own code."""

import base64
import io

import httpx

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from voute.format.archive import ArchiveReader


def test_api_path_from_delivery_to_receipt(demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident) -> None:
    code, keys, _ = issuer.code("roll-1")
    body = b"%PDF-1.7 " + bytes(range(256)) * 1_000
    delivery = issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1", body)])
    demo.settle()
    reply = resident.claim(code)
    demo.settle()
    rows = check(resident.client.get("/api/documents")).json()
    assert [row["document_id"] for row in rows["documents"]] == reply["documents"]
    assert resident.read(reply["documents"][0]) == body
    receipt = check(resident.client.get(f"/api/documents/{reply['documents'][0]}/receipt")).json()
    assert "c2sp.org/tlog-proof@v1" in receipt["proof"]
    lines = check(client.get(f"/api/deliveries/{delivery.hex()}/receipts", headers=issuer.headers)).text.splitlines()
    assert len(lines) == 2
    assert base64.b64decode(receipt["event"])
    archive = check(resident.client.get("/api/vault/archive")).content
    reader = ArchiveReader(io.BytesIO(archive))
    assert [one.hex() for one in reader.index.documents] == reply["documents"]
