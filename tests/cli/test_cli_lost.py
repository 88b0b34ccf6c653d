"""A department is told what the city has lost of its deliveries, delivers it again by the same list, and is left in peace."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import Ran, Voute, bill_rows, environment, write_list
from tests.support.served_city import browser
from tests.support.successor import ended_for
from voute.cli.city_process import serving, serving_witnesses
from voute.cli.demo_city import Founded, at_ports, found_demo
from voute.cli.held_port import any_ports, held_port
from voute.client.trust import read_pinned
from voute.core.ids import parse_hex
from voute.format.dsse import SigningKey
from voute.format.trust_root import sign_trust_root
from voute.server.succession import prepare_successor
from voute.server.witness.folder import WitnessFolder

BILLS = 23
SECOND = "localhost/registre-2"
LOST = ("lost-1", "lost-2", "lost-3")
SECONDS = 60


@dataclass
class Office:
    """A department's desk, and the city's machine beside it."""

    folder: Path
    founded: Founded
    voute: Voute

    def status(self, language: str = "fr_CA.UTF-8", *args: str) -> Ran:
        home = self.founded.home
        env = environment(self.voute.folder, language)
        return self.voute("status", "--as", home.issuer, "--home", home.home, *args, env=env)

    def deliver(self, name: str, *references: str, args: tuple[str, ...] = ("--json",)) -> Ran:
        table = write_list(self.folder / f"{name}.csv", bill_rows(self.folder / "pdf", references))
        home = self.founded.home
        return self.voute("deliver", table, "--as", home.issuer, "--home", home.home, *args).ended(0)


@contextmanager
def running(founded: Founded) -> Iterator[None]:
    with serving_witnesses(founded.witness_folders) as ports, serving(at_ports(founded.settings, ports)):
        yield


def take_over(office: Office, newest: bytes) -> None:
    """The officers end the log, and another one takes over what is here."""
    founded = office.founded
    settings, officers = founded.settings, founded.folder / "officers"
    keys = [SigningKey(parse_hex((officers / f"officer-{number}.key").read_text().strip(), 32)) for number in (1, 2, 3)]
    successor = prepare_successor(settings, SECOND).log
    at = int(time.time()) + 1
    root = ended_for(read_pinned(founded.home.trust_root_path).root, successor, at)
    settings.trust_root_file.write_bytes(sign_trust_root(root, keys))
    time.sleep(max(0.0, at + 0.05 - time.time()))
    known = office.folder / "newest.checkpoint"
    known.write_bytes(newest)
    with serving_witnesses(founded.witness_folders) as ports:
        env = environment(office.voute.folder, VOUTE_WITNESSES=at_ports(settings, ports).witnesses)
        said = office.voute("admin", "log-succeed", "--data", settings.data, "--behind", known, "--json", env=env)
    assert said.ended(0).json["lost"] == len(LOST)
    for folder in founded.witness_folders:
        WitnessFolder(folder).follow((successor.note_key, successor.cosigner_key))


def lose_the_tail(office: Office) -> None:
    """One delivery is in the copy of the city's folder, the next one came after it; the machine is lost, the copy comes back."""
    founded, copied = office.founded, office.folder / "copied"
    with running(founded):
        office.deliver("before", "kept-1", "kept-2")
    shutil.copytree(founded.settings.data, copied)
    with running(founded):
        office.deliver("lost", *LOST)
        assert office.status().ended(0).out.startswith("Reçus gardés ici, de 2 envois")
        with browser(read_pinned(founded.home.trust_root_path).root.origin) as client:
            newest = client.get("/log/checkpoint").raise_for_status().content
    shutil.rmtree(founded.settings.data)
    copied.rename(founded.settings.data)
    # No backup has it.
    shutil.rmtree(founded.settings.locks_folder)
    take_over(office, newest)


def test_cli_lost_documents_are_named_and_delivered_again_once(tmp_path: Path, voute: Voute) -> None:
    with ExitStack() as stack:
        port = stack.enter_context(held_port(any_ports()))
        office = Office(tmp_path, found_demo(tmp_path / "demo", port, BILLS, lambda _key, _count: None, 1), voute)
        lose_the_tail(office)
        receipts = sorted(office.founded.home.folder.glob("runs/lost/receipts-*"))
        evidence = [path.read_bytes() for path in receipts]
        with running(office.founded):
            end = time.monotonic() + SECONDS
            while (ran := office.status("fr_CA.UTF-8", "--json").ended(1)).json["receipts_compared"] == "unwitnessed":
                assert time.monotonic() < end
            told = ran.json
            assert (told["well"], told["fresh"], told["deliveries"]) == (False, True, 2)
            (found,) = told["lost"]
            assert (found["run"], found["documents"], found["lost"], found["again"]) == ("lost", 3, 3, 0)
            french, english = office.status().ended(1).out, office.status("en_CA.UTF-8").ended(1).out
            for words in ("3 documents sur 3", "Vos reçus sont gardés", "voute deliver LISTE.csv --as finances --run lost"):
                assert words in french
            for words in ("3 documents of 3", "Your receipts are kept", "voute deliver LIST.csv --as finances --run lost"):
                assert words in english
            # A delivery of something else says it too, and is no less done.
            other = office.deliver("other", "more-1")
            assert (other.json["sent"], other.json["lost"][0]["again"]) == (1, 0)
            again = office.deliver("lost", *LOST)
            assert (again.json["sent"], again.json["lost"][0]["again"]) == (3, 3)
            assert "Perdu par la ville et livré de nouveau" in office.deliver("lost", *LOST, args=()).out
            repeated = office.deliver("lost", *LOST)
            assert (repeated.json["sent"], repeated.json["known"]) == (0, 3)
            assert office.status("fr_CA.UTF-8", "--json").ended(0).json["well"] is True
        # The city does not answer: what was known stands, and is said to be no more.
        silent = office.status("fr_CA.UTF-8", "--json").ended(4).json
        assert (silent["fresh"], silent["lost"][0]["again"]) == (False, 3)
        assert [path.read_bytes() for path in receipts] == evidence
        both = voute("status", "--as", "finances", "--data", tmp_path).ended(2)
        assert "pas les deux" in both.said
