"""Holes in files: bytes become zeros and their blocks go back to the file system, by Linux's `fallocate`."""

import ctypes
import errno
import os
from functools import cache
from typing import Any, Final

# linux/falloc.h: FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE.
_MODE: Final = 0x01 | 0x02
# The file system, or the kernel, cannot: then zeros are written, and the room stays taken.
_CANNOT: Final = frozenset({errno.EOPNOTSUPP, errno.ENOSYS})
_ZEROS: Final = bytes(256 * 1024)


@cache
def _fallocate() -> Any:  # noqa: ANN401 -- a function of the C library
    library = ctypes.CDLL(None, use_errno=True)
    # 64-bit offsets whatever the machine; the C library of small systems has the one name alone.
    call = getattr(library, "fallocate64", None) or library.fallocate
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    call.restype = ctypes.c_int
    return call


def make_hole(descriptor: int, offset: int, length: int) -> None:
    """Turn a range of an open file into zeros; not durable before an fsync.

    Raises:
        OSError: the system refused.
    """
    if _fallocate()(descriptor, _MODE, offset, length) == 0:
        return
    number = ctypes.get_errno()
    if number not in _CANNOT:
        raise OSError(number, os.strerror(number))
    write_zeros(descriptor, offset, length)


def write_zeros(descriptor: int, offset: int, length: int) -> None:
    """Overwrite a range with zeros, where holes cannot be made."""
    while length:
        done = os.pwrite(descriptor, _ZEROS[:length], offset)
        offset, length = offset + done, length - done
