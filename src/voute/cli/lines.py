"""Where a line of a table or of a help may end: never at a no-break space, as in « reçus », « Usage : » and “10 000”.

Rich ends lines at every space that Unicode has; whoever writes a no-break space has said that no line ends there. `Text.wrap` of
Rich 15 is public, but a subclass of `Text` would be of no use: Typer and the tables make the texts of a help themselves.
"""

from typing import Final

import rich.text
from rich._wrap import divide_line

_HELD: Final = str.maketrans("\u00a0\u202f", "__")
"""No-break spaces, and what stands for them while a line is measured: as wide, and a part of its word."""


def hold_no_break_spaces() -> None:
    """Let Rich end lines only where they may end, in all that this process prints; a second call changes nothing."""
    rich.text.divide_line = _divide_line  # type: ignore[attr-defined] # Rich offers no other place


def _divide_line(text: str, width: int, fold: bool = True) -> list[int]:  # noqa: FBT001 -- Rich calls it so
    return divide_line(text.translate(_HELD), width, fold)
