"""Memory that is used again: what stood there before never shows, and what does not fit is refused or found more room."""

import os
from pathlib import Path

import pytest

from voute.client.rooms import PIECE, FileRoom, PackRoom
from voute.core.errors import LimitError
from voute.format.pack import MAX_PACK


@pytest.mark.parametrize("sizes", [(300_000, 10, 0, 700_000, 1), (1, 262_144, 262_143, 262_145)])
def test_each_file_is_read_whole_over_the_one_before(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    room = FileRoom()
    for number, size in enumerate(sizes):
        path, body = tmp_path / f"{number}", os.urandom(size)
        path.write_bytes(body)
        assert room.read(path) == body


def test_a_file_whose_size_is_not_known_before_is_read_to_its_end() -> None:
    # Files of the kernel say that they have no bytes, and have some.
    assert FileRoom().read(Path("/proc/self/status")).tobytes().startswith(b"Name:")


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileRoom().read(tmp_path / "none")


def test_a_pack_is_what_was_placed_and_appended_in_this_order() -> None:
    room = PackRoom()
    for body in (os.urandom(PIECE), b"short"):
        room.begin()
        place = room.place(len(body))
        place[:] = body
        room.append(place)
        room.append(b"index")
        room.append(memoryview(b"foot"))
        assert b"".join(room.parts()) == body + b"indexfoot"
        assert room.size == len(body) + 9
        assert max(map(len, room.parts())) <= PIECE


def test_a_place_that_was_given_and_not_taken_counts_for_nothing() -> None:
    room = PackRoom()
    room.place(50)[:] = b"x" * 50
    room.append(b"only this")
    assert b"".join(room.parts()) == b"only this"


def test_a_pack_has_room_for_the_largest_and_no_byte_more() -> None:
    room = PackRoom()
    room.append(room.place(MAX_PACK - 1))
    room.append(b"1")
    with pytest.raises(LimitError):
        room.append(b"1")
    assert room.size == MAX_PACK
