"""Runs the suites one after the other and prints a time table; the last line says how many passed and failed."""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".make" / "reports"

NO_TEST_RAN = 5
"""Exit code of pytest when nothing was collected; only the long run may meet it (a suite without long tests)."""


@dataclass(frozen=True)
class Suite:
    """One row of the table: a name and how many processes share its tests (0: all in one)."""

    name: str
    workers: int = 0


@dataclass(frozen=True)
class Result:
    """What one suite gave."""

    name: str
    passed: int
    failed: int
    seconds: float


SUITES = (
    Suite("unit", workers=2),
    Suite("property", workers=2),
    Suite("vectors", workers=2),
    Suite("contract"),
    Suite("api"),
    Suite("structure"),
    Suite("cli"),
    Suite("sim"),
    Suite("browser"),
)


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
    """Run one suite, its output on ours, and read its report."""
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    sys.stdout.write(f"\n== {name}\n")
    sys.stdout.flush()
    start = time.monotonic()
    code = subprocess.run(command, cwd=cwd, check=False, stdin=subprocess.DEVNULL).returncode
    seconds = time.monotonic() - start
    if may_be_empty and code == NO_TEST_RAN:
        return Result(name, 0, 0, seconds)
    return Result(name, *read_report(report, code), seconds)


def run_python(suite: Suite, *, long: bool) -> Result:
    """Run a folder of tests; a folder that is missing is a failure, so that no suite can be lost unseen."""
    if not (ROOT / "tests" / suite.name).is_dir():
        sys.stdout.write(f"\n== {suite.name}\ntests/{suite.name} is missing\n")
        return Result(suite.name, 0, 1, 0.0)
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", f"--junitxml={REPORTS / suite.name}.xml"]
    command += ["-m", "long" if long else "not long", f"tests/{suite.name}"]
    if suite.workers and not long:
        command += ["-n", str(suite.workers)]
    return run(suite.name, command, ROOT, may_be_empty=long)


def run_web() -> Result:
    """Run the unit tests of web/ through the package's own script."""
    report = REPORTS / "web.xml"
    command = [
        "npm",
        "run",
        "--silent",
        "test",
        "--",
        "--reporter=default",
        "--reporter=junit",
        f"--outputFile={report}",
    ]
    return run("web", command, ROOT / "web")


def print_table(results: list[Result]) -> int:
    """Print the table and the aggregate line; return the number of failures."""
    print("\nsuite         passed  failed  seconds")
    for row in results:
        print(f"{row.name:<12} {row.passed:>7} {row.failed:>7} {row.seconds:>8.1f}")
    passed, failed = sum(row.passed for row in results), sum(row.failed for row in results)
    print(f"{'all':<12} {passed:>7} {failed:>7} {sum(row.seconds for row in results):>8.1f}")
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
    known = [suite.name for suite in SUITES] + ["web"]
    unknown = sorted(set(options.suites) - set(known))
    if unknown:
        parser.error(f"no such suite: {', '.join(unknown)}")
    wanted = options.suites or known
    results = [run_python(suite, long=options.long) for suite in SUITES if suite.name in wanted]
    if "web" in wanted and not options.long:
        results.append(run_web())
    sys.exit(1 if print_table(results) else 0)


if __name__ == "__main__":
    main()
