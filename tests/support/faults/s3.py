"""The ground of a city on S3: its folder holds catalogue, keys and locks, a folder of the bucket of the same name the rest.

What the checker looks at are files: the bucket is written out into the city's folder, where the city itself never looks.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from typing_extensions import override

from tests.support.city import demo_settings
from tests.support.faults.stage import Ground, Stage
from tests.support.faults.view import View, looking_at
from tests.support.s3.simulator import S3Simulator
from tests.support.s3.stores import on_s3
from voute.server.settings import Settings

FOLDERS = ("packs", "log", "ledger")
"""Folders of a city that S3 takes the place of."""


@dataclass
class S3Ground(Ground):
    """Steps are numbered: one request at a time."""

    server: S3Simulator | None = None

    @property
    def bucket(self) -> S3Simulator:
        assert self.server is not None
        return self.server

    def upload(self, folder: Path) -> None:
        """Let the bucket have what a city's folder has."""
        self.bucket.say("drop", folder=folder.name)
        data = folder / "data"
        for name in FOLDERS:
            for path in (data / name).rglob("*"):
                if path.is_file() and not path.name.startswith("."):
                    kind = {".pack": "packs", ".side": "sidecars"}.get(path.suffix)
                    key = f"{kind}/{path.name}" if kind else path.relative_to(data).as_posix()
                    self.bucket.write(f"{folder.name}/{key}", path.read_bytes())

    @override
    @contextmanager
    def preparing(self, folder: Path) -> Iterator[Stage]:
        """In files, then moved: the library for S3 does not live through the forks that come."""
        plain = Ground(self.folder, self.root, self.clock, self.shared, self.keys, self.actors)
        with plain.stage(folder) as stage:
            yield stage
        self.upload(folder)

    @override
    def settings(self, folder: Path) -> Settings:
        return replace(on_s3(demo_settings(folder), self.bucket, folder.name), s3_at_once=1)

    @override
    @contextmanager
    def copied(self, source: Path) -> Iterator[Path]:
        with super().copied(source) as folder:
            self.bucket.say("copy", source=source.name, target=folder.name)
            yield folder
            self.bucket.say("drop", folder=folder.name)

    @override
    def keep(self, copy: Path, folder: Path) -> None:
        super().keep(copy, folder)
        self.bucket.say("copy", source=copy.name, target=folder.name)

    @override
    @contextmanager
    def looking_at(self, folder: Path) -> Iterator[View]:
        for name in FOLDERS:
            shutil.rmtree(folder / "data" / name, ignore_errors=True)
        for key, data in self.bucket.say("below", folder=folder.name).items():
            path = folder / "data" / file_of(key)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes.fromhex(data))
        with looking_at(demo_settings(folder)) as view:
            yield view


def file_of(key: str) -> str:
    """Where the driver for folders keeps what the one for S3 keeps under a key."""
    kind, _, name = key.partition("/")
    return f"packs/{name[:2]}/{name}" if kind in {"packs", "sidecars"} else key


def moved_to_s3(ground: Ground, server: S3Simulator) -> S3Ground:
    """The same city, its packs, log and ledger in a folder of the bucket."""
    moved = S3Ground(ground.folder, ground.root, ground.clock, ground.shared, ground.keys, ground.actors, server=server)
    moved.upload(ground.folder)
    return moved
