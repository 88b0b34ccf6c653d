"""Says which characters of a name or an address no font of ours has, before hundreds of letters are set with it."""

from datetime import UTC, datetime
from typing import Final

from voute.paper.typeset import Typesetter, TypesettingError

_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


class GlyphCheck:
    """Asks the typesetter, once a character; not to be shared between threads."""

    def __init__(self) -> None:
        self._typesetter = Typesetter("glyphs.typ")
        self._known: set[str] = set()

    def missing(self, text: str) -> str:
        """Give the characters of `text` that can't be set, each once; empty when all can."""
        new = set(text) - self._known
        if not new or self._can_set("".join(sorted(new))):
            self._known |= new
            return ""
        return "".join(one for one in sorted(new) if not self._can_set(one))

    def _can_set(self, text: str) -> bool:
        try:
            # A letter before: a mark that stands on nothing is no fault of the font.
            self._typesetter.pdf({"text": f"e{text}"}, created=_ANY_DAY)
        except TypesettingError:
            return False
        return True
