"""A city is frozen whole or not at all, however its folders are named; nothing of a killed backup stays."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.city import DemoCity, demo_settings, found_city
from tests.support.project import ROOT
from voute.server.backup import frozen_city, note_taken
from voute.server.observe.status import look_at
from voute.store.freeze import CATALOGUE, FOLDER, MAX_COPIED, FreezeError, frozen, sweep_frozen
from voute.store.migrate import upgrade

MEMORY = Path("/dev/shm")  # noqa: S108 -- a file system, not a file


def check_frozen(folder: Path, data: Path, link: Path | None = None) -> None:
    """The copy is a file of its own, the locks stayed out."""
    names = {path.name for path in folder.iterdir()}
    assert "locks" not in names
    assert not {f"{CATALOGUE}-wal", f"{CATALOGUE}-shm"} & names
    assert not (folder / CATALOGUE).samefile(data / CATALOGUE), "the live catalogue would be written over by its copy"
    with closing(sqlite3.connect(folder / CATALOGUE)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert (folder / "keys").is_dir()
    assert link is None or link.is_symlink()


def test_frozen_city_of_a_relative_folder(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    data = demo.settings.data
    monkeypatch.chdir(data.parent)
    # As the default setting is: the folder relative, the catalogue's address absolute.
    with frozen_city(replace(demo.settings, data=Path(data.name))) as city:
        check_frozen(city.folder, data)


def test_frozen_city_of_locks_named_otherwise(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    data = demo.settings.data
    (data / "locks").mkdir(exist_ok=True)
    monkeypatch.chdir(data.parent)
    with frozen_city(replace(demo.settings, locks=Path(data.name) / "locks")) as city:
        check_frozen(city.folder, data)


def test_frozen_city_behind_a_link(demo: DemoCity) -> None:
    data = demo.settings.data
    link = data.with_name("city-link")
    link.symlink_to(data, target_is_directory=True)
    with frozen_city(replace(demo.settings, data=link)) as city:
        check_frozen(city.folder, data, link)


def test_frozen_city_refuses_a_link_inside(demo: DemoCity) -> None:
    data, away = demo.settings.data, demo.settings.data.with_name("other-disk")
    (data / "packs").rename(away)
    (data / "packs").symlink_to(away, target_is_directory=True)
    with pytest.raises(FreezeError) as caught, frozen_city(demo.settings):
        pass
    assert caught.value.facts == {"why": "link", "path": str(data.resolve() / "packs")}


def test_frozen_city_refuses_another_disk_inside(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    data = demo.settings.data.resolve()
    pack, link = data / "packs" / "elsewhere.pack", os.link
    pack.touch()

    def refuse(source: Path, target: Path) -> None:
        if source == pack:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source))
        link(source, target)

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(FreezeError) as caught, frozen_city(demo.settings):
        pass
    assert caught.value.facts == {"why": "mount", "path": str(pack)}
    assert not list(data.glob(f"{FOLDER}*"))


def test_frozen_city_has_its_catalogue_on_another_disk_that_is_watched_and_backed_up(demo: DemoCity) -> None:
    data = demo.settings.data
    # Temporary folders may be in memory, where every Linux has a file system: then the checkout is on another one.
    beside = ROOT / ".make"
    beside.mkdir(exist_ok=True)
    other = next(one for one in (MEMORY, beside) if one.stat().st_dev != data.stat().st_dev)
    with TemporaryDirectory(dir=other) as elsewhere:
        assert [one.name for one in look_at(demo.settings).disks] == ["data"]
        for one in sorted(data.glob(f"{CATALOGUE}*")):
            shutil.move(one, elsewhere)
        file = Path(elsewhere) / CATALOGUE
        settings = replace(demo.settings, catalogue=f"sqlite:///{file}")
        assert [one.name for one in look_at(settings).disks] == ["data", "catalogue"]
        with frozen_city(settings) as city:
            check_frozen(city.folder, file.parent)


def foreign(monkeypatch: pytest.MonkeyPatch, wanted: Path) -> None:
    """A file of another user, as `fs.protected_hardlinks` treats it; whoever runs these tests may be root, who is let."""
    link = os.link

    def refuse(source: Path, target: Path) -> None:
        if source == wanted:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(source))
        link(source, target)

    monkeypatch.setattr(os, "link", refuse)


def test_frozen_city_copies_a_trust_root_that_root_has_put_there(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    data = demo.settings.data.resolve()
    root = data / "trust-root.json"
    root.write_bytes(b"signed by the officers")
    foreign(monkeypatch, root)
    with frozen_city(demo.settings) as city:
        check_frozen(city.folder, data)
        assert (city.folder / root.name).read_bytes() == root.read_bytes()
        assert not (city.folder / root.name).samefile(root)


def test_frozen_city_names_a_large_file_of_another_user(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    data = demo.settings.data.resolve()
    pack = data / "packs" / "of-root.pack"
    pack.write_bytes(bytes(MAX_COPIED + 1))
    foreign(monkeypatch, pack)
    with pytest.raises(FreezeError) as caught, frozen_city(demo.settings):
        pass
    assert caught.value.facts == {"why": "owner", "path": str(pack)}
    assert not list(data.glob(f"{FOLDER}*"))
    assert not list(data.glob(f"{FOLDER}*"))


def test_frozen_city_of_a_killed_backup_is_swept_and_one_at_work_is_not(demo: DemoCity) -> None:
    data = demo.settings.data
    held = (
        "import sys, os, signal; from pathlib import Path; from voute.store.freeze import frozen\n"
        "with frozen(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]): os.kill(os.getpid(), signal.SIGKILL)"
    )
    args = (str(data), str(demo.settings.locks_folder), demo.settings.catalogue_url)
    subprocess.run([sys.executable, "-c", held, *args], check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert len(list(data.glob(f"{FOLDER}*"))) == 1, "the test must leave one"
    assert sweep_frozen(data) == 1
    assert (sweep_frozen(data), list(data.glob(f"{FOLDER}*"))) == (0, [])
    with frozen(data, demo.settings.locks_folder, demo.settings.catalogue_url) as folder:
        assert sweep_frozen(data) == 0
        assert folder.is_dir()


def test_frozen_city_that_waits_for_its_migration_is_saved_as_it_is(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    found_city(settings)
    (settings.data / CATALOGUE).unlink()
    upgrade(settings.catalogue_url, "0007")
    with frozen_city(settings) as city:
        assert city.schema == "0007"
    # There is nowhere to note it: the backup is whole all the same.
    note_taken(settings, 1_800_000_000)
    with closing(sqlite3.connect(settings.data / CATALOGUE)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("0007",)]
