"""The table of docs/security/faults.md: how many points each operation has. As a program it writes the table anew."""

import re
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.faults.operations import OPERATIONS
from tests.support.faults.runner import Prepared, prepare
from tests.support.faults.stage import make_ground
from tests.support.project import ROOT
from voute.server.logs import set_up_logs

PAGE: Final = ROOT / "docs" / "security" / "faults.md"
BEGIN: Final = (
    "| operation | steps | ends of the process | refusals, once | refusals that stay (`make test-long`) |\n"
    "|---|--:|--:|--:|--:|\n"
)
_ROW: Final = re.compile(r"\| `([a-z-]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|\n")


class Count(NamedTuple):
    """Points of one operation."""

    steps: int
    crashes: int
    errors: int
    sticky: int


def count(prepared: Prepared) -> Count:
    cases = (prepared.crashes(), prepared.errors(), prepared.sticky())
    return Count(len(prepared.points), *(len(list(one)) for one in cases))


def read_table() -> dict[str, Count]:
    return {name: Count(*map(int, numbers)) for name, *numbers in _ROW.findall(PAGE.read_text("utf-8"))}


def write_table(counts: dict[str, Count]) -> None:
    rows = [f"| `{name}` | {' | '.join(map(str, one))} |\n" for name, one in counts.items()]
    sums = [sum(numbers) for numbers in zip(*counts.values(), strict=True)]
    total = f"| **all** | {' | '.join(map(str, sums))} |\n"
    before, _, after = PAGE.read_text("utf-8").partition(BEGIN)
    rest = after[after.index("\n\n") + 1 :]
    PAGE.write_text(before + BEGIN + "".join(rows) + total + rest, "utf-8")


def main() -> None:
    set_up_logs("critical")
    with tempfile.TemporaryDirectory() as folder:
        ground = make_ground(Path(folder))
        write_table({operation.name: count(prepare(ground, operation)) for operation in OPERATIONS})


if __name__ == "__main__":
    main()
