"""The drill of a city on S3 and PostgreSQL: saved twice, lost with bucket and database, brought back, going on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, DemoCity, check, demo_settings, found_city, open_demo_city
from tests.support.command import Ran, environment, run
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from tests.support.postgres import FAST, Postgres, postgres
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import on_s3
from voute.app.destroy import work
from voute.cli.backup import KNOWN
from voute.cli.fsck import check_city
from voute.core.ids import Slug
from voute.core.ports_log import LockMissingError
from voute.format.subject import Delete
from voute.server.backup import recover_log
from voute.server.settings import Settings, write_settings

OLD, NEW = "city/old", "city/new"


@dataclass
class Drill:
    """A city whose packs and log are on S3 and whose rows are in a database; nothing but keys and locks in its folder."""

    folder: Path
    s3: S3Simulator
    database: Postgres
    settings: Settings
    demo: DemoCity
    client: httpx.Client
    issuer: Department
    resident: Resident

    def voute(self, *args: str | Path, settings: Settings | None = None) -> Ran:
        given = {} if settings is None else write_settings(settings)
        return run(self.folder, *args, "--json", env=environment(self.folder, **given))

    def save(self) -> Ran:
        key = self.folder / "operator.key"
        recipient = key.read_text().splitlines()[0].removeprefix("# public key: ")
        return self.voute("backup", "save", self.folder / "backups", "--to", recipient, settings=self.settings).ended(0)

    def restore(self, there: Settings, name: str = "") -> Ran:
        file = self.folder / "there.toml"
        lines = [f'{key.removeprefix("VOUTE_").lower()} = "{value}"\n' for key, value in write_settings(there).items()]
        file.write_text("".join(lines))
        key = ("--key", self.folder / "operator.key", *(("--name", name) if name else ()))
        return self.voute("restore", self.folder / "backups", there.data, *key, "--settings", file)

    def there(self, folder: str, database: str) -> Settings:
        """An empty place for it to come back to."""
        data = self.folder / folder.rpartition("/")[2]
        return replace(self.settings, blobs=f"s3://city/{folder}", catalogue=database, data=data, locks=data / "locks")

    def deliver(self, run: str, many: int = 3, size: int = 3_000) -> list[Bill]:
        vault = self.resident.open_vault
        recipient = vault.reading.recipient.to_string()
        bills = [self.issuer.bill_for_vault(vault.vault_id, recipient, f"{run}-{n}", os.urandom(size)) for n in range(many)]
        # The one before may have ended meanwhile: restores take their time.
        self.issuer.sign_in(self.client)
        self.issuer.deliver(self.client, bills, run=run)
        self.rest()
        return bills

    def rest(self) -> None:
        for _ in range(2):
            self.demo.settle()
            work(self.demo.city)

    def delete(self, bill: Bill) -> None:
        name = bill.sealed.document_id
        act = self.resident.act(Delete(name, bill.sealed.manifest_hash))
        check(self.client.request("DELETE", f"/api/documents/{name.hex()}", json={"act": b64(act)}), 204)
        self.rest()

    def documents(self) -> dict[str, bytes]:
        rows = check(self.client.get("/api/documents")).json()["documents"]
        return {row["document_id"]: self.resident.read(row["document_id"]) for row in rows}


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory, loop: Loop) -> Iterator[Drill]:
    folder = tmp_path_factory.mktemp("drill")
    with ExitStack() as stack:
        s3 = stack.enter_context(simulator(folder))
        database = stack.enter_context(postgres(*FAST))
        settings = on_s3(replace(demo_settings(folder), catalogue=database.database()), s3, OLD, seconds=5)
        root = found_city(settings)
        demo = open_demo_city(settings, root, Clock(), loop)
        issuer = Department(Slug("finances"), FINANCES)
        client = stack.enter_context(demo.client())
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        issuer.deliver(client, [issuer.bill_for_code(keys, "first")])
        demo.settle()
        resident = Resident(client, root)
        resident.claim(code)
        demo.settle()
        one = Drill(folder, s3, database, settings, demo, client, issuer, resident)
        one.voute("backup", "key", folder / "operator.key").ended(0)
        yield one
        demo.close()


def test_api_backup_s3_drill(drill: Drill, loop: Loop) -> None:
    drill.delete(drill.deliver("run-1a")[0])
    bills = drill.deliver("run-2")
    first = drill.save().json
    drill.deliver("run-3")
    drill.delete(bills[1])
    drill.s3.requests()
    second = drill.save().json
    asked = drill.s3.requests()
    # Of packs the new one alone is read; one that lost a body since is there whole, under its name.
    packs = {line for line in asked if line.startswith("GET") and ".pack" in line}
    assert len(packs) == 1
    assert 0 < second["added"] < first["added"]
    assert not any(line.startswith(("PUT", "DELETE", "POST")) for line in asked)
    kept = drill.documents()
    entries = drill.demo.sequencing.step().published.head.size
    assert second["entries"] == entries

    # Nothing in the folder of backups says anything, and no lock is in it.
    proven = drill.voute("backup", "check", drill.folder / "backups", "--key", drill.folder / "operator.key").ended(0).json
    assert (proven["name"], proven["entries"]) == (second["name"], entries)
    checkpoint = drill.demo.city.tiles.get("checkpoint")

    there = drill.there(NEW, drill.database.database(empty=True))
    drill.restore(there).ended(0)
    assert sorted(one.name for one in there.data.iterdir()) == ["keys", "trust-root-1.json", "trust-root.json"]
    copied = drill.s3.say("below", folder=NEW)
    lived = drill.s3.say("below", folder=OLD)
    assert copied.keys() == lived.keys()
    # Bytes that were destroyed between two backups come back with their pack, until the walk through all bytes finds them.
    assert {path for path in copied if copied[path] != lived[path]} <= {path for path in copied if path.endswith(".pack")}

    early = open_demo_city(there, drill.demo.root, Clock(), loop)
    with pytest.raises(LockMissingError):
        early.settle()
    early.close()
    assert recover_log(there, checkpoint).size == entries
    assert [one.code for one in check_city(there).findings if one.code != "destroyed-left"] == []
    back = open_demo_city(there, drill.demo.root, Clock(), loop)
    with back.client() as client:
        again = replace(drill, demo=back, client=client, resident=replace(drill.resident, client=client), settings=there)
        again.resident.sign_in()
        assert again.documents() == kept
        again.issuer.sign_in(client)
        again.deliver("run-4")
        assert len(again.documents()) == len(kept) + 3
        assert again.demo.sequencing.step().published.head.size > entries
    back.close()


def test_api_backup_s3_comes_back_as_files_too(drill: Drill) -> None:
    drill.save()
    into = drill.folder / "as-files"
    drill.voute("restore", drill.folder / "backups", into, "--key", drill.folder / "operator.key").ended(0)
    assert (into / "catalogue.sqlite").exists()
    assert {one.name for one in into.iterdir()} >= {"packs", "log", "ledger", "keys", "trust-root.json"}
    (into / "locks").mkdir()
    files = replace(drill.settings, data=into, locks=into / "locks", blobs="", catalogue="")
    assert [one.code for one in check_city(files).findings if one.code not in {"destroyed-left", "lock-missing"}] == []


@pytest.mark.long
def test_api_backup_s3_restore_that_was_cut_goes_on_and_never_into_what_is_there(drill: Drill) -> None:
    drill.save()
    there = drill.there("city/cut", drill.database.database(empty=True))
    drill.s3.break_next("PUT .*cut/log/tile", "403", skip=1, times=1_000)
    assert drill.restore(there).code != 0
    drill.s3.heal()
    assert not there.data.exists()
    assert "city/cut/log/checkpoint" not in drill.s3.kept()
    other = replace(there, blobs="s3://city/city/old")
    assert "restore-not-empty" in drill.restore(other).said
    drill.restore(there).ended(0)
    assert drill.s3.say("below", folder="city/cut").keys() == drill.s3.say("below", folder=OLD).keys()
    # It is a city now.
    shutil.rmtree(there.data)
    assert "restore-not-empty" in drill.restore(there).said


@pytest.mark.long
def test_api_backup_s3_what_was_known_may_be_lost_or_false(drill: Drill) -> None:
    drill.save()
    known = drill.settings.data / KNOWN
    whole = known.read_text()
    for text in ("", "not a line\n", whole.replace("packs/", "../packs/")):
        known.write_text(text)
        assert drill.save().json["added"] <= 1
        assert known.read_text() == whole


def test_api_backup_s3_pack_that_is_damaged_is_refused(drill: Drill) -> None:
    before = set(drill.s3.kept())
    drill.deliver("run-9", 1)
    (new,) = [one for one in set(drill.s3.kept()) - before if one.endswith(".pack")]
    data = drill.s3.read(new)
    drill.s3.write(new, data[:100] + bytes([data[100] ^ 1]) + data[101:])
    recipient = (drill.folder / "operator.key").read_text().splitlines()[0].removeprefix("# public key: ")
    ran = drill.voute("backup", "save", drill.folder / "backups", "--to", recipient, settings=drill.settings)
    assert "backup-damaged" in ran.said
    drill.s3.write(new, data)
    drill.save()
