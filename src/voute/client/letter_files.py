"""The folder of a run's letters: print files, then a manifest that says what each holds. The manifest's presence says: whole.

FOLDER/letters-0001.pdf …   print files, folded letters (flat-0001.pdf …: letters of more sheets)
FOLDER/manifest.csv         one line a letter, for the print house's machines
FOLDER/manifest.json        the same and the totals; written last
FOLDER/progress/            until then: the plan's name and date, and what is known of each print file that is there

No name, no address, no reference and no code is in a manifest: the postal code and the department's document key only.
"""

import csv
import fcntl
import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Final

from voute.client.disk import DISK
from voute.client.letter_plan import Batch, Envelopes, LetterPlan
from voute.client.letter_work import Printed
from voute.core.errors import StateError
from voute.paper.mail import Placed

MANIFEST_VERSION: Final = 1
COLUMNS: Final = ("file", "sequence", "first_page", "pages", "sheets", "postal_code", "document_key", "list_line")
_READ_AT_ONCE: Final = 1024 * 1024


class LettersDifferError(StateError):
    """The folder holds the whole letters of another plan: a print house may have them already."""

    code: ClassVar[str] = "letters-differ"


@dataclass(frozen=True, slots=True)
class Begun:
    """What an earlier call left: its plan, its date, whether it was finished, and what is known of its print files."""

    plan: str
    dated: date
    finished: bool
    printed: Mapping[str, Printed]


class LettersBusyError(StateError):
    """Another call is making letters in the same folder."""

    code: ClassVar[str] = "letters-busy"


class LetterFolder:
    """One folder; written by one call at a time (`hold`)."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which need not exist."""
        self.folder = folder
        self.manifest = folder / "manifest.json"
        self.table = folder / "manifest.csv"
        self._progress = folder / "progress"

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Make the folder and hold it; raises `LettersBusyError` when another call does.

        The department's own folder is not held: a code can be revoked while letters are printed for an hour.
        """
        DISK.make_folder(self.folder)
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LettersBusyError("another call is at work", path=str(self.folder)) from error
            DISK.sweep(self.folder)
            yield
        finally:
            os.close(handle)

    def begun(self) -> Begun | None:
        """Say what is there; None when nothing is, or nothing that can be read."""
        finished = _read_json(self.manifest)
        state = finished or _read_json(self._progress / "plan.json")
        try:
            if state is None:
                return None
            records = finished["files"] if finished else [_read_json(path) for path in self._progress.glob("*.pdf.json")]
            printed = [_printed(one) for one in records if one is not None]
            dated = date.fromisoformat(state["dated"])
            return Begun(str(state["plan"]), dated, finished is not None, {one.name: one for one in printed})
        except (KeyError, TypeError, ValueError):
            return None

    def begin(self, plan: LetterPlan, dated: date) -> Mapping[str, Printed]:
        """Say which print files of the plan are there already, whole; those of an unfinished other plan are removed.

        Raises `LettersDifferError` when the folder holds a finished set of another plan or date.
        """
        begun = self.begun()
        if begun is not None and (begun.plan, begun.dated) == (plan.name, dated):
            return {name: one for name, one in begun.printed.items() if self._is_whole(one)}
        if begun is not None and begun.finished:
            raise LettersDifferError("letters of another list are there", path=str(self.folder))
        for path in self._leftovers():
            DISK.unlink(path)
        DISK.remove_folder(self._progress)
        DISK.make_folder(self._progress)
        _write_json(self._progress / "plan.json", {"plan": plan.name, "dated": dated.isoformat()})
        return {}

    def keep(self, printed: Printed) -> None:
        """Note a print file that is there; raises `LettersDifferError` when a finished manifest says other bytes of it."""
        begun = self.begun() if self.manifest.exists() else None
        if begun is not None and begun.finished:
            if begun.printed.get(printed.name) != printed:
                raise LettersDifferError("made again, other bytes than in the manifest", path=str(self.folder / printed.name))
            return
        DISK.make_folder(self._progress)
        _write_json(self._progress / f"{printed.name}.json", _record(printed))

    def finish(self, plan: LetterPlan, dated: date, printed: Mapping[str, Printed], head: Mapping[str, str]) -> None:
        """Write both manifests; nothing when they are there."""
        begun = self.begun()
        if begun is None or not begun.finished:
            entries = [entry for batch in plan.batches for entry in _entries(batch, printed[batch.name])]
            files = [_file(batch, printed[batch.name]) for batch in plan.batches]
            DISK.replace(self.table, _csv(entries))
            manifest = {"version": MANIFEST_VERSION, **head, "plan": plan.name, "dated": dated.isoformat()}
            _write_json(self.manifest, {**manifest, "totals": totals(plan, printed), "files": files, "letters": entries})
        DISK.remove_folder(self._progress)

    def _is_whole(self, printed: Printed) -> bool:
        path = self.folder / printed.name
        if not path.is_file() or path.stat().st_size != printed.size:
            return False
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_READ_AT_ONCE):
                digest.update(piece)
        return digest.hexdigest() == printed.sha256

    def _leftovers(self) -> Iterable[Path]:
        return [path for kind in Envelopes for path in self.folder.glob(f"{kind}-[0-9][0-9][0-9][0-9].pdf")]


def totals(plan: LetterPlan, printed: Mapping[str, Printed]) -> dict[str, Any]:
    """Count what a print house is paid for: letters, pages, sheets, and letters by their sheets and by sorting area."""
    placed = [one for batch in plan.batches for one in printed[batch.name].placed]
    letters = list(plan.letters)
    by_sheets = Counter(one.sheets for one in placed)
    by_area = Counter((one.postal_code or "")[:3] for one in letters)
    return {
        "files": len(plan.batches),
        "letters": len(letters),
        "pages": sum(one.pages for one in placed),
        "sheets": sum(one.sheets for one in placed),
        "flat": sum(one.envelopes is Envelopes.FLAT for one in letters),
        "without_postal_code": by_area.pop("", 0),
        "letters_by_sheets": {str(sheets): by_sheets[sheets] for sheets in sorted(by_sheets)},
        "letters_by_sorting_area": {area: by_area[area] for area in sorted(by_area)},
    }


def _entries(batch: Batch, printed: Printed) -> list[dict[str, str | int]]:
    return [
        {
            "file": batch.name,
            "sequence": sequence,
            "first_page": placed.first_page,
            "pages": placed.pages,
            "sheets": placed.sheets,
            "postal_code": planned.postal_code or "",
            "document_key": planned.row.document_key or "",
            "list_line": planned.row.line,
        }
        for sequence, (planned, placed) in enumerate(zip(batch.letters, printed.placed, strict=True), 1)
    ]


def _file(batch: Batch, printed: Printed) -> dict[str, Any]:
    codes = [one.postal_code for one in batch.letters if one.postal_code is not None]
    return {
        **_record(printed),
        "envelopes": batch.envelopes.name.lower(),
        "letters": len(batch.letters),
        "pages": sum(one.pages for one in printed.placed),
        "sheets": sum(one.sheets for one in printed.placed),
        "first_postal_code": codes[0] if codes else "",
        "last_postal_code": codes[-1] if codes else "",
    }


def _record(printed: Printed) -> dict[str, Any]:
    placed = [[one.first_page, one.pages] for one in printed.placed]
    return {"file": printed.name, "sha256": printed.sha256, "bytes": printed.size, "placed": placed}


def _printed(record: Mapping[str, Any]) -> Printed:
    placed = tuple(Placed(int(first), int(pages)) for first, pages in record["placed"])
    return Printed(str(record["file"]), str(record["sha256"]), int(record["bytes"]), placed)


def _csv(entries: Sequence[Mapping[str, str | int]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(entries)
    # A byte order mark: without it Excel reads UTF-8 as Windows-1252.
    return text.getvalue().encode("utf-8-sig")


def _read_json(path: Path) -> Any:  # noqa: ANN401 a file of ours, of the form that this module writes
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    DISK.replace(path, json.dumps(value, ensure_ascii=False, indent=1).encode())
