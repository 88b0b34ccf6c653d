"""Founds the demonstration city: keys, trust root, issuer *Finances*, real PDFs; everything below one folder.

FOLDER/city        what the city's server keeps
FOLDER/home        what the department keeps (VOUTE_HOME)
FOLDER/officers    the city's offline keys: in a real city, three people in three places
FOLDER/witness-N   the witnesses: in a real city, each on the machine of somebody else
FOLDER/documents   two lists and their PDFs, and a list with faults
FOLDER/letter.pdf  the letter to the resident
FOLDER/armoiries.svg  the coat of arms, for the server; the department has its own copy
FOLDER/demo.json   written last: its presence says that the city is whole
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from voute.cli.status import DEMO
from voute.client.ceremony import CityFounding, found, issuer_of, make_officers
from voute.client.codes import CodeDesk
from voute.client.deliver import Delivery
from voute.client.disk import DISK
from voute.client.home import IssuerHome, IssuerSettings, create_issuer_home
from voute.client.letter_settings import settings_path
from voute.client.letters import Letters, LettersOrder
from voute.client.order import DeliverOrder
from voute.client.trust import pin, read_pin
from voute.core.ids import slug
from voute.core.values import Names, unix_time
from voute.format.claim_code import group_code, write_code
from voute.format.registry import Entry
from voute.format.trust_root import DocumentType, LogKey, WitnessKey
from voute.paper.demo_city import BILL_TYPE, PERMIT_TYPE, DemoCity, build_demo_city
from voute.server.ceremony import CityKeys, create_city
from voute.server.settings import Settings
from voute.server.witness.folder import WitnessFolder

CITY: Final = "val-des-cedres"
ISSUER: Final = "finances"
PORTS: Final = range(8100, 8150)
"""Ports tried, a round number first, for people type it: a machine with fifty of them taken has other troubles."""
WITNESSES: Final = 2
"""Two, and both must have signed: any two quorums then share a witness, and stopping one shows what that changes."""
_OFFICERS: Final = 3
_THRESHOLD: Final = 2
_HELP_PHONE: Final = "819 555-0142"
_HOURS: Final = Names(en="Monday to Friday, 8:30 to 16:30", fr="du lundi au vendredi, de 8 h 30 à 16 h 30")
_ARMS: Final = "armoiries.svg"
LETTER: Final = "letter.pdf"
_LETTER_SETTINGS: Final = f"""phone = "{_HELP_PHONE}"
hours_fr = "{_HOURS.fr}"
hours_en = "{_HOURS.en}"
office_fr = "Service des finances"
office_en = "Finance Department"
arms = "{_ARMS}"
"""
_CITY_NAMES: Final = Names(en="Ville de Val-des-Cèdres", fr="Ville de Val-des-Cèdres")
_ISSUER_NAMES: Final = Names(en="Finances", fr="Finances")
_TYPES: Final = (
    DocumentType(slug(BILL_TYPE), Names(en="Tax bill", fr="Compte de taxes"), registered=False),
    DocumentType(slug(PERMIT_TYPE), Names(en="Permit", fr="Permis"), registered=False),
)

Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """A founded demonstration city: paths as text, the resident to play, and what to type next."""

    folder: str
    origin: str
    port: int
    code: str
    link: str
    letter: str
    fingerprint: str
    reference: str
    permits: str
    permits_folder: str
    bill: str
    run: str = ""
    """Name of the bills' delivery; none in a demonstration of an earlier release."""
    witnesses: int = 0
    """How many witnesses have a folder here; 0 in a demonstration of the first release, whose witness is in the city."""

    @property
    def home(self) -> Path:
        """The department's home."""
        return Path(self.folder) / "home"

    @property
    def bills(self) -> Path:
        """The list of the bills."""
        return Path(self.permits).with_name("factures.csv")

    @property
    def pages(self) -> Path:
        """The bills' PDFs."""
        return Path(self.permits).with_name("pdf")

    @property
    def witness_folders(self) -> tuple[Path, ...]:
        """Folders of the witnesses."""
        return _witness_folders(Path(self.folder), self.witnesses)

    @property
    def settings(self) -> Settings:
        """The city's settings, but for where its witnesses are (`at_ports`)."""
        return _settings(Path(self.folder), self.port)


def at_ports(settings: Settings, ports: Sequence[int]) -> Settings:
    """Give settings of a city whose witnesses answer on this machine at these ports."""
    addresses = (f"{_witness_name(number)}=http://127.0.0.1:{port}" for number, port in enumerate(ports, 1))
    return replace(settings, witnesses=",".join(addresses))


def _witness_folders(folder: Path, count: int) -> tuple[Path, ...]:
    return tuple(folder / f"witness-{number}" for number in range(1, count + 1))


def _witness_name(number: int) -> str:
    return f"localhost/witness-{number}"


def _settings(folder: Path, port: int) -> Settings:
    arms = folder / _ARMS
    return Settings(
        data=folder / "city",
        port=port,
        # A demonstration of an earlier release has none.
        arms=arms if arms.exists() else Path(),
        help_phone=_HELP_PHONE,
        help_hours_fr=_HOURS.fr,
        help_hours_en=_HOURS.en,
        log_level="warning",
    )


def read_demo(folder: Path) -> Demo | None:
    """Return the demonstration city of a folder, or None when none was finished there."""
    path = folder / DEMO
    return Demo(**json.loads(path.read_text("utf-8"))) if path.exists() else None


@dataclass(frozen=True, slots=True)
class Founded:
    """A city that can be served, before anything was delivered."""

    folder: Path
    port: int
    home: IssuerHome
    documents: DemoCity
    witnesses: int

    @property
    def witness_folders(self) -> tuple[Path, ...]:
        """Folders of the witnesses."""
        return _witness_folders(self.folder, self.witnesses)

    @property
    def settings(self) -> Settings:
        """The city's settings, but for where its witnesses are (`at_ports`)."""
        return _settings(self.folder, self.port)


def found_demo(folder: Path, port: int, count: int, tell: Tell, witnesses: int = 0) -> Founded:
    """Make keys, trust root, issuer and documents; an unfinished attempt is set aside, never overwritten.

    `witnesses` processes of their own will be asked, all of them are the quorum; with 0 one lives in the city's process.
    """
    if folder.exists() and any(folder.iterdir()):
        folder.rename(folder.with_name(f"{folder.name}.unfinished-{int(time.time())}"))
    folder.mkdir(parents=True, exist_ok=True)
    settings = _settings(folder, port)
    origin = f"http://localhost:{port}"
    keys = create_city(settings, f"localhost/{CITY}", None if witnesses else f"localhost/{CITY}/witness")
    witness_keys = _make_witnesses(folder, keys, witnesses)
    home = create_issuer_home(folder / "home", IssuerSettings(slug(CITY), slug(ISSUER), origin, 0))
    DISK.replace(settings_path(home), _LETTER_SETTINGS.encode(), mode=0o644)
    # Two machines in a real city: each has its own copy.
    for place in (folder, home.folder):
        DISK.replace(place / _ARMS, Path(__file__).with_name("demo_arms.svg").read_bytes(), mode=0o644)
    now = unix_time(int(time.time()))
    founding = CityFounding(
        city=slug(CITY),
        names=_CITY_NAMES,
        rp_id="localhost",
        origin=origin,
        logs=(LogKey(keys.log.origin, keys.log.ed25519, keys.log.mldsa44, now, None),),
        quorum=len(witness_keys),
        witnesses=witness_keys,
        issuers=(issuer_of(home, _ISSUER_NAMES, _TYPES),),
        threshold=_THRESHOLD,
    )
    raw = found(founding, make_officers(folder / "officers", _OFFICERS), now)
    DISK.replace(settings.trust_root_file, raw, mode=0o644)
    pin(home.trust_root_path, raw)
    tell("demo-typeset", count)
    today = datetime.fromtimestamp(now, UTC).astimezone().date()
    return Founded(folder, port, home, build_demo_city(folder / "documents", count=count, today=today), witnesses)


def _make_witnesses(folder: Path, keys: CityKeys, count: int) -> tuple[WitnessKey, ...]:
    """Make the witnesses, which follow the city's log from its beginning; the one in the city's process is made already."""
    if keys.witness is not None:
        return (WitnessKey(keys.witness.name, keys.witness.mldsa44),)
    made = []
    for number, path in enumerate(_witness_folders(folder, count), 1):
        witness = WitnessFolder(path)
        key = witness.create(_witness_name(number))
        witness.follow((keys.log.note_key, keys.log.cosigner_key))
        made.append(WitnessKey(key.name, key.public))
    return tuple(made)


def deliver_demo(city: Founded, progress: Callable[[str, int, int], None]) -> Demo:
    """Deliver the bills to the city that is being served, print the letter, and write `demo.json`."""
    order = DeliverOrder(city.documents.bills_csv, city.documents.bills_dir, city.documents.run)
    Delivery(city.home, order, progress).run()
    resident = city.documents.resident
    desk = CodeDesk(city.home)
    entry = desk.at(resident.reference)[0]
    code = write_code(desk.code(entry))
    trust = read_pin(city.home)
    letter = city.folder / LETTER
    put_letter(city.home, entry, city.documents.bills_csv, city.documents.bills_dir, letter)
    demo = Demo(
        folder=os.fspath(city.folder),
        origin=trust.root.origin,
        port=city.port,
        code=group_code(code),
        link=desk.link(code),
        letter=os.fspath(letter),
        fingerprint=trust.trusted.fingerprint,
        reference=resident.reference,
        permits=os.fspath(city.documents.permits_csv),
        permits_folder=os.fspath(city.documents.permits_dir),
        bill=resident.bill_file,
        run=city.documents.run,
        witnesses=city.witnesses,
    )
    DISK.replace(city.folder / DEMO, json.dumps(asdict(demo), indent=1).encode(), mode=0o600)
    return demo


def put_letter(home: IssuerHome, entry: Entry, table: Path, pages: Path, letter: Path) -> None:
    """Print the letter of one code, in place of the one that is there."""
    order = LettersOrder(table, pages, entry.run, folder=letter.parent)
    (made,) = Letters(home, order, lambda _stage, _done, _total: None).reprint(entry.reference)
    DISK.rename(made, letter)
