"""A city in which an operation is done: actors, a folder before the operation, and the process that does it."""

import copy
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from tests.support.asgi import Loop
from tests.support.city import (
    CATALOGUE,
    FINANCES,
    RP_ID,
    Clock,
    DemoCity,
    SharedApplication,
    check,
    demo_settings,
    found_city,
    open_demo_city,
)
from tests.support.faults.checker import Checker
from tests.support.faults.injector import Injector
from tests.support.faults.keys import Keys
from tests.support.faults.view import View, looking_at
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department
from tests.support.postgres import Postgres
from tests.support.rebuilt import differing_from_raw
from tests.support.shared_statements import share_statements
from voute.app.destroy import work
from voute.cli.fsck import check_city
from voute.core.ids import Slug
from voute.format.trust_root import TrustRoot
from voute.server.composition import assemble, log_parts
from voute.server.http.access import COOKIE
from voute.server.settings import Settings

MASTER = b"m" * 32
UNAVAILABLE = 503
EVERYTHING = float("-inf")
"""How long a temporary file must be untouched to be swept here: not at all, even if the clock was set back meanwhile."""
BEFORE, DURING = "192.0.2.7", "192.0.2.8"


@dataclass
class Actors:
    """Who acts in the city: a department, a resident with a vault, somebody who has only a letter."""

    issuer: Department
    resident: Resident
    cookie: str
    letter: bytes
    bills: list[Bill]


@dataclass
class Stage:
    """An open city in this process, with its actors."""

    demo: DemoCity
    actors: Actors
    client: httpx.Client
    keys: Keys
    address: str
    replies: list[httpx.Response] = field(default_factory=list)
    """All replies so far: of a call that is made of several the last one counts."""

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """A browser that nobody has used yet."""
        with self.demo.client(self.address) as browser:
            browser.event_hooks = {"response": [self.replies.append]}
            yield browser

    @property
    def issuer(self) -> Department:
        return self.actors.issuer

    @property
    def resident(self) -> Resident:
        return self.actors.resident

    def settle(self) -> None:
        """What the city's threads do, until nothing is left: the log, then the work that waited for it."""
        self.demo.settle()
        work(self.demo.city)


Do = Callable[[Stage], httpx.Response | None]


@dataclass(frozen=True)
class Step:
    """A call of an operation. When it was answered, `holds` must be true of the disk for ever after."""

    name: str
    do: Do
    holds: Callable[[View], bool]
    statuses: tuple[int, ...] = (200, 201, 204)


@dataclass(frozen=True)
class Operation:
    """`prepare` brings a copy of the city to where the operation begins and gives its steps."""

    name: str
    prepare: Callable[[Stage], list[Step]]
    known: frozenset[str] = frozenset()
    """Codes of what `fsck` finds in what `prepare` made up."""
    is_long: bool = False
    """Whether refusals are left to `make test-long`: their steps are those of a shorter operation."""


def guarded(call: Do) -> Do:
    """A call made of several, of which a helper expects each to succeed: if the store failed, that reply is what counts."""

    def do(stage: Stage) -> httpx.Response | None:
        try:
            return call(stage)
        except AssertionError:
            if stage.replies[-1].status_code == UNAVAILABLE:
                return stage.replies[-1]
            raise

    return do


@dataclass
class Ground:
    """The city that all operations start from, and the one application that serves it."""

    folder: Path
    root: TrustRoot
    clock: Clock
    shared: SharedApplication
    keys: Keys
    actors: Actors | None = None
    databases: Postgres | None = None
    """The server that has the catalogues, where they are not files of the folders."""
    checker: Checker = field(init=False)

    def __post_init__(self) -> None:
        self.checker = Checker(self.root, self.keys)

    @contextmanager
    def stage(self, folder: Path, injector: Injector | None = None, address: str = BEFORE) -> Iterator[Stage]:
        """Open the city in a folder, with its own copy of the actors, who call from an address.

        What the application remembers of an address in this process spares it steps: operations come from another one.
        """
        assert self.actors is not None
        loop = Loop()
        demo = self.open(folder, loop, injector)
        actors = replace(self.actors, issuer=copy.copy(self.actors.issuer), resident=copy.copy(self.actors.resident))
        with demo.client(address) as client, demo.client(address) as browser:
            browser.cookies.set(COOKIE, actors.cookie, domain=RP_ID)
            actors.resident.client = browser
            stage = Stage(demo, actors, client, self.keys, address)
            for one in (client, browser):
                one.event_hooks = {"response": [stage.replies.append]}
            yield stage
        demo.close()
        loop.close()

    @contextmanager
    def copied(self, source: Path) -> Iterator[Path]:
        """A copy of a city's folder beside it, gone afterwards; on a server, with a database of its own."""
        with tempfile.TemporaryDirectory(dir=source.parent) as name:
            folder = Path(name)
            for part in ("data", "locks"):
                shutil.copytree(source / part, folder / part)
            if self.databases is None:
                yield folder
                return
            url = self.databases.copy((source / CATALOGUE).read_text())
            (folder / CATALOGUE).write_text(url)
            yield folder
            # What is kept was moved.
            if (folder / CATALOGUE).exists():
                self.databases.drop(url)

    def preparing(self, folder: Path) -> AbstractContextManager["Stage"]:
        """Open the city in a folder to bring it to where an operation begins, in this process."""
        return self.stage(folder)

    def settings(self, folder: Path) -> Settings:
        """Settings of the city in a folder."""
        return demo_settings(folder)

    def keep(self, copy: Path, folder: Path) -> None:
        """Give a copy a name of its own, under which it stays."""
        copy.rename(folder)
        copy.mkdir()

    def looking_at(self, folder: Path) -> AbstractContextManager[View]:
        """Look at the bytes of the city in a folder."""
        return looking_at(demo_settings(folder))

    def open(self, folder: Path, loop: Loop, injector: Injector | None = None) -> DemoCity:
        settings = self.settings(folder)
        if injector is None:
            return open_demo_city(settings, self.root, self.clock, loop, self.shared)
        assembled = assemble(settings, self.clock, injector)
        parts = log_parts(settings, assembled.stores)
        return DemoCity(settings, self.root, self.clock, assembled, parts, self.shared.serve(assembled.city), loop)


def make_ground(memory: Path, databases: Postgres | None = None) -> Ground:
    """Found a city; deliver; let a resident open a vault with one letter, let another letter wait. All of it is logged."""
    share_statements()
    folder = memory / "ground"
    if databases is not None:
        folder.mkdir()
        (folder / CATALOGUE).write_text(databases.database(empty=True))
    settings = demo_settings(folder)
    root = found_city(settings)
    clock = Clock()
    clock.freeze()
    loop = Loop()
    assembled = assemble(settings, clock)
    shared = SharedApplication(settings, assembled.city)
    # Each stage opens its own; a database is copied while nobody is connected.
    assembled.stores.catalogue.close()
    ground = Ground(folder, root, clock, shared, Keys(root), databases=databases)
    demo = ground.open(folder, loop)
    with demo.client() as client, demo.client() as browser:
        issuer = Department(Slug("finances"), FINANCES, MASTER)
        issuer.sign_in(client)
        (code, keys, _), (letter, other, _) = issuer.code("roll-1"), issuer.code("roll-2")
        bills = [
            issuer.bill_for_code(keys, "bill-1", b"%PDF first"),
            issuer.bill_for_code(other, "bill-2", b"%PDF second"),
        ]
        issuer.deliver(client, bills, run="run-0")
        demo.settle()
        resident = Resident(browser, root)
        resident.claim(code)
        vault = resident.open_vault
        recipient = vault.reading.recipient.to_string()
        own = [issuer.bill_for_vault(vault.vault_id, recipient, f"own-{n}", b"%PDF own " + bytes([n])) for n in range(3)]
        issuer.deliver(client, own[:2], run="run-1")
        issuer.deliver(client, own[2:], run="run-2")
        demo.settle()
        ground.keys.add_vault(vault)
        ground.keys.add_code(other)
        ground.actors = Actors(issuer, resident, check_cookie(browser), letter, own)
    demo.close()
    loop.close()
    if databases is None:
        load(ground)
    return ground


def load(ground: Ground) -> None:
    """Check a city of files here once: what that loads and puts together, the processes forked from now on need not."""
    with ground.copied(ground.folder) as copy:
        with ground.stage(copy) as stage:
            stage.settle()
            with ground.looking_at(copy) as view:
                ground.checker.check(view)
                ground.checker.summary(view)
        settings = ground.settings(copy)
        assert differing_from_raw(settings) == []
        assert check_city(settings, repair=True).findings == []


def check_cookie(client: httpx.Client) -> str:
    found = client.cookies.get(COOKIE)
    assert found is not None
    return found


def answer(reply: httpx.Response | None, statuses: tuple[int, ...]) -> bool:
    """Whether a call was answered well; anything but a success or a clear failure of the store is an error."""
    if reply is None:
        return True
    if reply.status_code == UNAVAILABLE:
        assert reply.json()["code"] in {"store", "store-full"}, reply.text
        return False
    for status in statuses:
        if reply.status_code == status:
            return True
    check(reply, statuses[0])
    return False
