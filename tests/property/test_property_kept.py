"""Inputs that fuzzing kept: each parser judges them without a foreign error, and both languages alike."""

import pytest

from tests.support.formats.format import Format
from tests.support.formats.table import FORMATS, TWINS
from tests.support.kept import KEPT, MAX_KEPT_BYTES, MAX_KEPT_INPUTS, kept_inputs
from tests.support.twin import Twin, judge

KEPT_NAMES = sorted(path.stem for path in KEPT.glob("*.txt"))


def test_kept_every_format_was_fuzzed_and_no_other() -> None:
    assert sorted(FORMATS) == KEPT_NAMES


@pytest.mark.parametrize("one", FORMATS.values(), ids=str)
def test_kept_inputs_are_few_and_judged_without_foreign_error(one: Format) -> None:
    inputs = kept_inputs(one.name)
    assert 0 < len(inputs) <= MAX_KEPT_INPUTS
    assert sum(map(len, inputs)) <= MAX_KEPT_BYTES
    verdicts = [judge(one, data) for data in inputs]
    assert [one for one in verdicts if one.kind == "foreign"] == []
    assert [verdict for verdict in verdicts if verdict.kind == "other"] == [] or not one.exact


@pytest.mark.parametrize("one", TWINS.values(), ids=str)
def test_kept_inputs_are_judged_alike(one: Format, twin: Twin) -> None:
    inputs = kept_inputs(one.name)
    twin.send(one.name, inputs)
    assert [judge(one, data) for data in inputs] == twin.receive()
