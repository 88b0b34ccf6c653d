"""Python and TypeScript give every input one verdict: taken and written again alike, or refused with one code.

10⁵ inputs a format here, 10⁶ in the long run; each format's inputs follow from a seed that the failure names. The Merkle
proofs are of random trees (row E6 of the attacks).
"""

import os
import time
import zlib
from collections.abc import Callable

import pytest

from tests.property.conftest import COUNT
from tests.support.formats.format import Format
from tests.support.formats.table import TWINS
from tests.support.twin import Twin, compare, judge

Record = Callable[[str, object], None]
CASES = int(os.environ.get("VOUTE_CASES", "100000"))
LONG_CASES = 1_000_000
MERKLE = TWINS["merkle-proof"]
# The slowest first, so that two processes end together.
SLOW_FIRST = sorted(TWINS, key=lambda name: (name not in {"keyring", "recipient", "recipient-key", "trust-root"}, name))
OTHERS = [TWINS[name] for name in SLOW_FIRST if name != MERKLE.name]


def _agree(one: Format, twin: Twin, cases: int, seed: int, record: Record) -> None:
    tally = compare(one, twin, cases, seed)
    assert tally.differ == [], f"{one.name}, seed {seed}"
    assert tally.cases == cases
    # The changes reach both sides of the parser.
    assert cases / 100 < tally.taken < cases * 0.95
    record(COUNT, (one.name, (tally.cases, tally.taken)))


def _fixed_seed(one: Format) -> int:
    return zlib.crc32(one.name.encode())


@pytest.mark.parametrize("one", OTHERS, ids=str)
def test_twin_gives_the_same_verdict(one: Format, twin: Twin, record_property: Record) -> None:
    _agree(one, twin, one.cases or CASES, _fixed_seed(one), record_property)


@pytest.mark.attack("E6")
@pytest.mark.control("E6")
def test_twin_gives_the_same_verdict_on_proofs_of_random_trees(twin: Twin, record_property: Record) -> None:
    # Three of ten proofs are left as they are, and both take them; the others are changed.
    _agree(MERKLE, twin, CASES, _fixed_seed(MERKLE), record_property)


@pytest.mark.mutant("E6")
def test_twin_finds_a_verifier_that_compares_no_root(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voute.tlog.merkle._check_equal", lambda *_: None)
    assert compare(MERKLE, twin, 2000, _fixed_seed(MERKLE)).differ != []


@pytest.mark.long
@pytest.mark.parametrize("one", TWINS.values(), ids=str)
def test_twin_gives_the_same_verdict_on_a_million(one: Format, twin: Twin, record_property: Record) -> None:
    _agree(one, twin, 10 * (one.cases or LONG_CASES // 10), time.time_ns() % 2**32, record_property)


# Where characters that normalise are or may come: all but the ideographs, the syllables and the private planes.
PLACES = (range(0x20, 0x3400), range(0xA000, 0xAC00), range(0xD7A4, 0xD800), range(0xE000, 0xE010), range(0xF900, 0x17000))
MORE_PLACES = (range(0x18800, 0x20000), range(0x2F800, 0x2FA20), range(0xE0000, 0xE0200))
SHAPES = ("{}", "a\u0315{}", "a{}\u0334", "{0}{0}")


def test_twin_gives_every_code_point_one_verdict(twin: Twin) -> None:
    one = TWINS["text"]
    points = [point for place in (*PLACES, *MORE_PLACES) for point in place]
    for shape in SHAPES:
        texts = [shape.format(chr(point)).encode() for point in points]
        twin.send(one.name, texts)
        ours = [judge(one, data) for data in texts]
        differ = [hex(point) for point, left, right in zip(points, ours, twin.receive(), strict=True) if left != right]
        assert differ == [], shape
        assert {verdict.kind for verdict in ours} == {"same", "refused"}
