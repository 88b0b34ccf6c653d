"""What a successor says of the log before it: its bytes, where it is said, and what cannot be."""

from dataclasses import replace
from hashlib import sha256

import pytest

from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.core.values import parse_time
from voute.format.canonical import Json, dumps
from voute.format.succession import MAX_SUCCESSION, Succession, parse_succession, succession_path

ROOT = Hash(b"r" * 32)
SAID = Succession("ville.test/log", "ville.test/log/2", 40, ROOT, 43, parse_time("2026-02-03T04:05:06Z"))
VALUES: dict[str, Json] = {
    "version": 1,
    "old": "ville.test/log",
    "new": "ville.test/log/2",
    "size": 40,
    "root": "72" * 32,
    "known": 43,
    "time": "2026-02-03T04:05:06Z",
}


def test_succession_is_written_as_the_specification_has_it_and_read_back() -> None:
    assert SAID.encode() == dumps(VALUES)
    assert parse_succession(SAID.encode()) == SAID
    assert SAID.behind == 3


def test_succession_is_said_under_the_hash_of_the_old_logs_name() -> None:
    assert succession_path("ville.test/log") == f"succession/{sha256(b'ville.test/log').hexdigest()}"


@pytest.mark.parametrize("changes", [{"known": 40}, {"size": 0, "known": 0}, {"old": "a" * 200}, {"new": "a" * 200}])
def test_succession_at_its_edges_is_read(changes: dict[str, object]) -> None:
    said = replace(SAID, **changes)  # type: ignore[arg-type] # a test names real fields
    assert parse_succession(said.encode()) == said


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"known": 39}, "known"),
        ({"old": "ville.test/log/2"}, "known"),
        ({"old": "a" * 201}, "old"),
        ({"new": "a" * 201}, "new"),
        ({"new": None}, "new"),
        ({"size": -1}, "size"),
        ({"root": "72" * 31}, "root"),
        ({"known": "43"}, "known"),
        ({"time": "2026-02-03"}, "time"),
        ({"version": 2}, "version"),
        ({"more": 1}, "more"),
    ],
)
def test_succession_that_cannot_be_is_refused_by_its_field(changes: dict[str, Json], field: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_succession(dumps({**VALUES, **changes}))
    assert caught.value.facts == {"field": field}


def test_succession_is_read_up_to_its_limit_and_no_further() -> None:
    def of_length(length: int) -> bytes:
        return dumps({"a": "x" * (length - len('{"a":""}'))})

    with pytest.raises(FormatError, match="succession: missing or unknown key"):
        parse_succession(of_length(MAX_SUCCESSION))
    with pytest.raises(FormatError, match=f"more than {MAX_SUCCESSION} bytes"):
        parse_succession(of_length(MAX_SUCCESSION + 1))
