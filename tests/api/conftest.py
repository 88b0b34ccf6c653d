"""One city a test, founded once and copied."""

import copy
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from tests.support.asgi import Loop
from tests.support.city import (
    FINANCES,
    PERMITS,
    RP_ID,
    Clock,
    DemoCity,
    SharedApplication,
    check,
    copy_template,
    demo_settings,
    found_city,
    open_demo_city,
)
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, Pack
from tests.support.mail_server import MailServer, mail_server
from tests.support.monitored_city import Scene
from tests.support.push_service import PushService, make_certificate, push_service, with_push
from voute.client import monitor as monitor_rules
from voute.core.ids import Slug
from voute.format.dsse import parse
from voute.format.trust_root import TrustRoot, parse_trust_root
from voute.server.settings import Settings

MASTER = b"m" * 32


@pytest.fixture(scope="session")
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: these tests ask what is written, not whether a disk keeps it."""
    shared = Path("/dev/shm")  # noqa: S108 - a file system, not a file
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def founded(memory_folder: Path) -> Path:
    folder = memory_folder / "founded"
    found_city(demo_settings(folder))
    return folder


@pytest.fixture
def folder(memory_folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=memory_folder) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def shared(founded: Path, loop: Loop) -> Iterator[SharedApplication]:
    settings = demo_settings(founded)
    demo = open_demo_city(settings, trust_root_of(settings), Clock(), loop)
    yield SharedApplication(settings, demo.city)
    demo.close()


def trust_root_of(settings: Settings) -> TrustRoot:
    return parse_trust_root(parse(settings.trust_root_file.read_bytes()).payload)


@dataclass(frozen=True)
class Template:
    """A folder of a city in which a vault was opened, and all that its holder has."""

    folder: Path
    resident: Resident
    cookie: str


@pytest.fixture(scope="session")
def claimed_once(founded: Path, memory_folder: Path, loop: Loop, shared: SharedApplication) -> Template:
    """A vault that was opened with the code of a bill, all of it logged."""
    folder = memory_folder / "claimed"
    settings = copy_template(founded, folder)
    demo = open_demo_city(settings, trust_root_of(settings), Clock(), loop, shared)
    with demo.client() as client:
        issuer = Department(Slug("finances"), FINANCES, MASTER)
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
        demo.settle()
        resident = Resident(client, demo.root)
        resident.claim(code, with_kit=True)
        demo.settle()
        cookie = client.cookies["__Host-voute"]
    demo.close()
    return Template(folder, resident, cookie)


@pytest.fixture
def demo(
    request: pytest.FixtureRequest, founded: Path, folder: Path, loop: Loop, shared: SharedApplication
) -> Iterator[DemoCity]:
    """A city of its own for each test; pages are read once by an application, so tests of pages have their own."""
    template = request.getfixturevalue("claimed_once").folder if "claimed" in request.fixturenames else founded
    settings = copy_template(template, folder)
    common = None if "web" in request.fixturenames else shared
    demo = open_demo_city(settings, trust_root_of(settings), Clock(), loop, common)
    yield demo
    demo.close()


@pytest.fixture
def client(demo: DemoCity) -> Iterator[httpx.Client]:
    with demo.client() as client:
        yield client


@pytest.fixture
def issuer(client: httpx.Client) -> Department:
    department = Department(Slug("finances"), FINANCES, MASTER)
    department.sign_in(client)
    return department


@pytest.fixture
def other_issuer(client: httpx.Client) -> Department:
    department = Department(Slug("permits"), PERMITS)
    department.sign_in(client)
    return department


@pytest.fixture
def resident(demo: DemoCity) -> Iterator[Resident]:
    with demo.client() as browser:
        yield Resident(browser, demo.root)


@pytest.fixture
def claimed(claimed_once: Template, resident: Resident) -> Resident:
    """A resident whose vault was opened with the code of a bill, all of it logged."""
    once = claimed_once.resident
    resident.vault, resident.passkey, resident.kit = once.vault, copy.copy(once.passkey), once.kit
    resident.client.cookies.set("__Host-voute", claimed_once.cookie, domain=RP_ID)
    return resident


@pytest.fixture
def bills(issuer: Department) -> list[Bill]:
    _, keys, _ = issuer.code("roll-1")
    return [issuer.bill_for_code(keys, f"bill-{n}", b"%PDF " + bytes([n]) * 400) for n in range(3)]


@pytest.fixture
def drafted(client: httpx.Client, issuer: Department, bills: list[Bill]) -> tuple[bytes, Pack]:
    """A delivery whose one pack is drafted."""
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, bills)
    check(issuer.open(client, delivery), 201)
    check(issuer.put_pack(client, delivery, pack), 201)
    check(issuer.put_draft(client, delivery, pack), 201)
    return delivery, pack


@pytest.fixture
def post() -> Iterator[MailServer]:
    """Another organisation's mail server."""
    with mail_server() as server:
        yield server


@pytest.fixture
def noticed(demo: DemoCity, post: MailServer, loop: Loop, shared: SharedApplication) -> Iterator[DemoCity]:
    """The test's city, with a mail server."""
    settings = replace(
        demo.settings, smtp_host="127.0.0.1", smtp_port=post.port, smtp_security="none", mail_from="avis@ville.test"
    )
    city = open_demo_city(settings, demo.root, demo.clock, loop, shared)
    yield city
    city.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("push") / "push.pem")


@pytest.fixture
def service(certificate: Path) -> Iterator[PushService]:
    with push_service(certificate) as served:
        yield served


@pytest.fixture
def told(demo: DemoCity, service: PushService, certificate: Path, loop: Loop, shared: SharedApplication) -> Iterator[DemoCity]:
    """The test's city, which tells on devices, by the test's push service."""
    city = open_demo_city(with_push(demo.settings, certificate, service), demo.root, demo.clock, loop, shared)
    yield city
    city.close()


@pytest.fixture
def scene(demo: DemoCity, loop: Loop, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The test's city with pages, and a monitor that looks again at once where it waits for what is on its way."""
    monkeypatch.setattr(monitor_rules, "_RETRY", 0.01)
    return Scene(demo, loop, folder / "monitor.json")
