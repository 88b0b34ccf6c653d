"""Signed `bound` acts that the city has not acknowledged yet: kept beside the registry, so that a crash loses none.

The registry pins a vault before the city hears of it. Were the act in memory only, a run that ends in between would
never send it, since the pin is there already. Source: `docs/spec/journal.md`, "Outbox".
"""

from collections.abc import Sequence

from voute.client.api import ACT_LIMIT, CityApi, CityRefusedError
from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.client.registry_file import Book
from voute.core.errors import FormatError
from voute.core.ids import LookupId, VaultId
from voute.format import dsse
from voute.format.act import parse_act
from voute.format.fields import from_base64, to_base64
from voute.format.subject import Bound

OUTBOX = "outbox"


def put_out(home: IssuerHome, acts: Sequence[bytes]) -> None:
    """Add acts to those that wait; durable on return. To be called before the registry that pins them is written."""
    if acts:
        lines = [*_read(home), *(to_base64(act) for act in acts)]
        DISK.replace(home.folder / OUTBOX, "".join(f"{line}\n" for line in lines).encode("ascii"))


def hand_over(api: CityApi, home: IssuerHome, book: Book) -> None:
    """Give the city every act that waits and whose vault the durable registry pins, then forget them.

    An act whose pin was lost is dropped: the next match makes it again. Acts that the city refuses are dropped as well,
    and told: they would stand in the way of every later run.
    """
    path = home.folder / OUTBOX
    waiting = [from_base64(line) for line in _read(home)]
    if not waiting:
        return
    pinned = {(entry.lookup_id, entry.binding.vault_id) for entry in book if entry.binding is not None}
    acts = [act for act in waiting if _subject(act) in pinned]
    try:
        for start in range(0, len(acts), ACT_LIMIT):
            api.bound(acts[start : start + ACT_LIMIT])
    except CityRefusedError as error:
        if error.final:
            DISK.unlink(path)
        raise
    DISK.unlink(path)
    DISK.sync_folder(home.folder)


def _read(home: IssuerHome) -> list[str]:
    try:
        return (home.folder / OUTBOX).read_text("ascii").split()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise FormatError("outbox") from error


def _subject(act: bytes) -> tuple[LookupId, VaultId]:
    subject = parse_act(dsse.parse(act).payload).subject
    if not isinstance(subject, Bound):
        raise FormatError("outbox: an act of another type")
    return subject.lookup_id, subject.vault_id
