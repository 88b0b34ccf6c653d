"""The count of inputs that both languages judged alike, format by format, after the last test."""

from collections.abc import Iterator

import pytest

from tests.support.twin import Twin, running_twin

COUNT = "twin_cases"


@pytest.fixture(scope="session")
def twin() -> Iterator[Twin]:
    with running_twin() as started:
        yield started


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.stats.get("passed", [])
    found = dict(one[1] for report in reports for one in report.user_properties if one[0] == COUNT)
    if found:
        terminalreporter.section("inputs judged alike by Python and TypeScript")
        for name in sorted(found):
            terminalreporter.write_line(f"{name:<18}{found[name][0]:>10}  of which taken {found[name][1]:>9}")
        terminalreporter.write_line(f"{'all':<18}{sum(cases for cases, _ in found.values()):>10}")
