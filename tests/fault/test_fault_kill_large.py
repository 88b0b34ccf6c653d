"""A delivery of 20,000, its client, server and database killed again and again at random instants, resumed to its end.

The log is watched meanwhile: no checkpoint that was ever shown may have another history than the last one.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from signal import SIGKILL
from threading import Event, Thread

import httpx
import pytest

from tests.support.command import Ran
from tests.support.large_office import LargeOffice, sealers, working
from tests.support.postgres import Postgres, postgres
from tests.support.proxy import Exchange
from tests.support.s3.simulator import simulator
from tests.support.s3.stores import on_s3
from tests.support.served_city import ServedCity, serve_city
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import LogKey, verify_log
from voute.tlog.reader import TileTree
from voute.tlog.tree import MemoryTree, root_of

pytestmark = pytest.mark.long

DOCUMENTS = 20_000
REFERENCES = 1_000
AT_LEAST = 20
"""Kills, in all."""
AFTER_COMMIT = 6
"""Of them, those in the seconds in which the log takes 20,000 events and receipts are fetched."""
EXCHANGES = 30
"""Of one kill and the next there are so many at most."""
EXCHANGES_AFTER = 4
"""The same after the commit."""
SECONDS = 3_600
RUN = "autumn"
COMMIT = "POST /api/deliveries/ID/commit"
DRAFT = "/draft"


@dataclass
class Shown:
    """All checkpoints that the city has shown, by the size of the tree, asked for without pause."""

    city: ServedCity
    heads: dict[int, bytes] = field(default_factory=dict)
    last: int = 0
    asked: int = 0
    harm: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        (one,) = self.city.root.logs
        self.log = LogKey(one.origin, one.ed25519, one.mldsa44)
        self.address = f"http://127.0.0.1:{self.city.server.settings.port}/log/"
        self.thread = Thread(target=self._watch)
        self.thread.start()

    def _watch(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self.over.wait(0.1):
                # A city that is down, or whose database is, shows nothing.
                with suppress(httpx.HTTPError):
                    reply = client.get(f"{self.address}checkpoint")
                    if reply.is_success:
                        self._note(reply.content)

    def _note(self, raw: bytes) -> None:
        self.asked += 1
        signed = SignedCheckpoint.parse(raw)
        verify_log(signed, self.log)
        head = signed.head
        if head.size < self.last:
            self.harm.append(f"rolled back from {self.last} to {head.size}")
        if self.heads.setdefault(head.size, head.root) != head.root:
            self.harm.append(f"two trees of {head.size}")
        self.last = head.size

    def close(self) -> None:
        self.over.set()
        self.thread.join()

    def check(self) -> None:
        """The log has only grown: every tree that was shown is the beginning of the last one."""
        assert self.harm == []
        with httpx.Client() as client:

            def get(path: str) -> bytes:
                return client.get(self.address + path).raise_for_status().content

            head = SignedCheckpoint.parse(get("checkpoint")).head
            tree = MemoryTree(map(leaf_hash, TileTree(head.size, head.root, get).entries(0, head.size)))
        assert head.size >= DOCUMENTS
        assert self.heads == {size: root_of(size, tree) for size in self.heads}


@dataclass
class Killer:
    """Kills one of client, server and databases after the other, each at a random instant, until the delivery has ended."""

    office: LargeOffice
    chance: random.Random
    databases: Sequence[Postgres]
    kills: Counter[str] = field(default_factory=Counter)
    after_commit: int = 0
    commands: int = 0

    def __post_init__(self) -> None:
        self.victims = ["client", "server", "sealer", *["database" for _ in self.databases]]
        self._waiting: list[str] = []
        self._left = 0
        self._come = Event()
        self._is_committed = False

    def deliver(self) -> None:
        """Start the delivery and resume it until it has ended by itself."""
        proxy, end = self.office.city.proxy, time.monotonic() + SECONDS
        table = self.office.bills(RUN)
        is_begun = False
        while True:
            assert time.monotonic() < end, self
            self._await()
            several = self.chance.random() < 0.5
            with proxy.hooks(before=self._count, after=self._see):
                start = self.office.start_again if is_begun else partial(self.office.start, table=table)
                ran = self._meet(start(RUN, several=several))
            self.commands += 1
            self._require_acknowledged()
            if ran.code == 0:
                return
            is_begun = not self.office.is_nothing(ran)

    def _count(self, _exchange: Exchange) -> None:
        self._left -= 1
        if self._left < 0:
            self._come.set()

    def _see(self, exchange: Exchange) -> None:
        if exchange.route == COMMIT and exchange.status == 200:
            self._is_committed = True
            self._come.set()

    def _meet(self, pid: int) -> Ran:
        """Kill one side after the other while a command runs, unless enough were; then let all sides run again."""
        with ThreadPoolExecutor(1) as pool:
            ran = pool.submit(self.office.forks.wait)
            while not ran.done() and self.after_commit < AFTER_COMMIT:
                if self._come.wait(0.02):
                    self._kill(pid, ran)
            found = ran.result(SECONDS)
        self._mend()
        return found

    def _kill(self, pid: int, ran: "Future[Ran]") -> None:
        # After the commit it is the log that works, and the department asks for receipts.
        with suppress(TimeoutError):
            ran.result(self.chance.uniform(0, 1.5 if self._is_committed else 0.3))
        self._mend()
        if ran.done():
            return
        working = sealers(pid)
        victim = self._next(may_be_sealer=bool(working))
        if victim == "sealer":
            os.kill(self.chance.choice(working), SIGKILL)
        elif victim == "server":
            self.office.city.server.kill()
        elif victim == "database":
            self.databases[0].kill()
        else:
            os.kill(pid, SIGKILL)
        self.kills[victim] += 1
        self.after_commit += self._is_committed
        self._await()
        # Either the client meets what is gone, or what has come again.
        if self.chance.random() < 0.5:
            self._mend()

    def _next(self, *, may_be_sealer: bool) -> str:
        """Choose a victim; the sealers' turn waits until one of them works."""
        while True:
            for victim in self._waiting:
                if victim != "sealer" or may_be_sealer:
                    self._waiting.remove(victim)
                    return victim
            fresh = [one for one in self.victims if one not in self._waiting]
            self._waiting += self.chance.sample(fresh, len(fresh))

    def _await(self) -> None:
        """Choose the next instant."""
        self._left = self.chance.randrange(EXCHANGES_AFTER if self._is_committed else EXCHANGES)
        self._come.clear()

    def _mend(self) -> None:
        for database in self.databases:
            database.ensure()
        self.office.city.server.ensure()

    def _require_acknowledged(self) -> None:
        """What the city said that it keeps, it keeps, unless the department has cancelled it since."""
        packs: set[bytes] = set()
        for exchange in self.office.city.proxy.exchanges:
            if exchange.method == "DELETE":
                packs.clear()
            elif exchange.path.endswith(DRAFT) and exchange.status in {200, 201}:
                packs.add(bytes.fromhex(exchange.path.split("/")[-2]))
        with self.office.city.catalogue() as db:
            kept = {bytes(row[0]) for row in db.execute("select distinct pack_hash from documents").fetchall()}
        assert packs <= kept


def deliver_under_kills(office: LargeOffice, databases: Sequence[Postgres] = ()) -> None:
    seed = int(os.environ.get("VOUTE_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"VOUTE_TEST_SEED={seed}")  # noqa: T201 -- shown when the test fails
    killer, shown, begin = Killer(office, random.Random(seed), databases), Shown(office.city), time.monotonic()
    try:
        killer.deliver()
        delivered = time.monotonic() - begin
        office.city.settle()
    finally:
        shown.close()
    shown.check()
    office.check()
    print(  # noqa: T201 -- the figures are asked for
        f"\n{DOCUMENTS} documents, {killer.kills.total()} kills ({dict(killer.kills)}), {killer.after_commit} of them after"
        f" the commit, {killer.commands} commands, {delivered:.0f} s; checked after {time.monotonic() - begin:.0f} s;"
        f" {shown.asked} checkpoints seen, {len(shown.heads)} trees"
    )
    assert killer.kills.total() >= AT_LEAST
    assert set(killer.kills) >= set(killer.victims)


def test_fault_kill_again_and_again_in_a_delivery_of_20000(tmp_path_factory: pytest.TempPathFactory) -> None:
    city = serve_city(tmp_path_factory.mktemp("city"), ["finances"])
    with working(city, tmp_path_factory, DOCUMENTS, REFERENCES) as office:
        deliver_under_kills(office)


def test_fault_kill_again_and_again_in_a_delivery_of_20000_on_postgresql_and_s3(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with postgres() as database, simulator(tmp_path_factory.mktemp("s3")) as s3:
        place = partial(on_s3, server=s3, folder="city", seconds=10)
        url = database.database(empty=True)
        city = serve_city(tmp_path_factory.mktemp("city"), ["finances"], catalogue=url, place=place)
        with working(city, tmp_path_factory, DOCUMENTS, REFERENCES) as office:
            office.held.read_pack = lambda name: s3.read(f"city/packs/{name.hex()}.pack")
            deliver_under_kills(office, [database])
