import base64
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import CITY, DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from voute.app.destroy import work
from voute.app.scrub import Scrubbing
from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.core.ports_seen import DeadCount
from voute.core.rows import DocumentRow, JobKind
from voute.format.act import Act
from voute.format.archive import ArchiveReader
from voute.format.dsse import SigningKey
from voute.format.event import blind, parse_event
from voute.format.sidecar import SidecarRecord, deleted, parse_sidecar
from voute.format.subject import Delete, Opened, vault_actor
from voute.server.jobs.scrub import DAY
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import CheckpointState, LogKey, WitnessKey, WitnessPolicy
from voute.tlog.proof import TlogProof, verify_proof
from voute.verify.act import verify_act


@pytest.fixture
def bills(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> list[Bill]:
    return deliver_to_vault(demo, client, issuer, claimed, 3)


def delete(resident: Resident, bill: Bill, act: bytes | None = None) -> httpx.Response:
    document = bill.sealed.document_id
    body = {"act": b64(resident.act(Delete(document, bill.sealed.manifest_hash)) if act is None else act)}
    return resident.client.request("DELETE", f"/api/documents/{document.hex()}", json=body)


def deletion(resident: Resident, bill: Bill) -> httpx.Response:
    return resident.client.get(f"/api/documents/{bill.sealed.document_id.hex()}/deletion")


def row_of(demo: DemoCity, bill: Bill) -> DocumentRow:
    with demo.city.catalogue.read() as tx:
        row = tx.documents.get(bill.sealed.document_id)
    assert row is not None
    return row


def records_of(demo: DemoCity, bill: Bill) -> tuple[SidecarRecord, ...]:
    return parse_sidecar(demo.city.sidecars.get(row_of(demo, bill).pack_hash)).records


def shown(resident: Resident) -> list[str]:
    return [row["document_id"] for row in check(resident.client.get("/api/documents")).json()["documents"]]


def test_api_document_delete_hides_at_once_and_destroys_after_the_leaf(
    demo: DemoCity, claimed: Resident, bills: list[Bill]
) -> None:
    gone = bills[1]
    check(delete(claimed, gone), 204)
    assert shown(claimed)[1:] == [bill.sealed.document_id.hex() for bill in (bills[0], bills[2])]
    for path in ("", "/body", "/receipt"):
        reply = check(claimed.client.get(f"/api/documents/{gone.sealed.document_id.hex()}{path}"), 410)
        assert reply.json()["code"] == "document-deleted"
    assert check(deletion(claimed, gone), 425).json()["code"] == "not-yet-logged"
    assert work(demo.city) == 0
    assert records_of(demo, gone)[1].placement.header == gone.sealed.header
    demo.settle()
    assert check(deletion(claimed, gone)).json()["destroyed"] is False
    assert work(demo.city) == 2
    assert records_of(demo, gone)[1] == deleted(gone.sealed.document_id)
    assert check(deletion(claimed, gone)).json()["destroyed"] is True
    for other in (bills[0], bills[2]):
        assert claimed.read(other.sealed.document_id.hex()) == other.plaintext
    row = row_of(demo, gone)
    assert set(b"".join(demo.city.blobs.read(row.pack_hash, row.body_offset, row.body_length))) == {0}
    assert work(demo.city) == 0


def test_api_document_delete_leaves_no_byte_of_header_card_and_salts(
    demo: DemoCity, claimed: Resident, bills: list[Bill]
) -> None:
    gone = bills[0]
    opened = claimed.opened_act(gone.sealed.document_id.hex(), gone.sealed.manifest_hash)
    check(claimed.client.post(f"/api/documents/{gone.sealed.document_id.hex()}/opened", json={"act": b64(opened)}), 204)
    demo.settle()
    row = row_of(demo, gone)
    with demo.city.catalogue.read() as tx:
        events = tx.events.get_many([row.event_id, row.opened_event or 0])
    assert len(events) == 2
    needles = [gone.sealed.header, gone.sealed.card, opened, *(event.salt for event in events.values())]
    assert all(found(demo, needle[-32:]) for needle in needles)
    check(delete(claimed, gone), 204)
    demo.settle()
    assert work(demo.city) == 2
    assert [found(demo, needle[-32:]) for needle in needles] == [[]] * len(needles)
    assert found(demo, bills[1].sealed.header[-32:])


def found(demo: DemoCity, needle: bytes) -> list[Path]:
    """Files of the city with these bytes; the end of a header or card lies together whatever pages it is cut into."""
    return [path for path in demo.settings.data.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_api_document_delete_again_changes_nothing(demo: DemoCity, claimed: Resident, bills: list[Bill]) -> None:
    for _ in range(2):
        check(delete(claimed, bills[0]), 204)
    demo.settle()
    work(demo.city)
    check(delete(claimed, bills[0]), 204)
    with demo.city.catalogue.read() as tx:
        assert tx.events.pending(10) == ()
        assert tx.jobs.pending(JobKind.DESTROY, 10) == ()


def test_api_document_delete_has_a_receipt(demo: DemoCity, claimed: Resident, bills: list[Bill]) -> None:
    check(delete(claimed, bills[0]), 204)
    demo.settle()
    work(demo.city)
    reply = check(deletion(claimed, bills[0])).json()["receipt"]
    event = base64.b64decode(reply["event"])
    said = parse_event(event)
    assert said.subject == Delete(bills[0].sealed.document_id, bills[0].sealed.manifest_hash)
    assert said.actor == vault_actor(claimed.open_vault.vault_id)
    entry = blind(bytes.fromhex(reply["salt"]), bytes.fromhex(reply["chain"]), event)
    logs = [LogKey(one.origin, one.ed25519, one.mldsa44) for one in demo.root.logs]
    witnesses = tuple(WitnessKey(one.name, one.mldsa44) for one in demo.root.witnesses)
    proof = TlogProof.parse(reply["proof"].encode())
    assert verify_proof(proof, leaf_hash(entry), logs, WitnessPolicy(1, witnesses)).state is CheckpointState.WITNESSED


def test_api_document_delete_refuses_acts_that_do_not_hold(demo: DemoCity, claimed: Resident, bills: list[Bill]) -> None:
    document, manifest = bills[0].sealed.document_id, bills[0].sealed.manifest_hash
    actor = vault_actor(claimed.open_vault.vault_id)
    act = Act(CITY, actor, Delete(document, manifest), 1_790_000_000, Hash(bytes(32)))  # type: ignore[arg-type]
    lies = [
        (claimed.act(Delete(document, Hash(bytes(32)))), 422),
        (claimed.act(Delete(bills[1].sealed.document_id, bills[1].sealed.manifest_hash)), 422),
        (claimed.act(Opened(document, manifest)), 422),
        (act.sign(SigningKey(b"s" * 32)), 422),
        (replace(act, actor=vault_actor(Hash(b"v" * 32))).sign(claimed.open_vault.root_key), 422),  # type: ignore[arg-type]
        (b"rubbish", 400),
    ]
    for lie, status in lies:
        check(delete(claimed, bills[0], lie), status)
    assert row_of(demo, bills[0]).deleted_at is None
    assert check(deletion(claimed, bills[0]), 404).json()["code"] == "document-unknown"


def test_api_document_delete_is_for_the_holder_alone(
    demo: DemoCity, client: httpx.Client, other_issuer: Department, claimed: Resident, bills: list[Bill]
) -> None:
    code, keys, _ = other_issuer.code("permit-1")
    other_issuer.deliver(client, [other_issuer.bill_for_code(keys, "permit-1")])
    demo.settle()
    with demo.client() as browser:
        neighbour = Resident(browser, demo.root)
        neighbour.claim(code)
        assert check(delete(neighbour, bills[0]), 404).json()["code"] == "document-unknown"
        check(delete(claimed, bills[0]), 204)
        assert check(delete(neighbour, bills[0]), 404).json()["code"] == "document-unknown"
        assert check(deletion(neighbour, bills[0]), 404).json()["code"] == "document-unknown"


def test_api_document_delete_refuses_a_later_opening(demo: DemoCity, claimed: Resident, bills: list[Bill]) -> None:
    check(delete(claimed, bills[0]), 204)
    document = bills[0].sealed.document_id.hex()
    act = claimed.opened_act(document, bills[0].sealed.manifest_hash)
    reply = check(claimed.client.post(f"/api/documents/{document}/opened", json={"act": b64(act)}), 410)
    assert reply.json()["code"] == "document-deleted"
    assert row_of(demo, bills[0]).opened_at is None


def test_api_document_delete_position_is_not_given_again(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, bills: list[Bill]
) -> None:
    last = row_of(demo, bills[2]).position
    check(delete(claimed, bills[2]), 204)
    demo.settle()
    work(demo.city)
    deliver_to_vault(demo, client, issuer, claimed, 1, run="later")
    rows = check(claimed.client.get("/api/documents", params={"after": last})).json()["documents"]
    assert len(rows) == 1


def test_api_document_delete_leaves_archive_and_the_issuers_receipts(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, bills: list[Bill]
) -> None:
    check(delete(claimed, bills[1]), 204)
    demo.settle()
    work(demo.city)
    names = zipfile.ZipFile(io.BytesIO(check(claimed.client.get("/api/vault/archive")).content)).namelist()
    # Of the document itself nothing: what stays is what its holder signed.
    own = [f"deletions/{bills[1].sealed.document_id.hex()}.{part}.json" for part in ("act", "receipt")]
    assert [name for name in names if bills[1].sealed.document_id.hex() in name] == own
    assert [name for name in names if bills[0].sealed.document_id.hex() in name]
    delivery = row_of(demo, bills[1]).delivery_id.hex()
    text = check(client.get(f"/api/deliveries/{delivery}/receipts", headers=issuer.headers)).text
    kinds = [json.loads(line)["kind"] for line in text.splitlines()]
    assert kinds == ["checkpoint", "receipt", "deleted", "receipt"]
    assert set(json.loads(text.splitlines()[2])) == {"kind", "document_id", "index"}


def test_api_document_delete_tries_the_other_packs_when_a_sidecar_is_damaged(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, bills: list[Bill]
) -> None:
    other = deliver_to_vault(demo, client, issuer, claimed, 1, run="other")[0]
    missing = deliver_to_vault(demo, client, issuer, claimed, 1, run="missing")[0]
    for bill in (bills[0], other, missing):
        check(delete(claimed, bill), 204)
    demo.settle()
    whole = demo.city.sidecars.get(row_of(demo, bills[0]).pack_hash)
    demo.city.sidecars.put(row_of(demo, bills[0]).pack_hash, whole[:-1])
    demo.city.sidecars.delete(row_of(demo, missing).pack_hash)
    with pytest.raises(FormatError):
        work(demo.city)
    assert check(deletion(claimed, bills[0])).json()["destroyed"] is False
    assert check(deletion(claimed, other)).json()["destroyed"] is True
    assert check(deletion(claimed, missing)).json()["destroyed"] is True
    demo.city.sidecars.put(row_of(demo, bills[0]).pack_hash, whole)
    assert work(demo.city) == 4
    assert check(deletion(claimed, bills[0])).json()["destroyed"] is True


def test_api_document_delete_is_taken_along_in_the_archive_before_and_after_its_leaf(
    demo: DemoCity, claimed: Resident, bills: list[Bill]
) -> None:
    first, second = (bill.sealed for bill in bills[:2])
    acts = [claimed.act(Delete(one.document_id, one.manifest_hash)) for one in (first, second)]
    check(delete(claimed, bills[0], acts[0]), 204)
    demo.settle()
    assert work(demo.city) == 2
    check(delete(claimed, bills[1], acts[1]), 204)
    reader = ArchiveReader(io.BytesIO(check(claimed.client.get("/api/vault/archive")).content))
    assert reader.deletions == sorted([first.document_id, second.document_id])
    assert first.document_id not in reader.index.documents
    assert reader.deletion(second.document_id) == (acts[1], None)
    act, receipt = reader.deletion(first.document_id)
    assert act == acts[0]
    assert receipt is not None
    proven = verify_act(act, receipt, reader.records(), claimed.root)
    assert proven.subject == Delete(first.document_id, first.manifest_hash)


def test_api_document_delete_waits_with_the_bytes_while_a_backup_has_the_pack_and_takes_restored_ones(
    demo: DemoCity, claimed: Resident, bills: list[Bill]
) -> None:
    gone = bills[1]
    row = row_of(demo, gone)
    (path,) = (demo.settings.data / "packs").rglob(f"{row.pack_hash.hex()}.pack")
    whole = path.read_bytes()
    body = whole[row.body_offset : row.body_offset + row.body_length]
    check(delete(claimed, gone), 204)
    demo.settle()
    second = demo.settings.data.parent / "frozen.pack"
    second.hardlink_to(path)
    assert work(demo.city) == 1
    with demo.city.catalogue.read() as tx:
        assert tx.counts.dead() == DeadCount(1, len(body), len(body))
    assert body in path.read_bytes()
    second.unlink()
    assert work(demo.city) == 1
    with demo.city.catalogue.read() as tx:
        assert tx.counts.dead() == DeadCount(1, len(body), 0)
    punched = path.read_bytes()
    assert punched == whole.replace(body, bytes(len(body)))
    # A backup brings the bytes back: the walk sees it, finds no damage, and they go again.
    path.write_bytes(whole)
    scrubbing = Scrubbing(demo.city, 30 * DAY, lambda _many: None, lambda damage: pytest.fail(str(damage)))
    while scrubbing.step():
        pass
    assert work(demo.city) == 1
    assert path.read_bytes() == punched
    for other in (bills[0], bills[2]):
        assert claimed.read(other.sealed.document_id.hex()) == other.plaintext
