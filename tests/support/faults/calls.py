"""What departments and residents ask of a city that changes what it stores, as they do it."""

import base64
import hashlib
import os
from collections.abc import Callable
from typing import Final

import httpx

from tests.support.city import check
from tests.support.faults.stage import Stage, Step, guarded
from tests.support.faults.view import View
from tests.support.holder import Resident
from tests.support.issuer import Bill, Pack, b64
from tests.support.own_index import put_index, sealed_index
from voute.app.destroy import work
from voute.core.ids import LookupId
from voute.core.values import MICROSECONDS, unix_time
from voute.format.subject import Bound, Delete, Revoked

MINUTES: Final = 60
SIGNED_OUT: Final = 401


def always(_: View) -> bool:
    return True


# -- deliveries


def new_bills(stage: Stage) -> tuple[list[Bill], list[Bill]]:
    """Bills for two packs: one for a new code and one for a code that waits; two for a vault."""
    issuer, vault = stage.issuer, stage.resident.open_vault
    (_, new, _), (_, known, _) = issuer.code("roll-9"), issuer.code("roll-2")
    recipient = vault.reading.recipient.to_string()
    stage.keys.add_code(new)
    first = [issuer.bill_for_code(new, "new", b"%PDF new"), issuer.bill_for_code(known, "known", b"%PDF known")]
    second = [issuer.bill_for_vault(vault.vault_id, recipient, f"late-{n}", b"%PDF late " + bytes([n])) for n in range(2)]
    return first, second


def new_packs(stage: Stage, delivery: bytes) -> list[Pack]:
    """Two packs in folders that no pack of the city lies in yet, so that each run makes the same steps."""
    taken = {path.name for path in (stage.demo.settings.data / "packs").iterdir()}
    packs: list[Pack] = []
    while len(packs) < 2:
        pack = stage.issuer.pack(delivery, new_bills(stage)[len(packs)])
        if pack.name.hex()[:2] not in taken:
            taken.add(pack.name.hex()[:2])
            packs.append(pack)
    return packs


def delivery_steps(delivery: bytes, packs: list[Pack]) -> list[Step]:
    documents = sum(len(pack.records) for pack in packs)

    def pack_step(n: int) -> Step:
        return Step(
            f"pack {n}",
            lambda stage: stage.issuer.put_pack(stage.client, delivery, packs[n]),
            lambda view: (
                view.pack_is_whole(packs[n].name)
                and view.one("SELECT size FROM packs WHERE pack_hash = ?", packs[n].name) == len(packs[n].data)
            ),
            (200, 201),
        )

    def draft_step(n: int) -> Step:
        return Step(
            f"draft {n}",
            lambda stage: stage.issuer.put_draft(stage.client, delivery, packs[n]),
            lambda view: view.one("SELECT count(*) FROM documents WHERE pack_hash = ?", packs[n].name) == len(packs[n].records),
            (200, 201),
        )

    return [
        Step(
            "open",
            lambda stage: stage.issuer.open(stage.client, delivery, "run-9"),
            lambda view: view.one("SELECT run FROM deliveries WHERE delivery_id = ?", delivery) == "run-9",
        ),
        *(step(n) for n in range(len(packs)) for step in (pack_step, draft_step)),
        Step(
            "commit",
            lambda stage: stage.issuer.commit(stage.client, delivery, documents, packs),
            lambda view: view.one("SELECT state FROM deliveries WHERE delivery_id = ?", delivery) in {"committed", "visible"},
        ),
    ]


def prepare_deliver(stage: Stage) -> list[Step]:
    delivery = os.urandom(16)
    return delivery_steps(delivery, new_packs(stage, delivery))[:-1]


def drafted(stage: Stage) -> list[Step]:
    """A delivery whose packs and drafts are with the city; its steps."""
    delivery = os.urandom(16)
    steps = delivery_steps(delivery, new_packs(stage, delivery))
    for step in steps[:-1]:
        reply = step.do(stage)
        assert reply is not None
        assert reply.status_code == 201
    return steps


def prepare_commit(stage: Stage) -> list[Step]:
    return drafted(stage)[-1:]


def prepare_cancel(stage: Stage) -> list[Step]:
    drafted(stage)
    with stage.demo.city.catalogue.read() as tx:
        row = tx.deliveries.draft_of(stage.issuer.name, "run-9")
    assert row is not None
    path = f"/api/deliveries/{row.delivery_id.hex()}"
    return [
        Step(
            "cancel",
            lambda stage: stage.client.delete(path, headers=stage.issuer.headers),
            lambda view: view.one("SELECT count(*) FROM deliveries WHERE delivery_id = ?", row.delivery_id) == 0,
        )
    ]


def prepare_cancel_and_send_again(stage: Stage) -> list[Step]:
    """The client changes its mind: the same packs are sent again at once, in another delivery."""
    delivery = os.urandom(16)
    packs = new_packs(stage, delivery)
    steps = delivery_steps(delivery, packs)
    for step in steps[:-1]:
        step.do(stage)
    path = f"/api/deliveries/{delivery.hex()}"

    def cancel(stage: Stage) -> httpx.Response | None:
        reply = stage.client.delete(path, headers=stage.issuer.headers)
        # Repeated after all of it was done: the delivery is committed, as the caller knows.
        return None if reply.status_code == 409 else reply

    return [Step("cancel", cancel, always), *steps]


# -- residents


def prepare_claim(stage: Stage) -> list[Step]:
    with stage.browser() as browser:
        visitor = Resident(browser, stage.demo.root)
        body = visitor.claim_body(stage.actors.letter, with_kit=True)
        vault = visitor.open_vault
    stage.keys.add_vault(vault)

    def claim(stage: Stage) -> httpx.Response:
        with stage.browser() as browser:
            return browser.post("/api/claims", json=body)

    return [
        Step("claim", claim, lambda view: view.one("SELECT 1 FROM vaults WHERE vault_id = ?", vault.vault_id) == 1, (201,)),
    ]


def prepare_look_up(stage: Stage) -> list[Step]:
    letter = stage.actors.letter

    def look_up(stage: Stage) -> None:
        with stage.browser() as browser:
            Resident(browser, stage.demo.root).look_up(letter)

    return [Step("look up", guarded(look_up), always)]


def prepare_keyring(stage: Stage, *, drop_passkey: bool) -> list[Step]:
    """A kit is added; or, when there is one, the passkey removed: a new epoch, and other sessions end."""
    if drop_passkey:
        add_kit(stage)
    body, vault = stage.resident.keyring_body(add_kit=not drop_passkey, drop_passkey=drop_passkey)
    stage.keys.add_vault(vault)
    number = vault.chain.newest.number
    return [
        Step(
            "replace keyring",
            lambda stage: stage.resident.client.put("/api/vault/keyring", json=body),
            lambda view: view.one("SELECT head_number FROM vaults WHERE vault_id = ?", vault.vault_id) == number,
        )
    ]


def prepare_opened(stage: Stage) -> list[Step]:
    bill = stage.actors.bills[0]
    document = bill.sealed.document_id
    act = b64(stage.resident.opened_act(document.hex(), bill.sealed.manifest_hash))
    return [
        Step(
            "opened",
            lambda stage: stage.resident.client.post(f"/api/documents/{document.hex()}/opened", json={"act": act}),
            lambda view: view.one("SELECT opened_at FROM documents WHERE document_id = ?", document) is not None,
        )
    ]


def delete_step(stage: Stage, bill: Bill) -> Step:
    document = bill.sealed.document_id
    act = b64(stage.resident.act(Delete(document, bill.sealed.manifest_hash)))
    return Step(
        f"delete {document.hex()}",
        lambda stage: stage.resident.client.request("DELETE", f"/api/documents/{document.hex()}", json={"act": act}),
        lambda view: view.one("SELECT deleted_at FROM documents WHERE document_id = ?", document) is not None,
    )


def prepare_delete(stage: Stage) -> list[Step]:
    return [delete_step(stage, stage.actors.bills[0])]


def prepare_index(stage: Stage) -> list[Step]:
    """The holder's page writes the vault's index at the end of a visit."""
    data = sealed_index(stage.resident, 1, {})
    digest = hashlib.sha256(data).digest()
    return [
        Step(
            "index",
            lambda stage: put_index(stage.resident.client, data, 1, 0),
            lambda view: view.one("SELECT number FROM vault_indexes WHERE sha256 = ?", digest) == 1,
        )
    ]


def prepare_destroy(stage: Stage) -> list[Step]:
    """Two documents of two packs were deleted, one of them had been opened; their leaves are published."""
    for step in (*prepare_opened(stage), delete_step(stage, stage.actors.bills[0]), delete_step(stage, stage.actors.bills[2])):
        step.do(stage)
    stage.demo.settle()
    gone = [stage.actors.bills[n].sealed for n in (0, 2)]

    def destroyed(view: View) -> bool:
        files = [path.read_bytes() for path in view.settings.data.rglob("*") if path.is_file()]
        # The bodies too: their bytes went when all else was gone.
        return not any(secret[-32:] in data for one in gone for secret in (one.header, one.card, one.body) for data in files)

    return [Step("destroy", lambda stage: ignore(work(stage.demo.city)), destroyed)]


def ignore(_: object) -> None:
    """Give nothing: the call has no reply over HTTP."""


# -- issuers


def prepare_bound(stage: Stage) -> list[Step]:
    vault = stage.resident.open_vault
    lookup = LookupId(stage.issuer.code("roll-1")[1].lookup_id)
    act = b64(stage.issuer.act(Bound(lookup, vault.vault_id, vault.chain.head)))
    return [
        Step(
            "bound",
            lambda stage: stage.client.post("/api/directory/bound", json={"acts": [act]}, headers=stage.issuer.headers),
            lambda view: view.one("SELECT bound_event FROM lookups WHERE lookup_id = ?", lookup) is not None,
        )
    ]


def prepare_revoke(stage: Stage) -> list[Step]:
    lookup = LookupId(stage.issuer.code("roll-2")[1].lookup_id)
    act = b64(stage.issuer.act(Revoked(lookup)))
    return [
        Step(
            "revoke",
            lambda stage: stage.client.post("/api/lookups/revoke", json={"acts": [act]}, headers=stage.issuer.headers),
            lambda view: view.one("SELECT state FROM lookups WHERE lookup_id = ?", lookup) == "revoked",
        )
    ]


# -- sessions: a challenge is good once, so who repeats asks for a new one


def prepare_sign_in(stage: Stage) -> list[Step]:
    add_kit(stage)
    kit = stage.resident.kit

    def with_kit(stage: Stage) -> httpx.Response:
        stage.resident.kit = kit
        return stage.resident.sign_in_with_kit()

    def sign_out(stage: Stage) -> httpx.Response | None:
        reply = stage.resident.client.delete("/api/session")
        # Repeated after it was done: nobody is signed in.
        return None if reply.status_code == SIGNED_OUT else reply

    return [
        Step("passkey", guarded(lambda stage: stage.resident.sign_in()), always),
        Step("sign out", guarded(sign_out), always),
        Step("kit", guarded(with_kit), sessions_of("holder")),
    ]


def add_kit(stage: Stage) -> None:
    body, vault = stage.resident.keyring_body(add_kit=True)
    check(stage.resident.client.put("/api/vault/keyring", json=body))
    stage.resident.vault = vault
    stage.keys.add_vault(vault)


def sessions_of(kind: str) -> Callable[[View], bool]:
    return lambda view: bool(view.one("SELECT count(*) FROM sessions WHERE kind = ?", kind) >= 1)


def prepare_issuer_sign_in(_: Stage) -> list[Step]:
    def sign_in(stage: Stage) -> httpx.Response:
        asked = check(stage.client.post("/api/issuer/challenge", json={"issuer": stage.issuer.name})).json()["challenge"]
        # Signed at the time of the city, whose clock stands still however long the suite takes.
        at = unix_time(stage.demo.clock() // MICROSECONDS)
        statement = stage.issuer.answer(base64.b64decode(asked), at)
        return stage.client.post("/api/issuer/sessions", json={"statement": b64(statement)})

    return [Step("sign in", guarded(sign_in), sessions_of("issuer"))]


def prepare_touch(_: Stage) -> list[Step]:
    def call(stage: Stage) -> httpx.Response:
        stage.demo.clock.ahead = 2 * MINUTES * 1_000_000
        return stage.resident.client.get("/api/session")

    return [Step("touch", call, always)]
