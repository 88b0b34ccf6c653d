"""Becomes a program that may make the system calls of one unit of deploy/ alone; called with the unit and the program.

Where no systemd runs, this is what it would set. Whatever is not in the unit's set ends the process, stricter than the unit
itself: a call that it would only refuse is seen.
"""

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

_KILL_PROCESS: Final = 0x80000000
_ALLOW: Final = 0x7FFF0000


def calls_of(unit: Path) -> set[str]:
    """Names of the calls that the unit's lines `SystemCallFilter` leave, in their order: the first gives, `~` takes."""
    left: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit.read_text(), re.MULTILINE):
        names = {call for name in line.removeprefix("~").split() for call in _members(name)}
        left = left - names if line.startswith("~") else left | names
    return left


def _members(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    shown = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    lines = [line.strip() for line in shown.splitlines()[1:]]
    return {call for line in lines if line and not line.startswith("#") for call in _members(line)}


def _confine(calls: set[str]) -> None:
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_KILL_PROCESS)))
    for call in sorted(calls):
        # Numbers below zero are calls of other processors.
        if (number := library.seccomp_syscall_resolve_name(call.encode())) >= 0:
            assert library.seccomp_rule_add(context, ctypes.c_uint32(_ALLOW), number, 0) == 0, call
    assert library.seccomp_load(context) == 0


if __name__ == "__main__":
    # SQLite hands its files to the owner of the catalogue where root runs it: no user of a unit does.
    _confine(calls_of(Path(sys.argv[1])) | ({"fchown"} if os.geteuid() == 0 else set()))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 -- the program that a test names
