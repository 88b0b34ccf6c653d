"""Writes docs/operate/settings.md from the settings themselves, so that none is undocumented (a test compares)."""

from pathlib import Path
from typing import get_type_hints

from voute.server.settings import CONFIG, PREFIX, Settings, Value, defaults_of

_HEAD = f"""# Settings of the server

`voute serve` reads a TOML file (the variable `{CONFIG}` names it), then environment variables, which win. An unknown
key stops the server: a typing mistake is never a silent default. City, names, origin, RP ID and keys are in the trust
root, not here. This page is generated: `python -m voute.server.settings_page docs/operate/settings.md`.

| TOML key | variable | default | meaning |
|---|---|---|---|
"""


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = "" if value in {Path(), ()} else str(value)
    return f"`{text}`" if text else "empty"


def settings_page() -> str:
    """Return the page."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = [
        f"| `{name}` | `{PREFIX}{name.upper()}` | {_shown(default)} | {hints[name].__metadata__[0]} |\n"
        for name, default in defaults_of().items()
    ]
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(settings_page(), "utf-8")
