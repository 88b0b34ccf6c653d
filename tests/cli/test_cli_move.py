"""`voute migrate-store`: a city goes from files and SQLite to S3 and PostgreSQL, and back; killed on its way, it is run again."""

import json
import os
import random
import sqlite3
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, DemoCity, demo_settings, found_city, open_demo_city
from tests.support.command import environment, finish, run, start
from tests.support.issuer import Department
from tests.support.postgres import FAST, postgres
from tests.support.s3.simulator import S3Simulator, simulator
from voute.cli.fsck import check_city, rebuild_city
from voute.cli.move import MoveUnsoundError, move_city
from voute.core.errors import StoreError
from voute.core.ids import Slug
from voute.format.trust_root import TrustRoot
from voute.server.backup import frozen_city, recover_log
from voute.server.composition import StoresMovedError, assemble
from voute.server.inspection import CityServedError, alone
from voute.server.moving import MoveRefusedError
from voute.server.settings import Settings, load_settings, write_settings
from voute.store.moved import is_catalogue_moved, mark_catalogue

PACKS = 6
SECONDS = 60
KILLS = 12
"""Of one direction."""
SWITCHES = {"true", "false"}


@dataclass
class Moving:
    """A city with a few deliveries, and the server that it goes to."""

    folder: Path
    settings: Settings
    root: TrustRoot
    issuer: Department
    s3: S3Simulator

    def file(self, name: str, **changes: str) -> Path:
        """Settings of the target: the present ones, but for what changes."""
        texts = {key.removeprefix("VOUTE_").lower(): value for key, value in write_settings(self.settings).items()} | changes
        # Numbers and switches as TOML has them.
        lines = [
            f"{key} = {value if value in SWITCHES or value.isdecimal() else json.dumps(value)}" for key, value in texts.items()
        ]
        path = self.folder / name
        path.write_text("\n".join(lines), "utf-8")
        assert tomllib.loads(path.read_text("utf-8"))
        return path

    def to_s3(self, folder: str, **more: str) -> Path:
        place = {"blobs": f"s3://city/{folder}", "s3_endpoint": self.s3.endpoint, "s3_credentials": str(self.s3.credentials)}
        return self.file(f"{folder}.toml", **place, **more)

    def command(self, target: Path) -> "tuple[str | Path, ...]":
        return ("migrate-store", "--to", target, "--json")

    @property
    def env(self) -> dict[str, str]:
        return dict(environment(self.folder, **write_settings(self.settings)))

    def move(self, target: Path, source: Path | None = None) -> dict[str, int]:
        """What the command does, in this process: the whole of it is a second of loading otherwise."""
        return move_city(self.settings if source is None else load(source), load(target), lambda _stage, _done, _total: None)

    def deliver(self, settings: Settings, many: int, run: str) -> None:
        """The city works with these settings: new packs come, and the log goes on."""
        loop = Loop()
        demo = open_demo_city(settings, self.root, Clock(), loop)
        deliver(demo, self.issuer, many, run)
        demo.close()
        loop.close()


def load(file: Path) -> Settings:
    return load_settings({"VOUTE_CONFIG": str(file)})


def deliver(demo: DemoCity, issuer: Department, many: int, run: str) -> None:
    with demo.client() as client:
        issuer.sign_in(client)
        for n in range(many):
            _, keys, _ = issuer.code(f"{run}-{n}")
            issuer.deliver(client, [issuer.bill_for_code(keys, f"{run}-{n}", b"%PDF" + bytes(50_000))], run=f"{run}-{n}")
    demo.settle()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator]:
    with simulator(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def moving(tmp_path: Path, s3: S3Simulator) -> Moving:
    s3.empty()
    settings = demo_settings(tmp_path)
    found = Moving(tmp_path, settings, found_city(settings), Department(Slug("finances"), FINANCES), s3)
    found.deliver(settings, PACKS, "before")
    return found


def bytes_of(settings: Settings) -> dict[str, bytes]:
    """All that the source's folder holds."""
    files = (path for path in settings.data.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {path.relative_to(settings.data).as_posix(): path.read_bytes() for path in files}


def test_cli_move_killed_on_its_way_is_run_again_and_the_city_goes_on(moving: Moving) -> None:
    before = bytes_of(moving.settings)
    target = moving.to_s3("new", catalogue=f"sqlite:///{moving.folder / 'new.sqlite'}")
    moving.s3.break_next("PUT new/packs", "slow", times=1_000, seconds=0.4)
    process = start(moving.folder, *moving.command(target), env=moving.env)
    end = time.monotonic() + SECONDS
    while sum(key.startswith("new/packs/") for key in moving.s3.kept()) < 2:
        assert time.monotonic() < end
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.communicate()
    moving.s3.heal()
    assert not any(key == "new/log/checkpoint" for key in moving.s3.kept())
    facts = run(moving.folder, *moving.command(target), env=moving.env).ended(0).json
    assert 2 <= facts["files"] - facts["files_copied"] < PACKS
    assert facts["rows_copied"] == facts["rows"] > 0
    # Nothing of the source has changed, but for the mark that it is the past.
    marked = {"log/moved", "catalogue.sqlite"}
    after = bytes_of(moving.settings)
    assert {name for name in after if after[name] != before.get(name)} == marked
    assert before.keys() == after.keys() - {"log/moved"}
    assert check_city(moving.settings).findings == []
    again = moving.move(target)
    assert (again["files_copied"], again["rows_copied"]) == (0, 0)
    settings = load(target)
    assert check_city(settings).findings == []
    moving.deliver(settings, 1, "after")
    assert check_city(settings).findings == []
    # The lock has gone on with the new store: the old one is the past, and is not copied over it.
    with pytest.raises(MoveUnsoundError) as behind:
        moving.move(target)
    assert behind.value.facts["end"] == "source"
    # And back into files, where nothing is any more.
    back = moving.file("back.toml", data=str(moving.settings.data))
    for name in ("packs", "log", "ledger"):
        moving.settings.data.joinpath(name).rename(moving.folder / f"old-{name}")
    moving.settings.data.joinpath("catalogue.sqlite").rename(moving.folder / "old.sqlite")
    moving.move(back, source=target)
    assert check_city(moving.settings).findings == []
    moving.deliver(moving.settings, 1, "home-again")


def test_cli_move_to_postgres_and_s3(moving: Moving) -> None:
    with postgres(*FAST) as server:
        target = moving.to_s3("new", catalogue=server.database(empty=True))
        facts = moving.move(target)
        assert facts["rows_copied"] == facts["rows"] > 0
        settings = load(target)
        moving.deliver(settings, 1, "after")
        assert check_city(settings).findings == []
        with pytest.raises(StoresMovedError):
            assemble(moving.settings)
        for moved in (True, True, False, False):
            mark_catalogue(settings.catalogue_url, moved=moved)
            assert is_catalogue_moved(settings.catalogue_url) is moved


def open_at(settings: Settings) -> None:
    """Open a city as its server does."""
    assemble(settings).stores.catalogue.close()


def test_cli_move_leaves_a_past_that_nobody_starts(moving: Moving) -> None:
    target = moving.to_s3("new", catalogue=f"sqlite:///{moving.folder / 'new.sqlite'}")
    moving.move(target)
    ran = finish(start(moving.folder, "serve", env=moving.env)).ended(1)
    assert "La ville a été déplacée de ces stockages" in ran.said
    before = bytes_of(moving.settings)
    for act in (
        open_at,
        lambda settings: recover_log(settings, None),
        lambda settings: frozen_city(settings).__enter__(),
        lambda settings: check_city(settings, repair=True),
        lambda settings: rebuild_city(settings, moving.folder / "again.sqlite"),
    ):
        with pytest.raises(StoresMovedError):
            act(moving.settings)
    # A look at the past is allowed, and `voute status` says what it is.
    assert check_city(moving.settings).findings == []
    assert (bytes_of(moving.settings), (moving.folder / "again.sqlite").exists()) == (before, False)
    told = run(moving.folder, "status", env=moving.env).ended(1)
    assert "La Ville a été déplacée de ces stockages" in told.out
    assert "migrate-store" in told.out
    judged = run(moving.folder, "status", "--json", env=moving.env).ended(1).json
    assert (judged["well"], judged["numbers"]) == (False, {})
    assert judged["checks"] == [{"check": "moved", "level": "now", "facts": {}}]
    open_at(load(target))
    # Nothing was written there yet: both ends are proven to be the same, and the marks change places.
    back = moving.file("back.toml")
    moving.s3.break_next("PUT new/log/moved", "403", times=1_000)
    with pytest.raises(StoreError):
        moving.move(back, source=target)
    moving.s3.heal()
    for settings in (moving.settings, load(target)):
        with pytest.raises(StoresMovedError):
            open_at(settings)
    assert moving.move(back, source=target)["rows_copied"] == 0
    open_at(moving.settings)
    with pytest.raises(StoresMovedError):
        open_at(load(target))
    # Half a move leaves half a mark: of what was moved.
    moving.move(moving.file("rows.toml", catalogue=f"sqlite:///{moving.folder / 'rows.sqlite'}"))
    with pytest.raises(StoresMovedError):
        open_at(moving.settings)
    open_at(load(moving.folder / "rows.toml"))


def kill_until_done(moving: Moving, target: Path, source: dict[str, str], chance: random.Random) -> Counter[str]:
    """Kill the command at random instants of its work, then let it end; what it was doing is counted."""
    stages: Counter[str] = Counter()
    for _ in range(KILLS):
        left, process = chance.randrange(1, 60), start(moving.folder, *moving.command(target), env=source)
        moving.s3.requests()
        while process.poll() is None and left > 0:
            time.sleep(0.005)
            left -= len(moving.s3.requests())
        # Rows are copied when all files are there.
        time.sleep(chance.uniform(0, 0.3))
        stages["ended" if process.poll() is not None else "killed"] += 1
        process.kill()
        process.communicate()
    run(moving.folder, *moving.command(target), env=source).ended(0)
    return stages


@pytest.mark.long
def unmarked(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without what tells that a city was moved away."""
    return {name: data for name, data in found.items() if not name.endswith(("log/moved", "catalogue.sqlite"))}


@pytest.mark.long
def test_cli_move_killed_again_and_again_on_its_way_there_and_back(moving: Moving) -> None:
    seed = int(os.environ.get("VOUTE_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"VOUTE_TEST_SEED={seed}")  # noqa: T201 -- shown when the test fails
    chance = random.Random(seed)
    moving.deliver(moving.settings, 20, "more")
    with postgres() as server:
        target, before = moving.to_s3("new", catalogue=server.database(empty=True)), bytes_of(moving.settings)
        there = kill_until_done(moving, target, moving.env, chance)
        assert unmarked(bytes_of(moving.settings)) == unmarked(before)
        settings = load(target)
        moving.deliver(settings, 1, "there")
        kept = {key: moving.s3.read(key) for key in moving.s3.kept()}
        for name in ("packs", "log", "ledger", "catalogue.sqlite"):
            moving.settings.data.joinpath(name).rename(moving.folder / f"old-{name}")
        back = moving.file("back.toml", data=str(moving.settings.data))
        source = dict(environment(moving.folder, **write_settings(settings)))
        again = kill_until_done(moving, back, source, chance)
        assert unmarked({key: moving.s3.read(key) for key in moving.s3.kept()}) == kept
        assert check_city(settings).findings == check_city(moving.settings).findings == []
        moving.deliver(moving.settings, 1, "back")
        assert check_city(moving.settings).findings == []
    print(f"\nmoves killed: there {dict(there)}, back {dict(again)}")  # noqa: T201 -- the figures are asked for
    assert min(there["killed"], again["killed"]) >= KILLS // 2


def test_cli_move_refuses_what_would_harm(moving: Moving) -> None:
    def refused(target: Path) -> object:
        with pytest.raises(MoveRefusedError) as raised:
            moving.move(target)
        return raised.value.facts["why"]

    other, locks = str(moving.folder / "other"), str(moving.settings.locks_folder)
    assert refused(moving.file("same.toml")) == "same"
    assert refused(moving.to_s3("locks", locks=other)) == "locks"
    assert refused(moving.to_s3("data", data=other, locks=locks)) == "data"
    moving.s3.write("taken/log/checkpoint", b"of another city")
    assert refused(moving.to_s3("taken")) == "taken"
    target = moving.to_s3("new")
    with alone(moving.settings), pytest.raises(CityServedError):
        moving.move(target)
    pack = next(moving.settings.packs_folder.rglob("*.pack"))
    whole = pack.read_bytes()
    pack.write_bytes(whole[:-1])
    with pytest.raises(MoveUnsoundError) as raised:
        moving.move(target)
    assert raised.value.facts == {"end": "source", "differences": 1}
    assert [key for key in moving.s3.kept() if key.startswith("new/")] == []


def test_cli_move_finds_what_was_changed_on_its_way(moving: Moving) -> None:
    target = moving.to_s3("new", catalogue=f"sqlite:///{moving.folder / 'new.sqlite'}")
    moving.move(target)
    with sqlite3.connect(moving.folder / "new.sqlite") as database:
        database.execute("UPDATE deliveries SET run = 'another' WHERE rowid = 1")
    database.close()
    with pytest.raises(MoveRefusedError) as refused:
        moving.move(target)
    assert refused.value.facts["why"] == "rows"
    target = moving.to_s3("new")
    key = next(key for key in moving.s3.kept() if key.endswith(".pack"))
    data = moving.s3.read(key)
    moving.s3.write(key, data[:9] + bytes([data[9] ^ 1]) + data[10:])
    with pytest.raises(MoveUnsoundError) as raised:
        moving.move(target)
    assert raised.value.facts == {"end": "target", "differences": 1}
