"""The operator cannot read: everything that a city's server ever held is searched for everything that it must not hold."""

import base64
import csv
import random
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.support.command import Voute
from tests.support.holder import Resident
from tests.support.secret_search import forms_of, memory_of, search
from tests.support.served_city import ServedCity, serve_city
from voute.client.codes import CodeDesk
from voute.client.home import IssuerHome
from voute.core.ids import DocumentId
from voute.format.claim_code import group_code, write_code
from voute.paper.demo_city import DemoCity, build_demo_city
from voute.seal import unlock
from voute.seal.claim import claim_keys, dedupe_key, run_secret
from voute.seal.document import open_card

BILLS = 24
RUN = "taxes-2026"
CONTROL = "temoin-de-controle-Zéphyrin-4471"
"""Planted on purpose where the operator may look: a search that does not find it has searched nothing."""
SLICES, SLICE = 3, 24


class Demonstration:
    """A whole demonstration in software: two deliveries by the real command, a claim, readings, a kit, an archive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents: DemoCity = build_demo_city(folder / "documents", count=BILLS)
        self.city: ServedCity = serve_city(folder / "served", ["finances"])
        self.home: IssuerHome = self.city.home("finances")
        self.voute = Voute(folder)
        self.secrets: dict[str, bytes | str] = {}
        self.tokens: dict[str, bytes | str] = {}

    def play(self) -> None:
        self._deliver(self.documents.bills_csv, self.documents.bills_dir, RUN)
        resident = self._claim()
        self._deliver(self.documents.permits_csv, self.documents.permits_dir, f"permis-{CONTROL}")
        self._read(resident)
        self._collect_texts()
        self._collect_department()
        self.city.settle()

    def _deliver(self, table: Path, pdfs: Path, run: str) -> None:
        home = str(self.home.home)
        self.voute("deliver", table, "--pdf-dir", pdfs, "--as", "finances", "--run", run, "--home", home, "--json").ended(0)

    def _claim(self) -> Resident:
        desk = CodeDesk(self.home)
        code = desk.code(desk.at(self.documents.resident.reference)[0])
        self.city.settle()
        resident = Resident(self.city.browser(), self.city.root)
        for one in resident.look_up(code).opened:
            self.secrets[f"file key before the claim {one.manifest.document_id.hex()}"] = one.file_key.raw
        resident.claim(code, with_kit=True)
        self.city.settle()
        return resident

    def _read(self, resident: Resident) -> None:
        assert resident.sign_in().is_success
        vault = resident.unlock_again()
        assert resident.sign_in_with_kit().is_success
        rows = resident.client.get("/api/documents").json()["documents"]
        assert len(rows) == 2
        for row in rows:
            document = DocumentId(bytes.fromhex(row["document_id"]))
            header, card = base64.b64decode(row["header"]), base64.b64decode(row["card"])
            opened = open_card(header, card, vault.identities(), self.city.root, vault.holder(), document)
            self.secrets[f"file key {row['document_id']}"] = opened.file_key.raw
            self.secrets[f"manifest {row['document_id']}"] = opened.signed.manifest.nonce
            assert resident.read(row["document_id"]).startswith(b"%PDF-")
            act = resident.opened_act(row["document_id"], opened.signed.manifest_hash)
            reply = resident.client.post(
                f"/api/documents/{row['document_id']}/opened", json={"act": base64.b64encode(act).decode()}
            )
            assert reply.is_success
        assert resident.client.get("/api/vault/archive").content.startswith(b"PK")
        assert resident.kit is not None
        assert resident.passkey is not None
        assert vault.keyring.root_seed is not None
        self.secrets |= {
            "PRF output": resident.passkey.prf(unlock.PRF_INPUT),
            "kit": resident.kit.secret,
            "kit seed": unlock.kit_method(resident.kit).identity.seed,
            "kit sign-in seed": unlock.kit_sign_in_key(resident.kit).seed,
            "root seed": vault.keyring.root_seed,
            "reading secret": vault.keyring.readings[0],
            "reading seed": vault.reading.seed,
            "claim secret": vault.keyring.claims[0].secret,
        }

    def _collect_texts(self) -> None:
        """What stands in the lists, and slices of the PDFs themselves."""
        pick = random.Random(7)
        for table, pdfs in (
            (self.documents.bills_csv, self.documents.bills_dir),
            (self.documents.permits_csv, self.documents.permits_dir),
        ):
            text = table.read_text(encoding="utf-8-sig")
            for number, row in enumerate(csv.DictReader(text.splitlines(), delimiter=";"), 2):
                where = f"{table.name}:{number}"
                for column in ("référence", "partie", "nom", "adresse", "titre", "référence de paiement", "clé", "fichier"):
                    if len(row[column].encode()) >= 6:
                        self.secrets[f"{where} {column}"] = row[column]
                if row["montant"]:
                    self.secrets[f"{where} amount"] = row["montant"] + " $"
                    cents = "".join(one for one in row["montant"] if one.isdigit())
                    self.secrets[f"{where} amount in cents"] = f'"cents":{cents}'
                path = next((one for one in pdfs.iterdir() if one.name == row["fichier"]), None)
                if path is not None:
                    body = path.read_bytes()
                    for piece in range(SLICES):
                        at = pick.randrange(len(body) // 3, len(body) - SLICE)
                        if len(set(body[at : at + SLICE])) > SLICE // 2:
                            self.secrets[f"{where} bytes {piece}"] = body[at : at + SLICE]

    def _collect_department(self) -> None:
        secrets = self.home.secrets()
        self.secrets |= {
            "issuer master": secrets.master,
            "issuer signing seed": secrets.signing_seed,
            "dedupe key": dedupe_key(secrets.master),
            "run secret": run_secret(secrets.master, self.city.root.city, "finances", RUN),
        }
        desk = CodeDesk(self.home)
        for entry in desk.entries():
            code = desk.code(entry)
            keys = claim_keys(code)
            name = f"{entry.reference} {entry.run}"
            self.secrets |= {
                f"code {name}": code,
                f"code in symbols {name}": write_code(code),
                f"code in groups {name}": group_code(write_code(code)),
                f"claim identity {name}": keys.identity_seed,
                f"binding key {name}": keys.binding_key,
            }
            self.tokens[f"claim token {name}"] = keys.token

    # -- what the operator holds

    def recording(self) -> Iterable[bytes]:
        for one in self.city.proxy.exchanges:
            yield one.request.raw
            if one.reply is not None:
                yield one.reply.raw

    def files(self, *parts: str) -> Iterable[bytes]:
        for path in sorted((self.city.server.settings.data).joinpath(*parts).rglob("*")):
            if path.is_file():
                yield path.read_bytes()

    def database(self) -> Iterable[bytes]:
        for path in self.city.server.settings.data.glob("catalogue.sqlite*"):
            yield path.read_bytes()
        with self.city.catalogue() as db:
            yield "\n".join(db.iterdump()).encode("utf-8", "surrogateescape")

    def places(self) -> Mapping[str, Iterable[bytes]]:
        return {
            "recording": self.recording(),
            "database": self.database(),
            "packs": self.files("packs"),
            "log": self.files("log"),
            "locks": self.files("locks"),
            "server log": (self.city.server.log.read_bytes(),),
            "memory": memory_of(self.city.server.pid),
        }


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Demonstration]:
    played = Demonstration(tmp_path_factory.mktemp("demonstration"))
    try:
        played.play()
        yield played
    finally:
        played.voute.close()
        played.city.close()


def test_sim_recording_holds_the_whole_demonstration(demonstration: Demonstration) -> None:
    routes = demonstration.city.proxy.routes()
    for route in (
        "POST /api/issuer/sessions",
        "POST /api/directory/match",
        "POST /api/deliveries",
        "PUT /api/deliveries/ID/packs/ID",
        "PUT /api/deliveries/ID/packs/ID/draft",
        "POST /api/deliveries/ID/commit",
        "GET /api/deliveries/ID/receipts",
        "POST /api/claims/lookup",
        "POST /api/claims",
        "POST /api/sessions",
        "POST /api/sessions/kit",
        "GET /api/vault",
        "GET /api/documents",
        "GET /api/documents/ID/body",
        "POST /api/documents/ID/opened",
        "GET /api/vault/archive",
    ):
        assert routes[route] >= 1, route
    assert len(demonstration.secrets) > BILLS * 8


def test_sim_operator_finds_no_secret_anywhere(demonstration: Demonstration) -> None:
    found = search(demonstration.places(), demonstration.secrets)
    # Printed with -s: the note of an issue quotes it.
    sys.stdout.write(f"\nsearched {found.size / 1e6:.0f} MB for {len(demonstration.secrets)} secrets, {found.patterns} forms\n")
    assert found.hits == ()
    assert found.size > 10_000_000


def test_sim_operator_keeps_no_claim_token(demonstration: Demonstration) -> None:
    places = {name: pieces for name, pieces in demonstration.places().items() if name not in {"recording", "memory"}}
    assert search(places, demonstration.tokens).hits == ()


def test_sim_search_finds_what_the_operator_may_see(demonstration: Demonstration) -> None:
    hits = search(demonstration.places(), {"control": CONTROL}).hits
    assert {"recording", "database", "memory"} <= {hit.place for hit in hits}


@pytest.mark.parametrize("place", ["recording", "packs", "log", "locks", "server log", "database"])
def test_sim_search_finds_a_planted_secret_in_every_form(demonstration: Demonstration, place: str) -> None:
    secret = "Élise Fontaine-Ouellet"
    planted = b"\x00".join(forms_of(secret).values())
    hits = search({place: [*demonstration.places()[place], planted]}, {"planted": secret}).hits
    assert {hit.form for hit in hits} == set(forms_of(secret))


def test_sim_search_finds_a_secret_in_the_memory_of_a_process(demonstration: Demonstration) -> None:
    # The session cookie of the resident passed through the server: its memory must show it to this search.
    requests = [one.request for one in demonstration.city.proxy.exchanges if one.path == "/api/documents"]
    cookie = (requests[-1].header("cookie") or "").partition("=")[2]
    assert len(cookie) > 20
    reply = demonstration.city.browser().get("/api/documents", headers={"cookie": f"__Host-voute={cookie}"})
    assert reply.is_success
    assert search({"memory": memory_of(demonstration.city.server.pid)}, {"cookie": cookie}).hits != ()
