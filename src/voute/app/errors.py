"""What the city refuses: one class a reason; the code is what goes over the wire (docs/spec/api.md)."""

from typing import ClassVar

from voute.core.errors import LimitError, StateError, VerificationError, VouteError


class ClaimUnknownError(StateError):
    """No such code, or the token does not belong to it: never said which."""

    code: ClassVar[str] = "claim-unknown"


class ClaimUsedError(StateError):
    """The code was used before."""

    code: ClassVar[str] = "claim-used"


class ClaimRevokedError(StateError):
    """The issuer revoked the code."""

    code: ClassVar[str] = "claim-revoked"


class ClaimFrozenError(StateError):
    """Somebody said that the code is not theirs, or that another used it: nothing opens or comes by it any more."""

    code: ClassVar[str] = "claim-frozen"


class ClaimEmptyError(StateError):
    """The code is good but nothing waits behind it yet."""

    code: ClassVar[str] = "claim-empty"


class ClaimRefusedError(VerificationError):
    """A part of the claim does not hold; the fact `part` says which."""

    code: ClassVar[str] = "claim-refused"


class ChallengeExpiredError(StateError):
    """The challenge was used, is too old, or was never given: the visitor starts the step again."""

    code: ClassVar[str] = "challenge-expired"


class CredentialRefusedError(VerificationError):
    """The authenticator's registration does not hold: challenge, origin, user verification or signature."""

    code: ClassVar[str] = "credential-refused"


class SignInFailedError(VerificationError):
    """Sign-in failed: one answer for every cause."""

    code: ClassVar[str] = "sign-in-failed"


class NotSignedInError(StateError):
    """There is no session, or it ended."""

    code: ClassVar[str] = "not-signed-in"


class WrongOriginError(StateError):
    """A request that changes something did not come from the city's own page or client."""

    code: ClassVar[str] = "wrong-origin"


class TooManyError(LimitError):
    """Too many requests from one address; the fact `seconds` says when to try again."""

    code: ClassVar[str] = "too-many"

    def __init__(self, seconds: int) -> None:
        """Keep how many whole seconds to wait."""
        super().__init__("rate limit", seconds=seconds)
        self.seconds = seconds


class RecordConflictError(StateError):
    """The vault's record chain moved on, or this record does not extend it: nothing was changed."""

    code: ClassVar[str] = "record-conflict"


class IndexConflictError(StateError):
    """Another device of the vault wrote the index since; the fact `number` is the number of what is kept."""

    code: ClassVar[str] = "index-conflict"


class ConsentConflictError(StateError):
    """A choice with another number than the next: the fact `number` is the newest there is (0: none)."""

    code: ClassVar[str] = "consent-conflict"


class NoticesOffError(StateError):
    """This city sends no mail."""

    code: ClassVar[str] = "notices-off"


class NoticeCodeWrongError(StateError):
    """The code is not the one that went to the address, or it no longer counts."""

    code: ClassVar[str] = "notice-code-wrong"


class PushOffError(StateError):
    """This city tells on no device."""

    code: ClassVar[str] = "push-off"


class PushServiceUnknownError(StateError):
    """The browser is told by a push service that this city does not use."""

    code: ClassVar[str] = "push-service-unknown"


class DocumentUnknownError(StateError):
    """No such document in this vault."""

    code: ClassVar[str] = "document-unknown"


class DocumentDeletedError(StateError):
    """The holder deleted this document; its name is not given twice."""

    code: ClassVar[str] = "document-deleted"


class NotYetLoggedError(StateError):
    """The event waits for its place in the log: ask again in a second."""

    code: ClassVar[str] = "not-yet-logged"


class StatementRefusedError(VerificationError):
    """A signed statement is well signed but does not say what this call needs; the fact `part` says where."""

    code: ClassVar[str] = "statement-refused"


class DeliveryUnknownError(StateError):
    """This issuer has no such delivery."""

    code: ClassVar[str] = "delivery-unknown"


class DeliveryOpenError(StateError):
    """This issuer has another draft of this run; the fact `delivery_id` names it."""

    code: ClassVar[str] = "delivery-open"


class DeliveryCommittedError(StateError):
    """The delivery is committed: nothing can be added or cancelled."""

    code: ClassVar[str] = "delivery-committed"


class DeliveryDiffersError(StateError):
    """What is to be committed is not what was drafted."""

    code: ClassVar[str] = "delivery-differs"


class DuplicateDocumentError(StateError):
    """A document with this key was sent before; facts: `document_id`, `delivery_id`, `run`, `same` (0 or 1: same content)."""

    code: ClassVar[str] = "duplicate-document"


class PackUnknownError(StateError):
    """The pack's bytes were not sent yet."""

    code: ClassVar[str] = "pack-unknown"


class DraftRefusedError(VerificationError):
    """A draft does not agree with its pack, its statement or the city's rules; the fact `part` says where."""

    code: ClassVar[str] = "draft-refused"


class LookupRefusedError(VerificationError):
    """A lookup id belongs to another issuer, another token or another vault."""

    code: ClassVar[str] = "lookup-refused"


class RangeRefusedError(VouteError):
    """The range lies outside the body; the fact `size` is the body's size."""

    code: ClassVar[str] = "range-refused"


class LogAheadError(StateError):
    """The log holds entries that the catalogue does not know: a restored backup needs `voute fsck` first."""

    code: ClassVar[str] = "log-ahead"
