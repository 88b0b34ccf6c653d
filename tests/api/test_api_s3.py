"""A city whose packs, log and ledger are on S3: the whole path, then everything that such a server can do wrong."""

import copy
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.asgi import Loop
from tests.support.city import FINANCES, RP_ID, Clock, DemoCity, check, demo_settings, found_city, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from tests.support.live import running
from tests.support.ports import free_port
from tests.support.s3.simulator import SECRET, S3Simulator, simulator, write_credentials
from tests.support.s3.stores import on_s3
from voute.app.destroy import work
from voute.app.health import check_health
from voute.cli.console import Speaker
from voute.cli.fsck import check_city
from voute.cli.move import move_city
from voute.client.api import CityApi, CityUnreachableError
from voute.core.errors import StoreError
from voute.core.ids import Slug
from voute.core.ports_store import StoreRefusedError, StoreUnreachableError
from voute.format.subject import Delete
from voute.format.trust_root import TrustRoot
from voute.server.ceremony import CityFoundedError, create_city
from voute.server.settings import Settings

COOKIE = "__Host-voute"
FOLDER = "city/a"
SECONDS = 60


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator]:
    with simulator(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def ground(s3: S3Simulator, memory_folder: Path, loop: Loop) -> "Ground":
    """Founded on S3, with one letter of which a vault was opened, all of it logged."""
    folder = memory_folder / "on-s3"
    settings = on_s3(demo_settings(folder), s3, FOLDER)
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
        demo.settle()
        cookie = client.cookies[COOKIE]
    demo.close()
    s3.say("remember", name="ground")
    return Ground(folder, root, issuer, resident, cookie)


class Ground:
    """The city that each test gets a copy of."""

    def __init__(self, folder: Path, root: TrustRoot, issuer: Department, resident: Resident, cookie: str) -> None:
        self.folder, self.root, self.issuer, self.resident, self.cookie = folder, root, issuer, resident, cookie


class OnS3:
    """One such city, its department and its holder."""

    def __init__(self, demo: DemoCity, s3: S3Simulator, ground: Ground, client: httpx.Client) -> None:
        self.demo, self.s3, self.client = demo, s3, client
        self.issuer, self.resident = copy.copy(ground.issuer), replace(ground.resident, client=client)
        client.cookies.set(COOKIE, ground.cookie, domain=RP_ID)

    def bills(self, many: int, size: int = 3_000) -> list[Bill]:
        vault = self.resident.open_vault
        recipient = vault.reading.recipient.to_string()
        return [
            self.issuer.bill_for_vault(vault.vault_id, recipient, f"own-{n}", b"%PDF" + os.urandom(size)) for n in range(many)
        ]

    def documents(self) -> list[str]:
        return [one["document_id"] for one in check(self.client.get("/api/documents")).json()["documents"]]

    def rest(self) -> None:
        self.demo.settle()
        work(self.demo.city)

    def clean(self) -> None:
        assert check_city(self.demo.settings).findings == []


@pytest.fixture
def city(s3: S3Simulator, ground: Ground, folder: Path, loop: Loop) -> Iterator[OnS3]:
    s3.empty()
    s3.say("recall", name="ground")
    for part in ("data", "locks"):
        shutil.copytree(ground.folder / part, folder / part)
    settings = on_s3(demo_settings(folder), s3, FOLDER, seconds=1)
    demo = open_demo_city(settings, ground.root, Clock(), loop)
    with demo.client() as client:
        yield OnS3(demo, s3, ground, client)
    demo.close()


def test_api_s3_city_keeps_nothing_of_it_in_folders(city: OnS3) -> None:
    for name in ("packs", "log", "ledger"):
        assert not (city.demo.settings.data / name).exists()
    folders = {key.removeprefix(f"{FOLDER}/").partition("/")[0] for key in city.s3.kept()}
    assert folders == {"packs", "sidecars", "log", "ledger"}
    assert check_health(city.demo.city).well
    city.clean()


def test_api_s3_documents_are_delivered_read_by_range_and_destroyed(city: OnS3) -> None:
    bills = city.bills(3, 200_000)
    city.issuer.deliver(city.client, bills, run="run-2")
    city.rest()
    name = bills[0].sealed.document_id
    assert city.resident.read(name.hex()) == bills[0].plaintext
    reply = check(city.client.get(f"/api/documents/{name.hex()}/body", headers={"range": "bytes=1000-1999"}), 206)
    assert reply.content == bills[0].sealed.body[1_000:2_000]
    act = city.resident.act(Delete(name, bills[0].sealed.manifest_hash))
    check(city.client.request("DELETE", f"/api/documents/{name.hex()}", json={"act": b64(act)}), 204)
    city.rest()
    city.rest()
    assert name.hex() not in city.documents()
    city.clean()


def test_api_s3_city_with_destroyed_documents_is_moved_with_its_holes(city: OnS3) -> None:
    bills = city.bills(2, 20_000)
    city.issuer.deliver(city.client, bills, run="run-2")
    city.rest()
    here = replace(city.demo.settings, blobs="")
    move_city(city.demo.settings, here, lambda _stage, _done, _total: None)
    name = bills[0].sealed.document_id
    act = city.resident.act(Delete(name, bills[0].sealed.manifest_hash))
    check(city.client.request("DELETE", f"/api/documents/{name.hex()}", json={"act": b64(act)}), 204)
    city.rest()
    city.rest()
    (here.log_folder / "checkpoint").unlink()
    pack = next(pack for pack in here.packs_folder.rglob("*.pack") if bills[0].sealed.body in pack.read_bytes())
    assert move_city(city.demo.settings, here, lambda _stage, _done, _total: None)["files_copied"] > 0
    whole = pack.read_bytes()
    assert (bills[0].sealed.body in whole, bills[1].sealed.body in whole) == (False, True)


def test_api_s3_cancelled_delivery_leaves_no_object(city: OnS3) -> None:
    before, delivery, bills = city.s3.kept(), os.urandom(16), city.bills(2)
    pack = city.issuer.pack(delivery, bills)
    check(city.issuer.open(city.client, delivery, "run-2"), 201)
    check(city.issuer.put_pack(city.client, delivery, pack), 201)
    check(city.issuer.put_draft(city.client, delivery, pack), 201)
    assert len(city.s3.kept()) == len(before) + 2
    check(city.client.delete(f"/api/deliveries/{delivery.hex()}", headers=city.issuer.headers), 204)
    city.rest()
    assert city.s3.kept() == before


def test_api_s3_large_pack_goes_in_parts_and_a_false_name_leaves_none(city: OnS3) -> None:
    delivery, bills = os.urandom(16), city.bills(1, 20_000_000)
    pack = city.issuer.pack(delivery, bills)
    false = replace(pack, data=pack.data[:-1] + bytes([pack.data[-1] ^ 1]))
    check(city.issuer.open(city.client, delivery, "run-2"), 201)
    city.s3.requests()
    assert check(city.issuer.put_pack(city.client, delivery, false), 422).json()["code"] == "pack-hash"
    asked = city.s3.requests()
    assert len([line for line in asked if "partNumber" in line]) == 2
    assert any(line.startswith("DELETE") for line in asked)
    assert (city.s3.uploads(), [key for key in city.s3.kept() if pack.name.hex() in key]) == ([], [])
    check(city.issuer.put_pack(city.client, delivery, pack), 201)
    assert city.s3.read(f"{FOLDER}/packs/{pack.name.hex()}.pack") == pack.data


# -- what the server does wrong


REFUSALS = {
    "store-refused": ["403", "no-bucket", "keys"],
    "store-unreachable": ["503", "cut", "slow"],
    "store-full": ["507"],
}


@contextmanager
def broken(s3: S3Simulator, how: str) -> Iterator[None]:
    """From now on every request fails in this way."""
    match how:
        case "no-bucket":
            s3.say("bucket", is_there=False)
        case "keys":
            s3.say("secret", secret="another")
        case "slow":
            s3.break_next(".", "slow", times=1_000, seconds=1.5)
        case _:
            s3.break_next(".", how, times=1_000)
    yield
    s3.heal()
    s3.say("bucket", is_there=True)
    s3.say("secret", secret=SECRET)


@pytest.mark.parametrize(("how", "code"), [(how, code) for code, ways in REFUSALS.items() for how in ways])
def test_api_s3_failure_is_named_and_got_over(city: OnS3, how: str, code: str) -> None:
    delivery, bills = os.urandom(16), city.bills(2)
    pack = city.issuer.pack(delivery, bills)
    check(city.issuer.open(city.client, delivery, "run-2"), 201)
    before = city.s3.kept()
    with broken(city.s3, how):
        problem = check(city.issuer.put_pack(city.client, delivery, pack), 503).json()
        assert (problem["code"], problem["facts"]) == (code, {})
        name = city.documents()[0]
        assert check(city.client.get(f"/api/documents/{name}/body"), 503).json()["code"] in {code, "store-unreachable"}
        assert not check_health(city.demo.city).well
        with pytest.raises(StoreError):
            city.demo.city.blobs.size(pack.name)
    # What answers too late has done what it was asked.
    assert set(city.s3.kept()) - set(before) <= ({f"{FOLDER}/packs/{pack.name.hex()}.pack"} if how == "slow" else set())
    check(city.issuer.put_pack(city.client, delivery, pack), 201)
    check(city.issuer.put_draft(city.client, delivery, pack), 201)
    check(city.issuer.commit(city.client, delivery, 2, [pack]))
    city.rest()
    assert len(city.documents()) == 3
    city.clean()


def test_api_s3_file_of_keys_that_cannot_be_read_is_a_refusal_and_stays_secret(city: OnS3) -> None:
    secret = "this-is-the-secret"
    city.s3.credentials.write_text(f"[default]\naws_secret_access_key {secret}\n", "utf-8")
    # A city reads a mark of its store when it starts (docs/operate/move.md).
    with pytest.raises(StoreRefusedError) as raised:
        city.demo.restart()
    texts = [str(raised.value), raised.value.detail, repr(raised.value.__cause__), repr(raised.value.__context__)]
    assert not any(secret in text for text in texts)
    write_credentials(city.s3.credentials)
    demo = city.demo.restart()
    assert len(list(demo.city.blobs.names())) == 1
    demo.close()


@pytest.mark.parametrize("how", ["503", "503-kept", "cut", "cut-kept"])
def test_api_s3_single_failure_is_not_even_seen(city: OnS3, how: str) -> None:
    bills = city.bills(2)
    city.s3.break_next("PUT .*packs/", how)
    city.s3.break_next("PUT .*sidecars/", how)
    city.s3.break_next("PUT .*log/tile", how)
    city.s3.break_next("PUT .*log/staging", how)
    city.issuer.deliver(city.client, bills, run="run-2")
    city.rest()
    assert len(city.documents()) == 3
    city.clean()


def test_api_s3_completion_that_was_kept_and_reported_lost_counts(city: OnS3) -> None:
    delivery, bills = os.urandom(16), city.bills(1, 20_000_000)
    pack = city.issuer.pack(delivery, bills)
    check(city.issuer.open(city.client, delivery, "run-2"), 201)
    city.s3.break_next("POST .*uploadId", "cut-kept")
    check(city.issuer.put_pack(city.client, delivery, pack), 201)
    assert city.s3.uploads() == []
    city.s3.break_next("POST .*uploadId", "cut", times=1_000)
    check(city.issuer.put_pack(city.client, delivery, pack), 200)


def test_api_s3_upload_that_fails_is_ended_or_swept(city: OnS3) -> None:
    delivery, bills = os.urandom(16), city.bills(1, 20_000_000)
    pack = city.issuer.pack(delivery, bills)
    check(city.issuer.open(city.client, delivery, "run-2"), 201)
    city.s3.break_next("PUT .*partNumber", "503", times=1_000)
    city.s3.break_next("DELETE", "503", times=1_000)
    check(city.issuer.put_pack(city.client, delivery, pack), 503)
    city.s3.heal()
    assert len(city.s3.uploads()) == 1
    found = check_city(city.demo.settings).findings
    assert [(one.code, "?uploadId=" in one.where) for one in found] == [("temporary-left", True)]
    city.s3.write(f"{FOLDER}/packs/notes.txt", b"somebody's")
    assert city.demo.assembled.stores.sweep(3_600) == 0
    assert city.demo.assembled.stores.sweep(0) == 1
    assert city.s3.uploads() == []
    assert [one.code for one in check_city(city.demo.settings).findings] == ["stray-file"]


def test_api_s3_torn_answer_is_read_again_and_a_lasting_one_fails_loudly(city: OnS3) -> None:
    bills = city.bills(1, 3_000_000)
    city.issuer.deliver(city.client, bills, run="run-2")
    city.rest()
    path = f"/api/documents/{bills[0].sealed.document_id.hex()}/body"
    city.s3.break_next("GET .*packs/", "torn")
    assert check(city.client.get(path)).content == bills[0].sealed.body
    pack = next(name for name in city.demo.city.blobs.names() if (city.demo.city.blobs.size(name) or 0) > 1_000_000)
    city.s3.break_next("GET .*packs/", "torn", times=1_000)
    with pytest.raises(StoreUnreachableError):
        list(city.demo.city.blobs.read(pack, 0, 3_000_000))


@pytest.mark.parametrize(("cut", "code"), [(-1, "pack-damaged"), (0, "pack-damaged")])
def test_api_s3_object_cut_or_changed_is_found(city: OnS3, cut: int, code: str) -> None:
    key = next(key for key in city.s3.kept() if key.endswith(".pack"))
    data = city.s3.read(key)
    city.s3.write(key, data[:cut] if cut else data[:10] + bytes([data[10] ^ 1]) + data[11:])
    assert code in {one.code for one in check_city(city.demo.settings).findings}
    name = city.documents()[0]
    size = check(city.client.get(f"/api/documents/{name}")).json()["size"]
    reply = city.client.get(f"/api/documents/{name}/body")
    # A changed byte is the reader's to find (every body is checked where it is opened); missing ones are found here.
    assert len(reply.content) == size or reply.status_code == 503


# -- processes of their own


def test_api_s3_served_by_two_processes_with_locks_there_too(s3: S3Simulator, folder: Path) -> None:
    s3.empty()
    here = replace(demo_settings(folder), port=free_port(), limit_factor=1_000, workers=2, s3_locks="s3://city/locks")
    settings = on_s3(here, s3, "city/c", seconds=10)
    root = found_city(settings, f"http://localhost:{settings.port}", "localhost")
    issuer = Department(Slug("finances"), FINANCES, origin=root.origin)
    with running(settings, root, folder / "log") as server, server.client() as client:
        issuer.sign_in(client)
        _, keys, _ = issuer.code("roll-1")
        delivery = issuer.deliver(client, [issuer.bill_for_code(keys, "first")])
        end = time.monotonic() + SECONDS
        while check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)).json()["state"] != "visible":
            assert time.monotonic() < end, server.log.read_text()
            time.sleep(0.1)
        tell_the_department(s3, root, issuer, issuer.bill_for_code(keys, "next"))
        assert server.stop() == 0
        # A key shown in a log would be in the hands of whoever reads logs.
        assert not any(word in server.log.read_text() for word in ("Signature=", "Credential=", SECRET))
    assert check_city(settings).findings == []


def tell_the_department(s3: S3Simulator, root: TrustRoot, issuer: Department, bill: Bill) -> None:
    """What its own client says when the city's storage does not let the city in."""
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, [bill])
    with CityApi(root.origin) as api:
        api.sign_in(issuer.answer(api.challenge(issuer.name)))
        api.open_delivery(delivery, "run-2")
        with broken(s3, "403"), pytest.raises(CityUnreachableError) as raised:
            api.put_pack(delivery, pack.name, [pack.data])
        what, fix = Speaker(as_json=True, language="fr").words_of(raised.value)
        assert "n'admet pas" in what
        assert "voute deliver --resume" in fix
        api.put_pack(delivery, pack.name, [pack.data])
        assert api.put_draft(delivery, pack.name, pack.draft) == 1


# -- founding


def test_api_s3_founding_over_a_log_that_is_there_is_refused(city: OnS3) -> None:
    settings = city.demo.settings
    with pytest.raises(CityFoundedError):
        create_city(settings, "ville.test/log/2026")
    shutil.rmtree(settings.locks_folder)
    with pytest.raises(CityFoundedError):
        create_city(settings, "ville.test/log/2026")


def test_api_s3_locks_on_s3_found_and_write_the_log(s3: S3Simulator, folder: Path, loop: Loop) -> None:
    s3.empty()
    settings: Settings = replace(on_s3(demo_settings(folder), s3, "city/b"), s3_locks="s3://city/locks")
    root = found_city(settings)
    demo = open_demo_city(settings, root, Clock(), loop)
    issuer = Department(Slug("finances"), FINANCES)
    with demo.client() as client:
        issuer.sign_in(client)
        _, keys, _ = issuer.code("roll-1")
        issuer.deliver(client, [issuer.bill_for_code(keys, "first")])
        demo.settle()
    assert [key.partition("-")[0] for key in s3.kept() if key.startswith("locks/")] == ["locks/locks/log", "locks/locks/witness"]
    assert list(settings.locks_folder.iterdir()) == []
    assert check_city(settings).findings == []
    demo.close()
