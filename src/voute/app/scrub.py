"""The walk through all bytes: packs and sidecars, then the log's tiles, from where the last walk stopped; it only reports.

Where it is, and what it found, is a note in the catalogue (`marks`), so that a restart goes on and every process and
`voute status` see the same. A place that was damaged and is found whole again is forgotten.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from voute.app.city import City
from voute.app.pack_bytes import Pace, damage_of, holds_destroyed
from voute.core.errors import StoreError, VouteError
from voute.core.ids import Hash
from voute.core.ports_log import TileMissingError
from voute.core.ports_seen import MarkRow
from voute.core.ports_store import Transaction
from voute.core.rows import JobKind
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.reader import TileDamagedError, TileTree
from voute.tlog.sequencer import CHECKPOINT_PATH
from voute.tlog.tiles import TILE_WIDTH

MARK: Final = "scrub"
MAX_DAMAGE: Final = 200
"""Damaged places that are remembered by name: whoever has more restores a backup."""
BUNDLES: Final = 64
"""Bundles of entries, with the tiles above them, read as one piece of work: some megabytes."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged place: the code of its finding, and when it was last seen (microseconds)."""

    code: str
    where: str
    seen_at: int


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the walk is. Instants in microseconds; without `begun_at` it rests."""

    begun_at: int | None = None
    pack: bytes = b""
    """The last pack that was read; packs come in the order of their names."""
    bundle: int | None = None
    """The next bundle of the log; None while packs are read."""
    size: int = 0
    """Bytes read since it began."""
    ended_at: int | None = None
    """When the last whole walk ended."""
    last_size: int = 0
    damage: tuple[Damage, ...] = ()

    def to_bytes(self) -> bytes:
        """Write the note."""
        damage = [[one.code, one.where, one.seen_at] for one in self.damage]
        values = (self.begun_at, self.pack.hex(), self.bundle, self.size, self.ended_at, self.last_size, damage)
        return json.dumps(values).encode()


def read_walk(tx: Transaction) -> Walk:
    """Return where the walk is; at its beginning where no note can be read: then it is done again."""
    row = tx.marks.get(MARK)
    if row is None:
        return Walk()
    try:
        begun_at, pack, bundle, size, ended_at, last_size, damage = json.loads(row.data)
        found = tuple(Damage(str(code), str(where), int(seen)) for code, where, seen in damage)
        begun, place = _instant(begun_at), _instant(bundle)
        return Walk(begun, bytes.fromhex(pack), place, int(size), _instant(ended_at), int(last_size), found)
    except (ValueError, TypeError):
        return Walk()


def _instant(value: Any) -> int | None:  # noqa: ANN401 -- of a note
    return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Scrubbing:
    """One walk after the other, each begun a period after the one before it; `period` in microseconds."""

    city: City
    period: int
    pace: Pace
    tell: Callable[[Damage], None]
    """Hears of damage that was not known before."""

    def step(self) -> bool:
        """Read one pack, or some bundles, and note it; False when nothing is due. Whoever stops it in the middle reads it again.

        Raises:
            StoreError: a store does not answer at all; nothing is noted.
        """
        with self.city.catalogue.read() as tx:
            walk = read_walk(tx)
            packs = tx.packs.after(Hash(walk.pack), 1)
        now = self.city.now()
        if walk.begun_at is None:
            if walk.ended_at is not None and now - walk.ended_at < self.period:
                return False
            with self.city.catalogue.read() as tx:
                packs = tx.packs.after(Hash(b""), 1)
            walk = replace(walk, begun_at=now, pack=b"", bundle=None, size=0)
        if walk.bundle is None and packs:
            self._keep(self._pack(walk, packs[0]))
        else:
            self._keep(self._log(walk))
        return True

    def look_again(self) -> None:
        """Read the damaged packs that are known once more: whoever restored one need not wait for the next walk.

        Raises:
            StoreError: a store does not answer at all.
        """
        with self.city.catalogue.read() as tx:
            known = walk = read_walk(tx)
        for name in dict.fromkeys(one.where for one in walk.damage if one.where.startswith(_PACKS)):
            pack = Hash(bytes.fromhex(name.removeprefix(_PACKS)))
            walk = self._found(walk, name, damage_of(self.city, pack, self.pace))
        if walk != known:
            self._keep(walk)

    def _pack(self, walk: Walk, pack: Hash) -> Walk:
        read = _Counter(self.pace)
        codes = damage_of(self.city, pack, read)
        walk = self._found(walk, f"{_PACKS}{pack.hex()}", codes)
        if not codes and holds_destroyed(self.city, pack):
            # A restored pack has what was destroyed since: it goes again.
            with self.city.catalogue.write() as tx:
                tx.jobs.add(JobKind.COMPACT, (pack,), self.city.now())
        return replace(walk, pack=pack, size=walk.size + read.size)

    def _log(self, walk: Walk) -> Walk:
        """Read the next bundles, each proven up to the root of the published checkpoint."""
        begin = walk.bundle or 0
        try:
            head = SignedCheckpoint.parse(self.city.tiles.get(CHECKPOINT_PATH)).head
            read = _Counter(self.pace)
            tree = TileTree(head.size, head.root, lambda path: read.whole(self.city.tiles.get(path)))
        except (StoreError, TileDamagedError) as error:
            return self._end(self._found(walk, _LOG, (self._code(error),)))
        walk = self._found(walk, _LOG, ())
        bundles = -(-head.size // TILE_WIDTH)
        end = min(bundles, begin + BUNDLES)
        for number in range(begin, end):
            first = number * TILE_WIDTH
            codes: Sequence[str] = ()
            try:
                for _ in tree.entries(first, min(first + TILE_WIDTH, head.size)):
                    pass
            except (StoreError, TileDamagedError) as error:
                codes = (self._code(error),)
            walk = self._found(walk, f"{_LOG}{number}", codes)
        walk = replace(walk, bundle=end, size=walk.size + read.size)
        return walk if end < bundles else self._end(walk)

    def _code(self, error: VouteError) -> str:
        """Name what is wrong with a tile; a store that does not answer at all is another matter."""
        if isinstance(error, TileMissingError):
            return "tile-missing"
        if isinstance(error, StoreError):
            # One that answers, and cannot give these bytes: a sector that is gone.
            self.city.tiles.paths("staging/")
        return "tile-damaged"

    def _found(self, walk: Walk, where: str, codes: Sequence[str]) -> Walk:
        """Put what a place has now in place of what it had."""
        known = {one.code for one in walk.damage if one.where == where}
        new = [Damage(code, where, self.city.now()) for code in codes]
        for one in new:
            if one.code not in known:
                self.tell(one)
        others = [one for one in walk.damage if one.where != where]
        return replace(walk, damage=tuple([*others, *new][:MAX_DAMAGE]))

    def _end(self, walk: Walk) -> Walk:
        """End the walk; what was damaged and was not met on it is no more: a pack of a city is never removed."""
        begun = walk.begun_at or 0
        left = tuple(one for one in walk.damage if one.seen_at >= begun)
        return Walk(ended_at=self.city.now(), last_size=walk.size, damage=left)

    def _keep(self, walk: Walk) -> None:
        with self.city.catalogue.write(durable=False) as tx:
            tx.marks.put(MarkRow(MARK, walk.to_bytes(), self.city.now()))


_PACKS: Final = "packs/"
_LOG: Final = "log/"


class _Counter:
    """Counts what is read, and keeps to the pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.size = 0

    def __call__(self, many: int) -> None:
        self.size += many
        self._pace(many)

    def whole(self, data: bytes) -> bytes:
        self(len(data))
        return data


def facts_of(walk: Walk) -> Mapping[str, int]:
    """Return what people are told of a walk: damaged places, bytes read by the one under way and by the last whole one."""
    return {"damaged": len({one.where for one in walk.damage}), "read": walk.size, "last_read": walk.last_size}
