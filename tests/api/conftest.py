"""One city a test, founded once and copied."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.asgi import Loop
from tests.support.city import (
    FINANCES,
    PERMITS,
    Clock,
    DemoCity,
    check,
    copy_template,
    demo_settings,
    found_city,
    open_demo_city,
)
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, Pack
from voute.core.ids import Slug
from voute.format.dsse import parse
from voute.format.trust_root import parse_trust_root


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


@pytest.fixture
def demo(founded: Path, folder: Path, loop: Loop) -> Iterator[DemoCity]:
    settings = copy_template(founded, folder)
    root = parse_trust_root(parse(settings.trust_root_file.read_bytes()).payload)
    demo = open_demo_city(settings, root, Clock(), loop)
    yield demo
    demo.close()


@pytest.fixture
def client(demo: DemoCity) -> Iterator[httpx.Client]:
    with demo.client() as client:
        yield client


@pytest.fixture
def issuer(client: httpx.Client) -> Department:
    department = Department(Slug("finances"), FINANCES)
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
def claimed(demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident) -> Resident:
    """A resident whose vault was opened with the code of a bill, all of it logged."""
    code, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    resident.claim(code, with_kit=True)
    demo.settle()
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
