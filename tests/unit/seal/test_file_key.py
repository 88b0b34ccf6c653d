"""File keys: nothing shown, nothing kept."""

import gc
import sys

import pytest

from voute.core.errors import FormatError, StateError
from voute.seal.file_key import FILE_KEY_SIZE, FileKey

RAW = bytes(range(FILE_KEY_SIZE))


def test_file_key_derives_what_rfc5869_says() -> None:
    # Computed with the HKDF of the cryptography package, which this module does not use.
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    nonce = bytes(range(16, 32))
    assert FileKey(RAW).payload_key(nonce) == HKDF(SHA256(), 32, nonce, b"payload").derive(RAW)


def test_file_key_fresh_ones_differ() -> None:
    assert FileKey.generate() != FileKey.generate()
    assert FileKey(RAW) == FileKey(RAW)
    assert FileKey(RAW) != RAW


def test_file_key_repr_and_hash_give_nothing_away() -> None:
    key = FileKey(RAW)
    assert RAW.hex() not in repr(key)
    assert repr(key) == str(key) == "FileKey(hidden)"
    with pytest.raises(TypeError):
        hash(key)


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_file_key_or_nonce_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(FormatError):
        FileKey(bytes(size))
    with pytest.raises(FormatError):
        FileKey(RAW).payload_key(bytes(size))


def test_file_key_wiped_is_of_no_use() -> None:
    key = FileKey(RAW)
    key.wipe()
    key.wipe()
    for use in (lambda: key.raw, lambda: key.payload_key(bytes(16)), lambda: key.header_mac(b""), lambda: key == key):  # noqa: PLR0124
        with pytest.raises(StateError):
            use()


def test_file_key_overwrites_its_copy_when_it_goes() -> None:
    key = FileKey(RAW)
    held = key._raw  # noqa: SLF001 (what is left in memory is what this is about)
    assert held == RAW
    del key
    assert held == bytes(FILE_KEY_SIZE)


def test_file_key_that_was_refused_or_wiped_goes_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with pytest.raises(FormatError):
        FileKey(b"")
    key = FileKey(RAW)
    key.wipe()
    del key
    gc.collect()
    assert complaints == []
