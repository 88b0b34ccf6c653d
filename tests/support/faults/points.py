"""Breaking an operation in many ways: whatever does harm is named, and the points are counted."""

from collections.abc import Callable, Iterator

from tests.support.faults.runner import Case, Prepared

POINTS = "points"
"""Name of the property in which a test says how many points it broke."""

Record = Callable[[str, object], None]


def break_all(prepared: Prepared, cases: Iterator[Case], run: Callable[[Prepared, Case], None], record: Record) -> None:
    """Break an operation in each of these ways; every way that does harm is named."""
    harm: list[str] = []
    points = list(cases)
    for case in points:
        try:
            run(prepared, case)
        except AssertionError as error:
            harm.append(f"{case}\n{error}")
    assert not harm, f"{len(harm)} of {len(points)} points\n\n" + "\n\n".join(harm[:5])
    assert len(set(points)) == len(points)
    record(POINTS, len(points))
