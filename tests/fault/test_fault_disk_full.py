"""A disk that is really full, the city's or that of its backups: said by name, nothing acknowledged is lost, goes on with room.

The scenario opens all documents and verifies all receipts and stores itself (`tests/support/full_disk.py`).
"""

from pathlib import Path

import pytest

from tests.support.full_disk import DOCUMENTS, on_a_small_disk


@pytest.mark.parametrize("moment", ["pack", "draft", pytest.param("log", marks=pytest.mark.long)])
def test_fault_disk_of_the_city_is_full_in_a_delivery(tmp_path: Path, moment: str) -> None:
    """Behind the commit the delivery counts at once, and waits for its place in the log."""
    seen = on_a_small_disk(tmp_path, moment)
    there = 2 * DOCUMENTS if moment == "log" else DOCUMENTS
    # Acknowledged, and there: before, while there is no room, and once there is.
    assert seen["counts"] == [[DOCUMENTS, DOCUMENTS], [there, there], [2 * DOCUMENTS, 2 * DOCUMENTS]]
    if moment == "log":
        # The log may have been faster than the disk was filled.
        assert (seen["code"], seen["error"]) in {(4, "not-yet-logged"), (0, None)}
    else:
        assert (seen["code"], seen["error"], seen["heard"]) == (4, "city-full", ["store-full"])


def test_fault_disk_of_the_backups_is_full(tmp_path: Path) -> None:
    """The backup that finds no room is none, leaves nothing behind, and the one before it is whole."""
    seen = on_a_small_disk(tmp_path, "backup")
    assert (seen["code"], seen["error"]["error"], seen["left"]) == (1, "store-full", [])
    assert seen["checked"]["name"] == seen["first"] != seen["second"]
