"""How each document of a run reaches people: in the vault only, in the vault and on paper, or on paper alone, and why.

Source: `docs/spec/consent.md`. Paper is what everyone gets who has not chosen otherwise, and what is printed in doubt.
"""

from dataclasses import dataclass
from enum import StrEnum

from voute.core.ids import Hash
from voute.core.values import UnixTime


class Channel(StrEnum):
    """Where a document goes."""

    DIGITAL = "digital"
    """The vault only: a letter avoided."""
    BOTH = "both"
    PAPER = "paper"


class Reason(StrEnum):
    """Why it goes there."""

    CHOSEN = "chosen"
    """The holder gave up paper for this type of document, by an act that is proven."""
    NOT_CHOSEN = "not-chosen"
    REVOKED = "revoked"
    """The holder gave paper up once, and has it again."""
    DOUBTFUL = "doubtful"
    """The city shows a choice that does not hold, or hides one that was seen before."""
    NO_VAULT = "no-vault"
    YOUNG = "young-binding"
    """The vault was bound a moment ago: nothing is sealed to it yet."""
    FROZEN = "frozen"
    """Somebody said that the code, or the vault behind it, is not theirs."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The act on which a choice rests, and where it stands in the log: what an auditor asks for."""

    act: Hash
    number: int
    index: int
    at: UnixTime


@dataclass(frozen=True, slots=True)
class Choice:
    """What a row's holder has chosen, as far as it is proven; `proof` is the newest act when there is a good one."""

    reason: Reason
    proof: Proof | None = None
    doubt: str = ""
    """The code of the check that failed, when `reason` is doubtful."""

    @property
    def channel(self) -> Channel:
        """Where the document goes by this choice."""
        if self.reason is Reason.CHOSEN:
            return Channel.DIGITAL
        return Channel.PAPER if self.reason in {Reason.NO_VAULT, Reason.YOUNG, Reason.FROZEN} else Channel.BOTH


NO_VAULT = Choice(Reason.NO_VAULT)
YOUNG = Choice(Reason.YOUNG)
FROZEN = Choice(Reason.FROZEN)
NOT_CHOSEN = Choice(Reason.NOT_CHOSEN)
