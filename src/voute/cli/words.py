"""Help texts of commands and options, from the message files, in the language of the locale."""

from pathlib import Path
from typing import Final

from voute.messages import language_of_locale, messages

SHARED: Final = Path("share", "voute")
"""Where the wheel puts `docs` and `deploy`, below the environment that it is installed in."""


def help_of(key: str) -> str:
    """Give the help text `KEY` of the message file `help.ftl`."""
    return messages(language_of_locale()).text(key)


def place_of_guides(prefix: Path) -> str | None:
    """Say where an environment has the guides and the formats; nothing where the wheel put none, as in a checkout."""
    folder = prefix / SHARED / "docs"
    return messages(language_of_locale()).text("help-guides", {"folder": str(folder)}) if folder.is_dir() else None
