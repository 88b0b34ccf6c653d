"""Every parser: what is written reads back, what is changed is refused with an error of ours or means something else.

A parser of bytes that have one form gives back, written again, exactly what it was given. Whatever comes in, no exception
but `VouteError` goes out. Formats that both languages read are given as many inputs as these by `test_property_twin.py`.
"""

import os
import zlib

import pytest

from tests.support.formats.format import Format
from tests.support.formats.table import ALONE, FORMATS
from tests.support.mutate import Mutator
from tests.support.twin import judge, name_of

CASES = int(os.environ.get("VOUTE_CASES", "100000"))
TWIN_CASES = 2_000
ALL = pytest.mark.parametrize("one", FORMATS.values(), ids=str)
IN_PYTHON_ALONE = pytest.mark.parametrize("one", ALONE.values(), ids=str)


def _check(one: Format, data: bytes) -> str:
    verdict = judge(one, data)
    assert verdict.kind != "foreign", (verdict.detail, data.hex())
    assert verdict.kind != "other" or not one.exact, data.hex()
    return verdict.kind


def _change(one: Format, cases: int) -> None:
    mutator, judged, refused = Mutator(zlib.crc32(one.name.encode()) + 1), set[bytes](), 0
    for _ in range(cases):
        data = one.make(mutator)
        # What was made before has its verdict.
        if (name := name_of(data)) not in judged:
            judged.add(name)
            refused += _check(one, data) == "refused"
    # The changes reach both sides of the parser.
    assert 0 < refused < len(judged)


@ALL
def test_format_reads_back_what_it_writes(one: Format) -> None:
    taken = [data for data in one.seeds if judge(one, data).kind != "refused"]
    assert taken
    for data in taken:
        written = one.run(data)
        assert written == data or not one.exact
        # What is written has one form, whatever people may write.
        assert one.run(written) == written


@ALL
def test_format_changed_is_refused_with_an_error_of_ours_or_is_another(one: Format) -> None:
    _change(one, TWIN_CASES if one.twin else one.cases or CASES)


@ALL
def test_format_cut_after_any_byte_is_refused_or_whole(one: Format) -> None:
    shortest = min(one.seeds, key=len)
    for end in range(min(len(shortest), 3000)):
        _check(one, shortest[:end])


@ALL
@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40, b"{}", b"[]", b"null", b"\n\n", b"0" * 100_000, b"\xef\xbb\xbf{}"])
def test_format_of_something_else_is_refused_or_whole(one: Format, data: bytes) -> None:
    _check(one, data)


@pytest.mark.long
@IN_PYTHON_ALONE
def test_format_changed_in_many_ways_raises_errors_of_ours_alone(one: Format) -> None:
    _change(one, 10 * (one.cases or CASES))
