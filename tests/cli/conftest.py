"""One served city for the whole suite; each test gets a department of its own in it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.support.command import Ran, Voute, bill_rows, write_list
from tests.support.holder import Resident
from tests.support.served_city import ServedCity, serve_city
from voute.client.codes import CodeDesk
from voute.client.home import IssuerHome

DEPARTMENTS = 256


@dataclass
class Department:
    """A department at its desk: its home, its folder of lists and PDFs, the command."""

    city: ServedCity
    home: IssuerHome
    folder: Path
    voute: Voute

    def bills(self, *references: str, name: str = "list.csv", **common: str) -> Path:
        """A list of bills with their PDFs beside it."""
        return write_list(self.folder / name, bill_rows(self.folder / "pdf", references, **common))

    def deliver(self, table: Path, *args: str, json: bool = True, env: dict[str, str] | None = None) -> Ran:
        return self.voute(*self.command(table), *args, *(["--json"] if json else []), env=env)

    def command(self, table: Path) -> list[str]:
        return ["deliver", str(table), "--as", self.home.issuer, "--home", str(self.home.home)]

    @property
    def desk(self) -> CodeDesk:
        return CodeDesk(self.home)

    def code(self, reference: str) -> bytes:
        (entry,) = self.desk.at(reference)
        return self.desk.code(entry)

    def set_delay(self, days: int) -> None:
        path = self.home.folder / "issuer.toml"
        path.write_text(re.sub(r"(?<=binding_delay_days = )\d+", str(days), path.read_text()))

    def resident(self) -> Resident:
        return Resident(self.city.browser(), self.city.root)


NewOffice = Callable[[], Department]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCity]:
    city = serve_city(tmp_path_factory.mktemp("city"), [f"office-{number}" for number in range(DEPARTMENTS)])
    yield city
    city.close()


@pytest.fixture(scope="session")
def voute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voute]:
    voute = Voute(tmp_path_factory.mktemp("voute"))
    yield voute
    voute.close()


@pytest.fixture(scope="session")
def new_office(city: ServedCity, voute: Voute, tmp_path_factory: pytest.TempPathFactory) -> NewOffice:
    """A department that nobody has used yet, with a folder of its own."""
    numbers = count()

    def make() -> Department:
        name = f"office-{next(numbers)}"
        return Department(city, city.home(name), tmp_path_factory.mktemp(name), voute)

    return make


@pytest.fixture
def office(new_office: NewOffice) -> Department:
    return new_office()
