"""A small city that has lived through everything: for tests of what is stored, each on a copy of its folder."""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from tests.support.asgi import Loop
from tests.support.city import FINANCES, PERMITS, Clock, check, demo_settings, found_city, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, Pack, b64
from tests.support.own_index import put_index, sealed_index
from voute.app import destroy
from voute.app.release import announce
from voute.cli.fsck import check_city
from voute.core.ids import LookupId, Slug, hash_of
from voute.format.subject import Bound, Delete, Disown, Revoked
from voute.format.trust_root import TrustRoot
from voute.fsck.findings import Progress, Report
from voute.server.settings import Settings

MANY = 250
"""Documents of the large delivery: with the others, more events than one tile holds."""


@dataclass(frozen=True)
class KeptCity:
    """A city's folder, and what tests need to know of what is in it."""

    settings: Settings
    delivery: bytes
    """Visible, one pack: bills that waited for the code by which the vault was opened."""
    pack: Pack
    vault: bytes
    claimed: LookupId
    draft: bytes
    holder: Resident
    """Who opened the vault: give it a client to go on."""
    finances: Department
    root: TrustRoot

    def copy(self, folder: Path) -> "KeptCity":
        for name in ("data", "locks"):
            shutil.copytree(self.settings.data.parent / name, folder / name)
        return replace(self, settings=replace(demo_settings(folder), web=self.settings.web))

    @property
    def catalogue(self) -> Path:
        return self.settings.data / "catalogue.sqlite"

    def file(self, where: str) -> Path:
        """The file that a finding's place names."""
        store, _, path = where.partition("/")
        if store == "packs" and path.endswith((".pack", ".side")):
            return self.settings.data / "packs" / path[:2] / path
        return self.settings.locks_folder / path if store == "locks" else self.settings.data / store / path

    def fsck(
        self, *, repair: bool = False, quick: bool = False, progress: Progress = lambda _stage, _done, _total: None
    ) -> Report:
        return check_city(self.settings, repair=repair, quick=quick, progress=progress)


def keep_city(folder: Path, many: int = MANY, *, deleting: bool = False) -> KeptCity:
    """Found a city and let it live, with one document destroyed and one about to be if asked; takes a second or two."""
    settings = demo_settings(folder)
    loop = Loop()
    demo = open_demo_city(settings, found_city(settings), Clock(), loop)
    with demo.client() as client:
        finances, permits = Department(Slug("finances"), FINANCES), Department(Slug("permits"), PERMITS)
        finances.sign_in(client)
        permits.sign_in(client)
        code, keys, _ = finances.code("roll-1")
        announce(demo.city, "0.1.0", hash_of(b"\x01" * 32))
        delivery, pack = _deliver(finances, client, [finances.bill_for_code(keys, f"bill-{n}") for n in range(3)])
        demo.settle()
        announce(demo.city, "0.2.0", hash_of(b"\x02" * 32))
        resident = Resident(client, demo.root)
        resident.claim(code, with_kit=True)
        demo.settle()
        vault = resident.open_vault
        _deliver(permits, client, _waiting(permits, "permit", 3), run="permits-1")
        finances.deliver(client, _waiting(finances, "roll", many), run="run-2")
        demo.settle()
        recipient = vault.reading.recipient.to_string()
        finances.deliver(client, [finances.bill_for_vault(vault.vault_id, recipient, f"new-{n}") for n in range(3)], run="run-3")
        bound = finances.act(Bound(LookupId(keys.lookup_id), vault.vault_id, vault.chain.head))
        check(client.post("/api/directory/bound", json={"acts": [b64(bound)]}, headers=finances.headers))
        gone = LookupId(finances.code("roll-7")[1].lookup_id)
        check(client.post("/api/lookups/revoke", json={"acts": [b64(finances.act(Revoked(gone)))]}, headers=finances.headers))
        _open(resident, client, pack, 0)
        if deleting:
            _open(resident, client, pack, 1)
            _delete(resident, client, pack, 1)
        disowned = resident.act(Disown(LookupId(keys.lookup_id), vault.vault_id))
        check(client.post("/api/vault/disown", json={"act": b64(disowned)}))
        strayed = finances.code("roll-6")[1]
        body = {"lookup_id": strayed.lookup_id.hex(), "token": b64(strayed.token)}
        check(client.post("/api/claims/freeze", json=body))
        body, _ = resident.keyring_body()
        check(client.put("/api/vault/keyring", json=body))
        check(put_index(client, sealed_index(resident, 2, {}), 2, 0), 204)
        demo.settle()
        choose(client, resident.choice(1, paperless=True))
        choose(client, resident.choice(1, paperless=True, issuer="permits"))
        choose(client, resident.choice(2, paperless=False))
        demo.settle()
        if deleting:
            assert destroy.work(demo.city) == 2
            _delete(resident, client, pack, 2)
            demo.settle()
        draft = _draft(finances, client, [finances.bill_for_code(finances.code("roll-draft")[1], "draft-1")])
    demo.close()
    loop.close()
    return KeptCity(settings, delivery, pack, vault.vault_id, LookupId(keys.lookup_id), draft, resident, finances, demo.root)


def _waiting(issuer: Department, name: str, many: int) -> list[Bill]:
    return [issuer.bill_for_code(issuer.code(f"{name}-{n}")[1], f"{name}-key-{n}") for n in range(many)]


def _deliver(issuer: Department, client: httpx.Client, bills: list[Bill], run: str = "run-1") -> tuple[bytes, Pack]:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery, run), 201)
    pack = issuer.pack(delivery, bills)
    check(issuer.put_pack(client, delivery, pack), 201)
    check(issuer.put_draft(client, delivery, pack), 201)
    check(issuer.commit(client, delivery, len(bills), [pack]))
    return delivery, pack


def _draft(issuer: Department, client: httpx.Client, bills: list[Bill]) -> bytes:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery, "run-draft"), 201)
    pack = issuer.pack(delivery, bills)
    check(issuer.put_pack(client, delivery, pack), 201)
    check(issuer.put_draft(client, delivery, pack), 201)
    return delivery


def _open(resident: Resident, client: httpx.Client, pack: Pack, number: int) -> None:
    one = pack.records[number]
    document = one.placement.document_id.hex()
    body = {"act": b64(resident.opened_act(document, one.manifest_hash))}
    check(client.post(f"/api/documents/{document}/opened", json=body), 204)


def choose(client: httpx.Client, act: bytes) -> None:
    """Hand a choice over that is taken."""
    check(client.post("/api/consents", json={"act": b64(act)}), 204)


def _delete(resident: Resident, client: httpx.Client, pack: Pack, number: int) -> None:
    one = pack.records[number]
    body = {"act": b64(resident.act(Delete(one.placement.document_id, one.manifest_hash)))}
    check(client.request("DELETE", f"/api/documents/{one.placement.document_id.hex()}", json=body), 204)
