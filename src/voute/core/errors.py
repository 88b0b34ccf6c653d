"""The one error tree of the product.

Every error that leaves a public function derives from `VouteError`. It carries a stable `code` (kebab-case, frozen by
tests: it names the message in the Fluent files and the problem type on the wire) and `facts`: the values that the message
needs. Texts for people are never here.
"""

from collections.abc import Mapping
from typing import ClassVar


class VouteError(Exception):
    """Base of every error of the product; `code` is stable, `facts` hold no secret and no personal data."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "", **facts: str | int) -> None:
        """Keep a short technical detail for logs and the facts that the message for people may show."""
        super().__init__(detail or self.code)
        self.detail = detail or self.code
        self.facts: Mapping[str, str | int] = facts


class FormatError(VouteError):
    """Bytes are not what the specification says: never repaired, never guessed."""

    code = "format"


class VerificationError(VouteError):
    """A signature, hash, proof or policy does not hold: nothing behind it may be shown or used."""

    code = "verification"


class NotForThisKeyError(VouteError):
    """A sealed object is well formed but no key that was offered opens it."""

    code = "not-for-this-key"


class LimitError(VouteError):
    """A named limit would be passed."""

    code = "limit"


class StateError(VouteError):
    """The operation is not allowed in the present state."""

    code = "state"


class StoreError(VouteError):
    """A store failed; what was acknowledged before stays."""

    code = "store"
