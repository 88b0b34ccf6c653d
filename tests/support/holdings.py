"""All that a city holds of one department, opened with its holders' keys; and every file key that was ever uploaded."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.support.holder import Resident
from tests.support.proxy import Exchange
from tests.support.served_city import ServedCity
from voute.client.codes import CodeDesk
from voute.client.home import IssuerHome
from voute.core.ids import DocumentId, LookupId
from voute.format.pack import read_index
from voute.format.sidecar import parse_draft
from voute.seal.agefile import open_header
from voute.seal.claim import claim_keys
from voute.seal.document import Holder, open_body, open_card
from voute.seal.hybrid import HybridIdentity

Opener = tuple[tuple[HybridIdentity, ...], Holder]


@dataclass
class Holdings:
    """What is delivered, counted by opening it; `bill` gives the file that belongs to a title."""

    city: ServedCity
    home: IssuerHome
    bill: Callable[[str], bytes]
    holders: dict[str, Resident] = field(default_factory=dict)
    """Who has claimed, by the reference of the code."""
    read_pack: Callable[[bytes], bytes] | None = None
    """What reads a pack that is in no folder of the city's."""
    _opened: dict[tuple[object, ...], str] = field(default_factory=dict)
    _owners: dict[bytes, set[tuple[bytes, bytes, bytes]]] = field(default_factory=dict)
    _bodies: dict[bytes, set[bytes]] = field(default_factory=dict)
    _mark: int = 0

    def documents(self) -> Counter[str]:
        """Titles of all documents that the city holds of this department, each opened with its holder's keys."""
        found: Counter[str] = Counter()
        ask = (
            "select d.document_id, d.box_id, d.pack_hash, d.body_offset, d.body_length, p.header, p.card, s.state "
            "from documents d join document_parts p using (event_id) join deliveries s using (delivery_id) where d.issuer = ?"
        )
        keys, packs = self._keys(), self._packs()
        with self.city.catalogue() as db:
            rows = db.execute(ask, (self.home.issuer,)).fetchall()
        for document_id, box, pack, offset, length, header, card, state in rows:
            assert state == "visible"
            # What was opened before and has not changed since is counted, not opened again.
            place = (document_id, header, card, pack, offset, length)
            if place not in self._opened:
                identities, holder = keys[box]
                opened = open_card(header, card, identities, self.city.root, holder, DocumentId(document_id))
                assert open_body(opened, packs(pack)[offset : offset + length]) == self.bill(opened.manifest.title)
                self._opened[place] = opened.manifest.title
            found[self._opened[place]] += 1
        return found

    def _packs(self) -> Callable[[bytes], bytes]:
        """What reads a pack of the city's store, each once."""
        if self.read_pack is not None:
            return cache(self.read_pack)
        paths = {path.stem: path for path in (self.city.server.settings.data / "packs").rglob("*.pack")}
        return cache(lambda pack: paths[pack.hex()].read_bytes())

    def check_file_keys(self) -> int:
        """No file key twice in all that was ever uploaded; returns how many there were."""
        keys, owners, bodies = self._keys(), self._owners, self._bodies
        fresh = self.city.proxy.since(self._mark)
        self._mark += len(fresh)
        for exchange in fresh:
            for document_id, box, header, card in _drafted(exchange):
                file_key = open_header(header, keys[box][0]).raw
                owners.setdefault(file_key, set()).add((document_id, header, card))
            for document_id, digest in _packed(exchange):
                bodies.setdefault(document_id, set()).add(digest)
        assert all(len(one) == 1 for one in owners.values())
        assert all(len(one) == 1 for one in bodies.values())
        documents = [document for one in owners.values() for document, _, _ in one]
        assert len(documents) == len(set(documents))
        return len(owners)

    def code(self, reference: str) -> bytes:
        desk = CodeDesk(self.home)
        (entry,) = desk.at(reference)
        return desk.code(entry)

    def _keys(self) -> dict[bytes, Opener]:
        """Who opens what, by box."""
        desk = CodeDesk(self.home)
        found: dict[bytes, Opener] = {}
        for entry in desk.entries():
            keys = claim_keys(desk.code(entry))
            found[keys.lookup_id] = (keys.identity(),), Holder(code=LookupId(keys.lookup_id))
        for reference, resident in self.holders.items():
            vault = resident.open_vault
            opener = vault.identities(), vault.holder()
            # What waited for the code was wrapped anew at the claim; the code itself still opens what was sent before.
            found[vault.vault_id] = found[claim_keys(self.code(reference)).lookup_id] = opener
        return found


def _drafted(exchange: Exchange) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    if exchange.method == "PUT" and exchange.path.endswith("/draft"):
        for record in parse_draft(exchange.request.body).records:
            placed = record.placement
            yield placed.document_id, placed.box_id, placed.header, placed.card


def _packed(exchange: Exchange) -> Iterator[tuple[bytes, bytes]]:
    body = exchange.request.body
    if exchange.method == "PUT" and not exchange.path.endswith("/draft"):
        for entry in read_index(lambda start, size: body[start : start + size], len(body)):
            yield entry.document_id, entry.sha256
