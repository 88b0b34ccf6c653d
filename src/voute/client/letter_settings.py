"""What `letter.toml` in the department's folder says: who answers the telephone, who writes, and in which envelope.

phone = "819 555-0142"
hours_fr = "du lundi au vendredi, de 8 h 30 à 16 h 30"      hours_en = "Monday to Friday, 8:30 to 16:30"
office_fr = "Service des finances"                          office_en = "Finance Department"
front = "fr"            the side with the address; "list": the language that the list gives
arms = "armoiries.svg"  the coat of arms, a file beside this one (SVG or PNG); without it a mark of ours
[envelope]              millimetres; without it the usual no. 10
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Final

from voute.client.home import HomeError, IssuerHome
from voute.client.trust import PinnedTrust
from voute.core.errors import LimitError
from voute.core.values import Names
from voute.format.arms import Arms, clean
from voute.paper.envelope import NUMBER_10, Envelope
from voute.paper.letter import Sender

MAX_LINE: Final = 80
"""Characters of a setting that stands on one line beside the window or under the city's name."""
MAX_MILLIMETRES: Final = 1000
"""No envelope is a metre wide."""
_TEXTS: Final = ("phone", "hours_fr", "hours_en", "office_fr", "office_en")
_FRONTS: Final = ("fr", "list")


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """The settings, read and checked; `front` is `fr` or `list`."""

    phone: str
    hours: Names
    office: Names
    front: str
    envelope: Envelope
    arms: Arms | None = None

    def sender(self, trust: PinnedTrust, issuer: str, written_on: date) -> Sender:
        """Give what letters of a day have in common; names, address and fingerprint are the trust root's."""
        known = trust.root.issuer(issuer)
        return Sender(
            city=trust.root.names,
            office=self.office,
            issuer=trust.root.names if known is None else known.names,
            phone=self.phone,
            hours=self.hours,
            origin=trust.root.origin,
            fingerprint=trust.trusted.fingerprint,
            written_on=written_on,
            envelope=self.envelope,
            arms=self.arms,
        )


class LetterSettingsError(HomeError):
    """`letter.toml` is missing, or says what it should not."""

    code = "letter-settings"


def settings_path(home: IssuerHome) -> Path:
    """Say where the settings are."""
    return home.folder / "letter.toml"


def read_letter_settings(home: IssuerHome) -> LetterSettings:
    """Read the settings; raises `LetterSettingsError` for a key that is missing, unknown or of another kind."""
    path = settings_path(home)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        envelope = _envelope(found.pop("envelope", None))
        arms = _arms(home, found.pop("arms", None))
    except (OSError, ValueError, LimitError) as error:
        raise LetterSettingsError("letter.toml", path=str(path)) from error
    front = found.pop("front", _FRONTS[0])
    if set(found) != set(_TEXTS) or front not in _FRONTS or not all(_is_line(text) for text in found.values()):
        raise LetterSettingsError("letter.toml", path=str(path))
    return LetterSettings(
        phone=found["phone"],
        hours=Names(fr=found["hours_fr"], en=found["hours_en"]),
        office=Names(fr=found["office_fr"], en=found["office_en"]),
        front=front,
        envelope=envelope,
        arms=arms,
    )


def _arms(home: IssuerHome, name: object) -> Arms | None:
    """Read the coat of arms; `ValueError` for what is no name of a file beside the settings."""
    if name is None:
        return None
    if not isinstance(name, str) or Path(name).name != name:
        raise ValueError(name)
    return clean((home.folder / name).read_bytes())


def _is_line(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) == len(text) <= MAX_LINE and text.isprintable()


def _envelope(given: object) -> Envelope:
    """Read millimetres into an envelope that shows an address; raises `ValueError` or `LimitError`."""
    if given is None:
        return NUMBER_10
    names = [one.name for one in fields(Envelope)]
    if not isinstance(given, Mapping) or set(given) != {f"{name}_mm" for name in names}:
        raise ValueError("envelope")
    envelope = Envelope(**{name: _tenths(given[f"{name}_mm"]) for name in names})
    # An address that no window shows is found here, not in the letter box.
    _ = envelope.always
    return envelope


def _tenths(millimetres: object) -> int:
    if isinstance(millimetres, bool) or not isinstance(millimetres, int | float) or not 0 < millimetres < MAX_MILLIMETRES:
        raise ValueError("millimetres")
    return round(millimetres * 10)
