"""A whole demonstration, recorded: a department delivers twice by the real command, a resident claims, reads, leaves."""

import csv
import hashlib
import io
import json
import os
import time
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from tests.sim.mails import ask_for_mails, pieces_of, wait_for_mails
from tests.support.city import check
from tests.support.command import Voute
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from tests.support.mail_server import MailServer
from tests.support.needles import Finder, Hit, forms_of
from tests.support.ports import free_port
from tests.support.process_memory import children_of, memory_of
from tests.support.proxy import Exchange, Message, Proxy
from tests.support.served_city import ServerProcess, browser, open_catalogue
from voute.cli.demo_city import Founded, found_demo
from voute.client.trust import read_pin
from voute.core.ids import DocumentId
from voute.format.claim_code import group_code, write_code
from voute.format.dsse import SigningKey
from voute.format.sidecar import parse_sidecar
from voute.paper.figures import money
from voute.seal import unlock
from voute.seal.claim import ClaimKeys, claim_keys, dedupe_key, make_code, run_secret
from voute.seal.document import Holder, OpenedCard, open_card
from voute.seal.hybrid import HybridIdentity

BILLS = 23
RUN, PERMITS_RUN = "factures", "permis"
CONTROL = "témoin ~?>~?> planté " + os.urandom(6).hex()
CONTROL_BLOB = b"\n".join(forms_of(CONTROL).values())
TEXT_FORMS = " ".join(data.decode() for form, data in forms_of(CONTROL).items() if form not in {"utf-16", "latin-1"})
SLICE = 40
Secrets = dict[str, bytes | str]


@dataclass
class Demonstration:
    """What was said, kept and found; secrets that must be nowhere, and those that travel by design."""

    founded: Founded
    server: ServerProcess
    proxy: Proxy
    resident: Resident
    post: MailServer
    secrets: Secrets
    travelling: Secrets = field(default_factory=dict)
    hits: set[Hit] = field(default_factory=set)
    searched: dict[str, int] = field(default_factory=dict)
    needles: int = 0

    @property
    def data(self) -> Path:
        return self.server.settings.data

    def search(self, places: Iterator[tuple[str, bytes]]) -> None:
        """Search places for everything that is known by now."""
        finder = Finder(self.secrets | self.travelling | {"control": CONTROL})
        for place, data in places:
            self.hits |= finder.search(place, data)
            self.searched[place] = self.searched.get(place, 0) + len(data)
        self.needles = max(self.needles, len(finder.needles))

    def memory(self) -> Iterator[tuple[str, bytes]]:
        for pid in children_of(self.server.pid):
            yield from (("memory", piece) for piece in memory_of(pid))

    def exchanges(self) -> Iterator[tuple[str, bytes]]:
        """Everything that travelled: as it travelled, without framing, and unpacked."""
        for one in self.proxy.exchanges:
            for message in (one.request, one.reply):
                if message is not None:
                    yield "http", message.raw
                    yield "http", message.body
            if one.path == "/api/vault/archive" and one.reply is not None:
                with zipfile.ZipFile(io.BytesIO(one.reply.body)) as archive:
                    yield from (("http", archive.read(name)) for name in archive.namelist())

    def mails(self) -> Iterator[tuple[str, bytes]]:
        return (("mails", piece) for piece in pieces_of(self.post))

    def files(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.data.rglob("*")):
            if path.is_file():
                yield kind_of(path.relative_to(self.data)), path.read_bytes()
        yield "server log", self.server.log.read_bytes()

    def tables(self) -> Iterator[tuple[str, bytes]]:
        """Every value of every table: SQLite spreads a long one over pages that need not follow one another."""
        with open_catalogue(self.data / "catalogue.sqlite") as db:
            for (name,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in db.execute(f'select * from "{name}"'):  # noqa: S608 -- the catalogue's own names
                    for value in row:
                        yield "tables", value if isinstance(value, bytes) else str(value).encode()


def kind_of(path: Path) -> str:
    first = path.parts[0]
    if first == "packs":
        return "sidecars" if path.suffix == ".side" else "packs"
    if first == "log":
        return "tiles"
    return "catalogue" if first.startswith("catalogue.sqlite") else first


# -- what nobody but the department and the resident may know


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def department_secrets(founded: Founded) -> Secrets:
    kept, settings = founded.home.secrets(), founded.home.settings()
    secrets: Secrets = {
        "issuer master": kept.master,
        "signing seed": kept.signing_seed,
        "dedupe key": dedupe_key(kept.master),
    }
    for run in (RUN, PERMITS_RUN):
        secrets[f"run secret {run}"] = run_secret(kept.master, settings.city, settings.issuer, run)
    for officer in sorted((founded.folder / "officers").glob("*.key")):
        secrets[officer.name] = bytes.fromhex(officer.read_text().strip())
    lists = (founded.documents.bills_csv, founded.documents.permits_csv)
    folders = (founded.documents.bills_dir, founded.documents.permits_dir)
    for table, folder in zip(lists, folders, strict=True):
        for number, row in enumerate(rows_of(table)):
            secrets |= {f"{table.stem} {number} {key}": value for key, value in texts_of(row).items()}
        for path in sorted(folder.iterdir()):
            secrets |= {f"{path.name} {key}": value for key, value in slices_of(path.read_bytes()).items()}
    return secrets


def texts_of(row: dict[str, str]) -> dict[str, str]:
    names = ("référence", "partie", "nom", "adresse", "fichier", "titre", "référence de paiement", "clé", "versements")
    texts = {name: row[name] for name in names if row[name]}
    texts["chiffres"] = row["référence"].replace("-", "")
    if row["montant"]:
        cents = int(row["montant"].replace(",", ""))
        texts |= {"montant": row["montant"], "cents": f'"cents":{cents}', "imprimé": money(cents)}
        texts["décimal"] = row["montant"].replace(",", ".")
    return {name: text for name, text in texts.items() if len(text.encode()) >= 7}


def slices_of(pdf: bytes) -> dict[str, bytes]:
    """The hash of a PDF, and pieces of it that are in no other file: compressed, so almost all bytes differ."""
    found = {"sha256": hashlib.sha256(pdf).digest()}
    for part in range(1, 8):
        at = len(pdf) * part // 8
        piece = pdf[at : at + SLICE]
        if len(set(piece)) > SLICE * 3 // 4:
            found[f"slice {part}"] = piece
    return found


def codes_of(founded: Founded) -> dict[str, bytes]:
    """The code of every reference of the first run, as the department will make it."""
    settings = founded.home.settings()
    secret = run_secret(founded.home.secrets().master, settings.city, settings.issuer, RUN)
    rows = rows_of(founded.documents.bills_csv)
    return {row["référence"]: make_code(secret, row["référence"], row["partie"], 0, 1) for row in rows}


def code_secrets(reference: str, code: bytes, keys: ClaimKeys) -> Secrets:
    text = write_code(code)
    return {
        f"code {reference}": code,
        f"code text {reference}": text,
        f"code lower {reference}": text.lower(),
        f"code grouped {reference}": group_code(text),
        f"claim seed {reference}": keys.identity_seed,
        f"claim identity {reference}": HybridIdentity(keys.identity_seed).to_string(),
        f"binding key {reference}": keys.binding_key,
    }


def holder_secrets(resident: Resident) -> Secrets:
    vault, passkey = resident.open_vault, resident.passkey
    assert passkey is not None
    output = passkey.prf(unlock.PRF_INPUT)
    method = unlock.passkey_method(output, vault.vault_id, passkey.credential_id)
    secrets: Secrets = {
        "root seed": vault.root_key.seed,
        "PRF output": output,
        "PRF secret": passkey.prf_secret,
        "passkey's seed": method.identity.seed,
        "passkey's identity": method.identity.to_string(),
        "passkey's recipient": method.recipient,
    }
    for number, reading in enumerate(vault.keyring.readings):
        secrets[f"reading identity {number}"] = reading
        secrets[f"reading secret {number}"] = HybridIdentity.from_string(reading).seed
    if resident.kit is not None:
        kit = unlock.kit_method(resident.kit)
        secrets |= {"kit": resident.kit.secret, "kit seed": kit.identity.seed, "kit's recipient": kit.recipient}
        secrets["kit's sign-in key"] = unlock.kit_sign_in_key(resident.kit).seed
    return secrets


def opened_secrets(opened: list[OpenedCard]) -> Secrets:
    secrets: Secrets = {}
    for one in opened:
        name = one.manifest.document_id.hex()
        secrets |= {f"file key {name}": one.file_key.raw, f"nonce {name}": one.manifest.nonce}
    return secrets


# -- the demonstration itself


def found_and_serve(folder: Path, post: MailServer) -> Demonstration:
    port, behind = free_port(), free_port()
    founded = found_demo(folder / "demo", port, BILLS, lambda _key, _number: None)
    settings = replace(
        founded.settings,
        port=behind,
        limit_factor=1_000,
        log_level="debug",
        # Held for as long as the process lives: the control of the search of its memory. The apostrophe makes Python
        # keep the text in two bytes a character.
        help_phone=TEXT_FORMS,
        help_hours_fr=CONTROL,
        help_hours_en=f"’{CONTROL}",
        smtp_host="127.0.0.1",
        smtp_port=post.port,
        smtp_security="none",
        mail_from="avis@ville.test",
    )
    server = ServerProcess(settings, folder / "server.log")
    server.start()
    root = read_pin(founded.home).root
    resident = Resident(browser(root.origin), root)
    return Demonstration(founded, server, Proxy(port, behind), resident, post, department_secrets(founded))


def perform(demo: Demonstration, voute: Voute) -> None:
    codes = codes_of(demo.founded)
    for reference, code in codes.items():
        keys = claim_keys(code)
        demo.secrets |= code_secrets(reference, code, keys)
        demo.travelling[f"claim token {reference}"] = keys.token
    with demo.proxy.hooks(after=MemoryOnce(demo)):
        deliver(demo, voute, demo.founded.documents.bills_csv, demo.founded.documents.bills_dir)
    resident, document = demo.resident, demo.founded.documents.resident
    (bill,) = resident.claim(codes[document.reference])["documents"]
    demo.secrets |= holder_secrets(resident)
    demo.search(demo.memory())
    visit(demo, bill)
    ask_for_mails(resident.client, demo.post)
    deliver(demo, voute, demo.founded.documents.permits_csv, demo.founded.documents.permits_dir)
    wait_for_mails(demo.post, 2)
    permit = wait_for_documents(resident, 2)[-1]
    assert resident.read(permit) == (demo.founded.documents.permits_dir / document.permit_file).read_bytes()
    check(resident.client.get(f"/api/documents/{permit}/receipt"))
    check(resident.sign_in_with_kit())
    check(resident.client.get("/api/vault/archive"))
    demo.secrets |= holder_secrets(resident) | opened_secrets(open_all(demo, codes))


def deliver(demo: Demonstration, voute: Voute, table: Path, folder: Path) -> None:
    home = demo.founded.home
    said = voute("deliver", table, "--pdf-dir", folder, "--as", home.issuer, "--home", home.home, "--json").ended(0).json
    assert said["sent"] == len(rows_of(table))


def visit(demo: Demonstration, bill: str) -> None:
    """The resident signs in, reads the bill, says so, and makes a kit."""
    resident, document = demo.resident, demo.founded.documents.resident
    check(resident.sign_in())
    wait_for_documents(resident, 1)
    opened = resident.unlock_again()
    assert resident.read(bill) == (demo.founded.documents.bills_dir / document.bill_file).read_bytes()
    (mine,) = open_rows(resident, [bill])
    act = resident.opened_act(bill, mine.signed.manifest_hash)
    check(resident.client.post(f"/api/documents/{bill}/opened", json={"act": b64(act)}), 204)
    body, update = resident.keyring_body(add_kit=True)
    check(resident.client.put("/api/vault/keyring", json=body))
    assert opened.vault_id == update.vault_id
    resident.unlock_again()


def open_rows(resident: Resident, ids: list[str]) -> list[OpenedCard]:
    vault = resident.open_vault
    found = []
    for one in ids:
        row = check(resident.client.get(f"/api/documents/{one}")).json()
        header, card = b64decode(row["header"]), b64decode(row["card"])
        wanted = DocumentId(bytes.fromhex(one))
        found.append(open_card(header, card, vault.identities(), resident.root, vault.holder(), wanted))
    return found


def wait_for_documents(resident: Resident, count: int) -> list[str]:
    end = time.monotonic() + 60
    while True:
        rows = check(resident.client.get("/api/documents")).json()["documents"]
        if len(rows) == count:
            return [row["document_id"] for row in rows]
        assert time.monotonic() < end, rows
        time.sleep(0.05)


def open_all(demo: Demonstration, codes: dict[str, bytes]) -> list[OpenedCard]:
    """Every document of both deliveries, opened by whoever may: for its file key, which must be nowhere else."""
    vault, root = demo.resident.open_vault, demo.resident.root
    by_box = {bytes(keys.lookup_id): keys for keys in map(claim_keys, codes.values())}
    opened = []
    for path in demo.data.glob("packs/*/*.side"):
        for record in parse_sidecar(path.read_bytes()).records:
            one = record.placement
            keys = by_box.get(one.box_id)
            identities = vault.identities() if keys is None else (keys.identity(),)
            holder = vault.holder() if keys is None else Holder(code=keys.lookup_id)
            opened.append(open_card(one.header, one.card, identities, root, holder))
    assert len(opened) == BILLS + len(rows_of(demo.founded.documents.permits_csv))
    return opened


@dataclass
class MemoryOnce:
    """Searches the server's memory in the middle of a delivery, when it has just taken a draft in."""

    demo: Demonstration
    done: bool = False

    def __call__(self, exchange: Exchange) -> Message | None:
        if exchange.path.endswith("/draft") and not self.done:
            self.done = True
            self.demo.search(self.demo.memory())
        return None


# -- the control


def plant(demo: Demonstration) -> None:
    """Put the control wherever the operator keeps anything: through calls where a call leads there, else by hand."""
    origin = demo.resident.root.origin
    with httpx.Client(base_url=origin, headers={"x-voute": "1"}, timeout=60) as client:
        assert client.post("/api/claims/lookup", content=CONTROL_BLOB).status_code == 400
        settings, secrets = demo.founded.home.settings(), demo.founded.home.secrets()
        department = Department(settings.issuer, SigningKey(secrets.signing_seed), origin=origin, city=settings.city)
        department.sign_in(client)
        delivery = os.urandom(16)
        check(department.open(client, delivery, "control"), 201)
        pack = department.pack(delivery, [control_bill(department)])
        check(department.put_pack(client, delivery, pack), 201)
        check(department.put_draft(client, delivery, pack), 201)
        demo.travelling["bearer token"] = department.token
    demo.travelling["session cookie"] = demo.resident.client.headers["cookie"].partition("=")[2]
    with Path(f"/proc/{demo.server.pid}/fd/2").open("ab") as log:
        log.write(CONTROL_BLOB)
    for folder in ("log", "locks", "keys"):
        (demo.data / folder / "planted").write_bytes(CONTROL_BLOB)
    demo.post.came.append(CONTROL_BLOB)


def control_bill(department: Department) -> Bill:
    """A document whose card and body are the control, unsealed, as a client that forgot to seal would send it."""
    _, keys, _ = department.code("control")
    bill = department.bill_for_code(keys, "control")
    digest = hashlib.sha256(CONTROL_BLOB).digest()
    sealed = replace(bill.sealed, card=CONTROL_BLOB, body=CONTROL_BLOB, sealed_hash=type(bill.sealed.sealed_hash)(digest))
    return replace(bill, sealed=sealed)


def recorded_names(demo: Demonstration) -> set[str]:
    """Every key of every JSON that travelled."""
    names: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            names.update(value)
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    for exchange in demo.proxy.exchanges:
        for message in (exchange.request, exchange.reply):
            if message is not None and "json" in (message.header("content-type") or ""):
                for line in message.body.splitlines():
                    walk(json.loads(line))
    return names
