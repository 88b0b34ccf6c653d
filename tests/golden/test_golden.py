"""Cities of past releases: refused as they are, migrated, whole, read with the kit of that day, delivered to, taken back."""

import base64
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.golden.keep import PORTS
from tests.support.command import Ran, bill_rows, environment, run, write_list
from tests.support.holder import Resident
from tests.support.served_city import ServerProcess, browser, settings_of
from voute.format.kit import parse_kit
from voute.seal import unlock
from voute.seal.keyring import open_keyring
from voute.server.settings import Settings, write_settings
from voute.store.sql_catalogue import SCHEMA_VERSION
from voute.verify.trust import accept_first

HERE = Path(__file__).parent
CITIES = sorted(HERE.glob("*.tar.gz"))


@dataclass
class Golden:
    """A kept city, unpacked."""

    folder: Path
    settings: Settings

    @property
    def holder(self) -> Path:
        return self.folder / "holder"

    @property
    def schema(self) -> str:
        """The catalogue's schema as it is now."""
        with closing(sqlite3.connect(self.settings.data / "catalogue.sqlite")) as db:
            ((version,),) = db.execute("SELECT version_num FROM alembic_version")
        return str(version)

    @property
    def documents(self) -> dict[str, bytes]:
        return {path.stem: path.read_bytes() for path in self.holder.glob("*.pdf")}

    @property
    def waiting(self) -> int:
        return int(json.loads((self.folder / "golden.json").read_text())["waiting"])

    def voute(self, *args: str | Path) -> Ran:
        given = ("VOUTE_DATA", "VOUTE_LOCKS", "VOUTE_PORT")
        variables = {key: value for key, value in write_settings(self.settings).items() if key in given}
        return run(self.folder, *args, env=environment(self.folder, **variables))

    def resident(self, client: httpx.Client) -> Resident:
        """The holder, with the kit alone."""
        root = accept_first(self.settings.trust_root_file.read_bytes()).root
        kit = parse_kit((self.holder / "kit.txt").read_bytes())
        resident = Resident(client, root, kit=kit)
        resident.sign_in_with_kit().raise_for_status()
        reply = client.get("/api/vault").raise_for_status().json()
        records = [base64.b64decode(one) for one in reply["records"]]
        resident.vault = open_keyring(kit.vault_id, records, base64.b64decode(reply["keyring"]), unlock.kit_method(kit))
        return resident


@pytest.fixture(params=CITIES, ids=lambda path: path.name.removesuffix(".tar.gz"))
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Golden:
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path, filter="data")
    folder = tmp_path / "golden"
    return Golden(folder, settings_of(folder, PORTS[0]))


def test_golden_there_is_one() -> None:
    assert CITIES, "no city of a past release is kept"


def refuse_an_older_catalogue(golden: Golden) -> None:
    catalogue = golden.settings.data / "catalogue.sqlite"
    before = catalogue.read_bytes()
    assert golden.schema in golden.voute("serve").ended(1).said
    assert catalogue.read_bytes() == before, "a start changed an older catalogue"


def test_golden_there_is_one_of_another_schema(tmp_path: Path) -> None:
    """Else nothing above shows what a migration does."""
    with tarfile.open(HERE / "first-light.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    assert Golden(tmp_path / "golden", settings_of(tmp_path / "golden", PORTS[0])).schema != SCHEMA_VERSION


def test_golden_city_goes_on_under_this_release(golden: Golden) -> None:
    if golden.schema != SCHEMA_VERSION:
        refuse_an_older_catalogue(golden)
    golden.voute("admin", "migrate").ended(0)
    golden.voute("admin", "migrate").ended(0)
    server = ServerProcess(golden.settings, golden.folder / "server.log")
    server.start()
    try:
        with browser(f"http://localhost:{golden.settings.port}") as client:
            resident = golden.resident(client)
            rows = client.get("/api/documents").raise_for_status().json()["documents"]
            assert {row["document_id"]: resident.read(row["document_id"]) for row in rows} == golden.documents
            for name in golden.documents:
                old = json.loads((golden.holder / f"{name}.receipt.json").read_text())
                now = client.get(f"/api/documents/{name}/receipt").raise_for_status().json()
                assert {key: old[key] for key in ("event", "salt", "chain", "index")} == {
                    key: now[key] for key in ("event", "salt", "chain", "index")
                }
            # The department of that day delivers with the command of today.
            more = write_list(
                golden.folder / "new.csv", bill_rows(golden.folder / "pdf", ("roll-1", "roll-9"), **{"document key": ""})
            )
            sent = golden.voute("deliver", more, "--as", "finances", "--home", golden.folder / "home", "--run", "new", "--json")
            assert sent.ended(0).json["sent"] == 2, sent.json
            rows = client.get("/api/documents").raise_for_status().json()["documents"]
            assert len(rows) == len(golden.documents) + 1
    finally:
        server.stop()
    assert golden.voute("fsck", "--json").ended(0).lines[-1]["differences"] == 0


def test_golden_archive_and_receipts_open_without_any_city(golden: Golden, tmp_path: Path) -> None:
    root = golden.settings.trust_root_file
    archive, kit = golden.holder / "archive.zip", golden.holder / "kit.txt"
    golden.voute("open", archive, "--kit", kit, "-o", tmp_path / "opened", "--trust-root", root).ended(0)
    assert sorted(path.read_bytes() for path in (tmp_path / "opened").glob("*.pdf")) == sorted(golden.documents.values())
    receipts = sorted((golden.folder / "home").glob("issuers/finances/runs/*/receipts-*.ndjson"))
    assert receipts
    checked = 0
    for stream in receipts:
        taken = golden.voute("receipts", stream, "--reference", "roll-1", "-o", tmp_path / f"{checked}.json")
        taken.ended(0)
        for name, document in golden.documents.items():
            (tmp_path / f"{name}.pdf").write_bytes(document)
            verdict = golden.voute("verify", tmp_path / f"{name}.pdf", tmp_path / f"{checked}.json", "--trust-root", root)
            checked += verdict.code == 0
    assert checked == len(golden.documents)


def test_golden_city_is_taken_back_by_its_backup(golden: Golden, tmp_path: Path) -> None:
    """The way back of docs/operate/install.md: the folder of before, bytes that the release of before wrote."""
    before = (golden.settings.data / "catalogue.sqlite").read_bytes()
    missing = set() if (golden.settings.data / "ledger").exists() else {"ledger-missing"}
    saved = tmp_path / "copy"
    shutil.copytree(golden.settings.data, saved)
    old = golden.schema
    golden.voute("admin", "migrate").ended(0)
    assert golden.schema == SCHEMA_VERSION
    shutil.rmtree(golden.settings.data)
    shutil.copytree(saved, golden.settings.data)
    assert (golden.settings.data / "catalogue.sqlite").read_bytes() == before
    if old != SCHEMA_VERSION:
        refuse_an_older_catalogue(golden)
    golden.voute("admin", "migrate").ended(0)
    # What the first start would write where there was none yet: the ledger.
    assert {one["finding"] for one in golden.voute("fsck", "--json").ended(1 if missing else 0).lines[:-1]} == missing
    golden.voute("fsck", "--repair").ended(0)
    assert golden.voute("fsck", "--json").ended(0).lines[-1]["differences"] == 0


def test_golden_proof_that_a_page_gave_first_verifies_with_the_archives_records(tmp_path: Path) -> None:
    """`{"act":…,"receipt":…}`, before proof files held records of their own."""
    given = HERE / "proof-of-act"
    command: list[str | Path] = [
        "verify",
        given / "Choix-Permis-1.json",
        "--trust-root",
        given / "trust-root.json",
        "--witnessed",
        "--json",
    ]
    env = environment(tmp_path)
    assert run(tmp_path, *command, env=env).ended(1).json["error"] == "records-missing"
    said = run(tmp_path, *command, "--records", given / "records.json", env=env).ended(0).json
    assert (said["verdict"], said["type"], said["subject"]["number"]) == ("witnessed", "consent", 1)
