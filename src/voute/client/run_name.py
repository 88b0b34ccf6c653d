"""The name of a run, checked before anything is made by it: codes are derived from it, registry, journal and city keep it."""

from typing import ClassVar, Final
from unicodedata import normalize

from voute.core.errors import FormatError, StateError
from voute.core.values import text_of
from voute.format.registry import MAX_RUN

SHOWN: Final = 40
"""Characters of a name that cannot be that are shown."""


class RunNameError(StateError):
    """A run cannot be called so; fact `name`, its beginning."""

    code: ClassVar[str] = "run-name"


def run_name(name: str) -> str:
    """Give a name its one form, whatever the keyboard or the disk that it comes from.

    Raises:
        RunNameError: more than `MAX_RUN` characters or none, or one that no text may hold (docs/spec/encoding.md).
    """
    form = normalize("NFC", name)
    try:
        return text_of(form, MAX_RUN)
    except FormatError as error:
        raise RunNameError(error.detail, name=form[:SHOWN]) from error
