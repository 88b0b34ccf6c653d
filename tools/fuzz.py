"""Fuzz every parser with atheris (libFuzzer), one after the other, and keep what was found.

`python tools/fuzz.py --seconds 60 [format …]` starts each format in a process of its own, from its seeds and its kept inputs.
Inputs that reach new code are kept, smallest first, in `tests/fuzz/NAME.txt` (base64, one a line); an input that raises
anything but `VouteError`, or that is not written again as it was, is kept too and ends with a failure.
`tests/property/test_property_kept.py` gives all of them to both languages in `make test`.
"""

import argparse
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.kept import KEPT, MAX_KEPT_BYTES, MAX_KEPT_INPUTS, kept_inputs  # noqa: E402 (the root is known now)

WORK = ROOT / ".make" / "fuzz"
MAX_INPUT = 8192
"""Bytes: beyond the largest seed; limits beyond it have tests of their own."""
MEMORY_MB = 1024
SLOW_SECONDS = 5


def fuzz_one(name: str, arguments: list[str]) -> None:
    """Fuzz one format in this process; libFuzzer ends the process."""
    import atheris  # noqa: PLC0415 (only here: it instruments what is imported afterwards)

    with atheris.instrument_imports(include=["voute"]):
        from tests.support.formats.table import FORMATS  # noqa: PLC0415 (the same)
        from tests.support.mutate import Mutator  # noqa: PLC0415 (the same)
        from tests.support.twin import judge  # noqa: PLC0415 (the same)
    one = FORMATS[name]

    def target(data: bytes) -> None:
        verdict = judge(one, data)
        if verdict.kind == "foreign" or (verdict.kind == "other" and one.exact):
            raise AssertionError(f"{name}: {verdict}")

    def change(data: bytes, limit: int, seed: int) -> bytes:
        # Half by structure, half as libFuzzer would: each finds what the other does not.
        if seed % 2:
            changed: bytes = atheris.Mutate(data, limit)
            return changed
        return one.change(Mutator(seed), data)[:limit]

    atheris.Setup([sys.argv[0], *arguments], target, custom_mutator=change)
    atheris.Fuzz()


def keep(name: str, fallen: list[bytes], reached: list[bytes]) -> None:
    """Keep what fell, and within the bounds the inputs that reach new code, an even sample from the smallest to the largest."""
    found = sorted(set(reached), key=lambda data: (len(data), data))
    step = max(1, len(found) // MAX_KEPT_INPUTS)
    chosen, size = [], 0
    for data in found[::step][:MAX_KEPT_INPUTS]:
        size += len(data)
        if size <= MAX_KEPT_BYTES:
            chosen.append(data)
    KEPT.mkdir(exist_ok=True)
    lines = [b64encode(data).decode("ascii") for data in dict.fromkeys((*fallen, *chosen))]
    (KEPT / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), "ascii")


def run(name: str, seconds: int) -> bool:
    """Fuzz a format for a while in another process; tells whether nothing fell."""
    from tests.support.formats.table import FORMATS  # noqa: PLC0415 (this process needs the seeds alone)

    corpus, falls = WORK / name, WORK / f"{name}-falls"
    for folder in (corpus, falls):
        folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate((*FORMATS[name].seeds, *kept_inputs(name))):
        (corpus / f"seed-{number}").write_bytes(data)
    limits = [f"-max_len={MAX_INPUT}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={SLOW_SECONDS}", "-print_final_stats=1"]
    command = [sys.executable, __file__, "--one", name, *limits, f"-max_total_time={seconds}", f"-artifact_prefix={falls}/"]
    result = subprocess.run([*command, str(corpus)], cwd=ROOT, check=False, capture_output=True, text=True, errors="replace")
    executed = [line.split()[-1] for line in result.stderr.splitlines() if "number_of_executed_units" in line]
    fallen = [path.read_bytes() for path in falls.iterdir()]
    reached = [path.read_bytes() for path in corpus.iterdir() if not path.name.startswith("seed-")]
    small = [data for data in (*reached, *kept_inputs(name)) if len(data) <= MAX_INPUT]
    keep(name, fallen, small)
    count = executed[0] if executed else "?"
    print(f"{name:<18} {count:>9} inputs, {len(reached):>4} reach new code, {len(fallen)} fell", flush=True)
    if fallen or result.returncode:
        print(result.stderr[-2000:])
    return not fallen and result.returncode == 0


def main() -> None:
    """Fuzz all formats, or those that are named."""
    if sys.argv[1:2] == ["--one"]:
        fuzz_one(sys.argv[2], sys.argv[3:])
    from tests.support.formats.table import FORMATS  # noqa: PLC0415 (not before atheris, in a process that fuzzes)

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="only these (default: all)")
    parser.add_argument("--seconds", type=int, default=20, help="for each format")
    options = parser.parse_args()
    os.nice(10)
    good = [run(name, options.seconds) for name in options.formats or FORMATS]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
