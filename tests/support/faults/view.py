"""The bytes that a city left on disk, read without its code: the database by SQL, folders by name."""

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.rebuilt import catalogue_file
from voute.server.settings import Settings


class View:
    """One look at a city's folder; rows as tuples."""

    def __init__(self, settings: Settings, connection: sqlite3.Connection) -> None:
        self.settings = settings
        self._connection = connection

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Any:  # noqa: ANN401 - a value of any column
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def pack_files(self, suffix: str) -> dict[bytes, Path]:
        return {bytes.fromhex(path.stem): path for path in self._files if path.suffix == suffix}

    @cached_property
    def _files(self) -> list[Path]:
        return list((self.settings.data / "packs").rglob("*.*"))

    def pack_is_whole(self, pack: bytes) -> bool:
        """Every byte is as it came, but for the bodies of destroyed documents: those are zeros, all of them or none."""
        path = self.pack_files(".pack").get(pack)
        if path is None:
            return False
        data = path.read_bytes()
        if hashlib.sha256(data).digest() == pack:
            return True
        places = self.rows(
            "SELECT body_offset, body_length, sealed_hash, header FROM documents JOIN document_parts USING (event_id)"
            " WHERE pack_hash = ?",
            pack,
        )
        bodies = [(data[at : at + length], sealed, header) for at, length, sealed, header in places]
        return all(hashlib.sha256(body).digest() == sealed or not (any(body) or header) for body, sealed, header in bodies)


@contextmanager
def looking_at(settings: Settings) -> Iterator[View]:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(catalogue_file(settings, Path(folder)))
        try:
            yield View(settings, connection)
        finally:
            connection.close()
