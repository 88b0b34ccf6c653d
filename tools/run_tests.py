"""Runs the suites side by side and prints a time table; the last line says how many passed and failed."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".make" / "reports"
PRINTING = Lock()

NO_TEST_RAN = 5
"""Exit code of pytest when nothing was collected; only the long run may meet it (a suite without long tests)."""


@dataclass(frozen=True)
class Result:
    """What one suite gave."""

    name: str
    passed: int
    failed: int
    seconds: float


# The longest first, so that the lanes end together.
SUITES = (
    "browser",
    "fault",
    "sim",
    "api",
    "cli",
    "property",
    "unit",
    "web",
    "structure",
    "vectors",
    "contract",
    "golden",
)

PROCESSORS = len(os.sched_getaffinity(0))
LANES = PROCESSORS + PROCESSORS // 2
"""Suites run side by side, each in one process of its own; a half more than processors, for suites also wait."""

MEMORY = Path("/dev/shm")  # noqa: S108 -- a file system, not a file
MEMORY_BYTES = 3 << 30
"""Several times what all suites together leave in temporary folders; with less free, these stay on the disk."""


def read_report(report: Path, exit_code: int) -> tuple[int, int]:
    """Count passed and failed tests of a JUnit file; a suite that ended badly without a report is one failure."""
    if not report.exists():
        return 0, 1
    passed = failed = 0
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 -- our own test runner wrote it just now
        # A skipped test hides a gap, so it counts as failed.
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped")):
            failed += 1
        else:
            passed += 1
    return passed, failed or int(exit_code != 0)


def run(name: str, command: list[str], cwd: Path, *, may_be_empty: bool = False) -> Result:
    """Run one suite, print what it said when it has ended, and read its report."""
    report, said = REPORTS / f"{name}.xml", REPORTS / f"{name}.log"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    with said.open("wb") as output:
        code = subprocess.run(
            command, cwd=cwd, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ).returncode
    seconds = time.monotonic() - start
    text = said.read_text("utf-8", errors="replace")
    with PRINTING:
        sys.stdout.write(f"\n== {name}\n{text}")
        sys.stdout.flush()
    if may_be_empty and code == NO_TEST_RAN:
        return Result(name, 0, 0, seconds)
    return Result(name, *read_report(report, code), seconds)


def run_python(name: str, *, long: bool) -> Result:
    """Run a folder of tests; a folder that is missing is a failure, so that no suite can be lost unseen."""
    if not (ROOT / "tests" / name).is_dir():
        sys.stdout.write(f"\n== {name}\ntests/{name} is missing\n")
        return Result(name, 0, 1, 0.0)
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", f"--junitxml={REPORTS / name}.xml"]
    command += ["-m", "long" if long else "not long", f"tests/{name}"]
    return run(name, command, ROOT, may_be_empty=long)


def run_web() -> Result:
    """Run the unit tests of web/ through the package's own script."""
    report = REPORTS / "web.xml"
    command = ["npm", "run", "--silent", "test", "--", "--reporter=default", "--reporter=junit", f"--outputFile={report}"]
    return run("web", command, ROOT / "web")


@contextmanager
def temporary_folders() -> Iterator[None]:
    """Put temporary folders into memory: cities sync each commit, and no test asks whether a disk keeps what it said."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or min(shutil.disk_usage(MEMORY).free, free_memory()) < MEMORY_BYTES:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="voute-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        # A database server runs as somebody else, and finds its own folder below this one.
        Path(folder).chmod(0o711)
        os.environ["TMPDIR"] = folder
        yield


def free_memory() -> int:
    """Say how many bytes this machine can give without swapping."""
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def print_table(results: list[Result], elapsed: float) -> int:
    """Print the table and the aggregate line; return the number of failures."""
    print("\nsuite         passed  failed  seconds")
    for row in results:
        print(f"{row.name:<12} {row.passed:>7} {row.failed:>7} {row.seconds:>8.1f}")
    passed, failed = sum(row.passed for row in results), sum(row.failed for row in results)
    print(f"{'all':<12} {passed:>7} {failed:>7} {sum(row.seconds for row in results):>8.1f}  (side by side: {elapsed:.1f})")
    print(f"{passed} passed, {failed} failed")
    return failed


def main() -> None:
    """Run all suites, or those named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", help="only these (default: all)")
    parser.add_argument("--long", action="store_true", help="only the tests marked long, with the long profile")
    options = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("HYPOTHESIS_PROFILE", "long" if options.long else "short")
    if not sys.stdout.isatty():
        os.environ.setdefault("NO_COLOR", "1")
    unknown = sorted(set(options.suites) - set(SUITES))
    if unknown:
        parser.error(f"no such suite: {', '.join(unknown)}")
    wanted = [name for name in SUITES if name in options.suites or not options.suites]
    if options.long:
        wanted = [name for name in wanted if name != "web"]
    start = time.monotonic()
    sys.stdout.write(f"{len(wanted)} suites, {LANES} at a time; each is printed when it has ended\n")
    sys.stdout.flush()
    with temporary_folders(), ThreadPoolExecutor(LANES) as lanes:
        results = list(lanes.map(lambda name: run_web() if name == "web" else run_python(name, long=options.long), wanted))
    sys.exit(1 if print_table(results, time.monotonic() - start) else 0)


if __name__ == "__main__":
    main()
