"""A disk that is really full, the city's or that of its backups: said by name, nothing acknowledged is lost, goes on with room.

The scenario opens all documents and verifies all receipts and stores itself (`tests/support/full_disk.py`).
"""

from pathlib import Path

import pytest

from tests.support.full_disk import DOCUMENTS, on_a_small_disk


@pytest.mark.parametrize("moment", ["pack", "draft"])
def test_fault_disk_of_the_city_is_full_in_a_delivery(tmp_path: Path, moment: str) -> None:
    seen = on_a_small_disk(tmp_path, moment)
    # Acknowledged, and there: before, while there is no room, and once there is.
    assert seen["counts"] == [[DOCUMENTS, DOCUMENTS], [DOCUMENTS, DOCUMENTS], [2 * DOCUMENTS, 2 * DOCUMENTS]]
    assert (seen["code"], seen["error"], seen["heard"]) == (4, "city-full", ["store-full"])


def test_fault_disk_of_the_backups_is_full(tmp_path: Path) -> None:
    """The backup that finds no room is none, leaves nothing behind, and the one before it is whole."""
    seen = on_a_small_disk(tmp_path, "backup")
    assert (seen["code"], seen["error"]["error"], seen["left"]) == (1, "store-full", [])
    assert seen["checked"]["name"] == seen["first"] != seen["second"]
