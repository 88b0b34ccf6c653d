from pathlib import Path

import pytest

from voute.core.errors import FormatError
from voute.server.keys import (
    KeyFileError,
    create_log_seeds,
    create_witness_seed,
    read_log_seeds,
    read_witness_seed,
)


def test_keys_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = create_log_seeds(folder, "ville.test/log")
    assert read_log_seeds(folder) == made
    assert (folder.stat().st_mode & 0o777, (folder / "log.json").stat().st_mode & 0o777) == (0o700, 0o600)
    assert made.ed25519.hex() not in repr(made)
    assert made.mldsa44.hex() not in repr(made)


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    made = create_log_seeds(tmp_path, "ville.test/log")
    with pytest.raises(KeyFileError):
        create_log_seeds(tmp_path, "ville.test/log")
    assert read_log_seeds(tmp_path) == made


def test_keys_of_a_witness_are_optional(tmp_path: Path) -> None:
    assert read_witness_seed(tmp_path) is None
    made = create_witness_seed(tmp_path, "witness")
    assert read_witness_seed(tmp_path) == made
    assert made.mldsa44.hex() not in repr(made)


def test_keys_missing_or_damaged_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        read_log_seeds(tmp_path)
    (tmp_path / "log.json").write_bytes(b"{}")
    with pytest.raises(FormatError):
        read_log_seeds(tmp_path)
