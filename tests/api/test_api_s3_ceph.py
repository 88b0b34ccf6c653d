"""The path of a delivery on a real S3 server, Ceph: in parts, by ranges, destroyed, checked, and moved into files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, check, demo_settings, found_city, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from tests.support.s3.ceph import CephServer, ceph
from tests.support.s3.stores import on_s3
from voute.app.destroy import work
from voute.cli.fsck import check_city
from voute.cli.move import move_city
from voute.core.ids import Slug
from voute.format.subject import Delete
from voute.store.s3 import UPLOAD_BUFFER

pytestmark = pytest.mark.long

LARGE = 3 * UPLOAD_BUFFER
SECONDS = 30
"""Patience with a server that is slow while it begins."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CephServer]:
    with ceph(tmp_path_factory.mktemp("ceph")) as found:
        yield found


def test_api_s3_ceph_carries_a_city(server: CephServer, folder: Path, loop: Loop) -> None:
    settings = replace(on_s3(demo_settings(folder), server, "city/a", seconds=SECONDS), s3_locks="s3://city/locks")
    root = found_city(settings)
    demo = open_demo_city(settings, root, Clock(), loop)
    issuer = Department(Slug("finances"), FINANCES)
    with demo.client() as client:
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        issuer.deliver(client, [issuer.bill_for_code(keys, "first")])
        demo.settle()
        resident = Resident(client, root)
        resident.claim(code)
        vault = resident.open_vault
        recipient = vault.reading.recipient.to_string()
        bills = [
            issuer.bill_for_vault(vault.vault_id, recipient, f"own-{n}", b"%PDF" + bytes(size))
            for n, size in enumerate((LARGE, 5_000))
        ]
        issuer.deliver(client, bills, run="run-2")
        demo.settle()
        first, second = (bill.sealed for bill in bills)
        assert resident.read(first.document_id.hex()) == bills[0].plaintext
        path = f"/api/documents/{first.document_id.hex()}/body"
        part = check(client.get(path, headers={"range": "bytes=9000000-9000999"}), 206).content
        assert part == first.body[9_000_000:9_001_000]
        assert check_city(settings).findings == []
        act = resident.act(Delete(second.document_id, second.manifest_hash))
        check(client.request("DELETE", f"/api/documents/{second.document_id.hex()}", json={"act": b64(act)}), 204)
        for _ in range(2):
            demo.settle()
            work(demo.city)
        assert demo.assembled.stores.sweep(0) == 0
    demo.close()
    assert check_city(settings).findings == []
    facts = move_city(settings, replace(settings, blobs=""), lambda _stage, _done, _total: None)
    assert facts["files_copied"] == facts["files"] > 0
