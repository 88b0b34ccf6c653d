"""Parser bombs are refused for little work and little memory, in both languages (row G1 of the attacks).

Work is counted, not timed: calls made in Python and out of it (what runs between two calls is bounded by the input's own
length), and the peak of what is allocated.
"""

import sys
import tracemalloc
from types import FrameType

import pytest

from tests.support.bombs import MIB, Bomb, bombs
from tests.support.formats.table import FORMATS, TWINS
from tests.support.twin import judge, running_twin
from voute.core.errors import VouteError
from voute.format import canonical

BOMBS = {str(one): one for one in bombs()}
MAX_MEMORY = 32 * MIB
TWIN_HEAP_MB = 48
MAX_CALLS = 150_000
"""Some 30 ms of Python: the entries of the largest batch of the log, two calls each, are the dearest of what is allowed."""
ALL = pytest.mark.parametrize("name", BOMBS)


def _count_calls(one: Bomb) -> tuple[int, str]:
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        verdict = judge(FORMATS[one.format], one.data)
    finally:
        sys.setprofile(before)
    return calls, verdict.kind


@pytest.mark.attack("G1")
@ALL
def test_bomb_is_refused_for_little_work(name: str) -> None:
    calls, verdict = _count_calls(BOMBS[name])
    assert verdict == "refused" or BOMBS[name].format == "canonical-json"
    assert calls < MAX_CALLS


@pytest.mark.attack("G1")
@ALL
def test_bomb_is_refused_for_little_memory(name: str) -> None:
    one = BOMBS[name]
    tracemalloc.start()
    try:
        judge(FORMATS[one.format], one.data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MAX_MEMORY


@pytest.mark.control("G1")
def test_bomb_limits_leave_room_for_what_is_valid() -> None:
    for one in FORMATS.values():
        largest = max(one.seeds, key=len)
        calls, verdict = _count_calls(Bomb(one.name, "valid", largest))
        assert verdict in {"same", "other"} or one.name in {"short-json", "text"}
        assert calls < MAX_CALLS


@pytest.mark.mutant("G1")
def test_bomb_costs_a_parser_without_its_limit_more(monkeypatch: pytest.MonkeyPatch) -> None:
    one = next(bomb for bomb in BOMBS.values() if str(bomb) == "age-header-stanzas-without-end")
    monkeypatch.setattr("voute.format.age_header.MAX_STANZAS", 10**9)
    monkeypatch.setattr("voute.format.age_header.MAX_HEADER", 10**9)
    assert _count_calls(one)[0] > MAX_CALLS


@pytest.mark.attack("G1")
def test_bombs_are_judged_alike_by_a_page_with_little_memory() -> None:
    # Node ends itself when its heap passes the flag: what it needs to run, and 32 MiB.
    with running_twin(f"--max-old-space-size={TWIN_HEAP_MB}") as twin:
        for one in BOMBS.values():
            if one.format in TWINS:
                twin.send(one.format, [one.data])
                assert twin.receive() == [judge(TWINS[one.format], one.data)], str(one)


@pytest.mark.mutant("G1")
def test_bombs_limit_of_memory_ends_a_page_that_builds_too_much() -> None:
    large = b"[" + b'{"a":0},' * 4_000_000 + b"0]"
    with running_twin(f"--max-old-space-size={TWIN_HEAP_MB}") as twin:
        twin.send("unlimited-json", [large])
        with pytest.raises(AssertionError, match="ended"):
            twin.receive()


def test_bomb_of_names_does_not_fill_the_memory_of_names() -> None:
    for number in range(10):
        with pytest.raises(VouteError):
            canonical.loads(b"{" + b",".join(b'"n%d_%d":0' % (number, key) for key in range(5000)) + b"} ")
    assert len(canonical._known_names) <= 4096  # noqa: SLF001 (the memory is what is tested)
