"""Staged batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.log_world import World, entry
from voute.core.errors import FormatError, LimitError
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.merkle import EMPTY_ROOT
from voute.tlog.staging import MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, StagedBatch, StagingError, parse_path

WORLD = World()
BATCH = StagedBatch(WORLD.head(0, EMPTY_ROOT), WORLD.head(3, b"r" * 32), (entry(0), entry(1) * 3, entry(2)))
RAW = BATCH.encode()


def test_staging_round_trip() -> None:
    assert StagedBatch.parse(RAW) == BATCH
    assert parse_path(BATCH.path) == (0, 3, b"r" * 32)


@pytest.mark.parametrize("path", ["staging/x", "staging/0-3-", "checkpoint", BATCH.path + "0", BATCH.path.upper()])
def test_staging_other_path_is_none(path: str) -> None:
    assert parse_path(path) is None


@given(st.integers(0, len(RAW) - 1), st.binary(max_size=2))
def test_staging_parse_any_edit_refused_or_round_trips(at: int, put: bytes) -> None:
    edited = RAW[:at] + put + RAW[at + 1 :]
    try:
        batch = StagedBatch.parse(edited)
    except FormatError:
        return
    assert batch.encode() == edited


@pytest.mark.parametrize("raw", [b"", b"voute-staging/v1\n", RAW.replace(b"v1", b"v2"), b"\xff" + RAW])
def test_staging_parse_other_bytes_refused(raw: bytes) -> None:
    with pytest.raises(StagingError):
        StagedBatch.parse(raw)


def test_staging_heads_that_do_not_enclose_refused() -> None:
    for new in (WORLD.head(2, b"r" * 32), Checkpoint("other.example", 3, b"r" * 32)):
        with pytest.raises(StagingError):
            StagedBatch(BATCH.old, new, BATCH.entries)


def test_staging_of_exactly_the_limits_is_taken() -> None:
    many = (entry(0),) * MAX_BATCH_ENTRIES
    batch = StagedBatch(BATCH.old, WORLD.head(len(many), b"r" * 32), many)
    assert StagedBatch.parse(batch.encode()) == batch
    large = (bytes(65_534),) * 1024
    assert sum(len(one) + 2 for one in large) == MAX_BATCH_BYTES
    assert len(StagedBatch(BATCH.old, WORLD.head(len(large), b"r" * 32), large).encode()) > MAX_BATCH_BYTES


def test_staging_too_many_entries_refused() -> None:
    many = (entry(0),) * (MAX_BATCH_ENTRIES + 1)
    with pytest.raises(LimitError):
        StagedBatch(BATCH.old, WORLD.head(len(many), b"r" * 32), many).encode()


def test_staging_too_many_bytes_refused() -> None:
    many = (bytes(65_535),) * 1025
    with pytest.raises(LimitError):
        StagedBatch(BATCH.old, WORLD.head(len(many), b"r" * 32), many).encode()
