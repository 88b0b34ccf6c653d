"""Inputs that fuzzing found and that are kept: they reach odd corners, or once broke something."""

from base64 import b64decode

from tests.support.project import ROOT

KEPT = ROOT / "tests" / "fuzz"
MAX_KEPT_INPUTS = 60
MAX_KEPT_BYTES = 24 * 1024
"""Per format: small files, quick tests."""


def kept_inputs(name: str) -> tuple[bytes, ...]:
    """Give the kept inputs of a format."""
    path = KEPT / f"{name}.txt"
    return tuple(b64decode(line) for line in path.read_text("ascii").splitlines()) if path.exists() else ()
