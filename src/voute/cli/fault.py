"""What remains of a fault of ours: a number for people, and under this number in a file where it happened."""

import os
import secrets
import time
import traceback
from pathlib import Path
from typing import ClassVar, Final

from voute.core.errors import VouteError
from voute.core.values import time_text, unix_time

_NUMBER: Final = 4
"""Bytes of a number: enough to find one among those of a machine."""
_LARGEST: Final = 1_000_000
"""Bytes of the file; a command that fails again and again begins it anew."""


class FaultError(VouteError):
    """A fault of ours, known by its number; what and where it was is in a file, the values involved are nowhere."""

    code: ClassVar[str] = "fault"


class FaultUnkeptError(FaultError):
    """A fault of ours whose place could not be written down."""

    code: ClassVar[str] = "fault-unkept"


def faults_file() -> Path:
    """Say where faults are kept: below XDG_STATE_HOME, or `~/.local/state` (XDG Base Directory Specification 0.8)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "voute" / "faults.log"


def keep_fault(error: Exception) -> FaultError:
    """Write a fault into the file, without any value; gives what to say of it, also when nothing can be written."""
    number = secrets.token_hex(_NUMBER)
    places = "".join(f"  {one.filename}:{one.lineno} {one.name}\n" for one in traceback.extract_tb(error.__traceback__))
    said = f"{time_text(unix_time(int(time.time())))} {number} {type(error).__name__}\n{places}"
    path = faults_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        begun_anew = path.exists() and path.stat().st_size > _LARGEST
        with path.open("w" if begun_anew else "a", encoding="utf-8") as file:
            file.write(said)
    except OSError:
        return FaultUnkeptError(type(error).__name__, number=number)
    return FaultError(type(error).__name__, number=number, path=str(path))
