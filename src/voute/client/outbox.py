"""Signed `bound` acts that the city has not acknowledged yet: kept beside the registry, so that a crash loses none.

The registry pins a vault before the city hears of it. Were the act in memory only, a run that ends in between would
never send it, since the pin is there already. Source: `docs/spec/journal.md`, "Outbox".
"""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from voute.client.api import ACT_LIMIT, CityApi, CityRefusedError
from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.client.registry_file import Book
from voute.client.stored import Items
from voute.core.errors import FormatError
from voute.core.ids import LookupId, VaultId
from voute.format import dsse
from voute.format.act import parse_act
from voute.format.fields import from_base64, to_base64
from voute.format.subject import Bound

OUTBOX = "outbox"


def put_out(home: IssuerHome, acts: Items[bytes]) -> None:
    """Add acts to those that wait; durable on return. To be called before the registry that pins them is written."""
    if len(acts):
        path = home.folder / OUTBOX
        DISK.replace(path, (to_base64(act).encode("ascii") + b"\n" for act in chain(_waiting(path), acts)))


def hand_over(api: CityApi, home: IssuerHome, book: Book) -> None:
    """Give the city every act that waits and whose vault the durable registry pins, then forget them.

    An act whose pin was lost is dropped: the next match makes it again. Acts that the city refuses are dropped as well,
    and told: they would stand in the way of every later run.
    """
    path = home.folder / OUTBOX
    if not path.exists():
        return
    pinned = {entry.lookup_id + entry.binding.vault_id for entry in book if entry.binding is not None}
    acts = (act for act in _waiting(path) if b"".join(_subject(act)) in pinned)
    try:
        while batch := list(islice(acts, ACT_LIMIT)):
            api.bound(batch)
    except CityRefusedError as error:
        if error.final:
            DISK.unlink(path)
        raise
    DISK.unlink(path)
    DISK.sync_folder(home.folder)


def _waiting(path: Path) -> Iterator[bytes]:
    """Read the acts that wait, one at a time."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            yield from_base64(_text(line.removesuffix(b"\n")))


def _text(line: bytes) -> str:
    try:
        return line.decode("ascii")
    except UnicodeDecodeError as error:
        raise FormatError("outbox") from error


def _subject(act: bytes) -> tuple[LookupId, VaultId]:
    subject = parse_act(dsse.parse(act).payload).subject
    if not isinstance(subject, Bound):
        raise FormatError("outbox: an act of another type")
    return subject.lookup_id, subject.vault_id
