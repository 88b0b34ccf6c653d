"""What a holder signed, in words and for programs: choices between paper and none, deletions."""

from datetime import UTC, datetime

from voute.core.values import UnixTime
from voute.format.subject import AnySubject, Consent, Delete
from voute.format.trust_root import TrustRoot
from voute.messages import Messages


def local_time(time: UnixTime) -> str:
    """Write an instant to the second, in the time of this machine."""
    return datetime.fromtimestamp(time, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def line_of(index: int) -> int:
    """Give the line of the log on which an entry stands: people count from one, here and on the page; the log from zero."""
    return index + 1


def act_words(words: Messages, root: TrustRoot, subject: AnySubject) -> str:
    """Say in a sentence what was signed."""
    match subject:
        case Delete():
            return words.text("act-delete", {"document": subject.document_id.hex()})
        case Consent():
            key = "act-paperless" if subject.paperless else "act-paper"
            return words.text(key, {**_names(words, root, subject), "number": subject.number})
        case _:
            return words.text("act-other", {"type": subject.type})


def _names(words: Messages, root: TrustRoot, consent: Consent) -> dict[str, str]:
    """Name department and document type as the city does; by their ids when this trust root has them no more."""
    issuer = root.issuer(consent.issuer)
    kinds = () if issuer is None else issuer.document_types
    kind = next((one for one in kinds if one.id == consent.document_type), None)
    french = words.language == "fr"
    return {
        "issuer": consent.issuer if issuer is None else issuer.names.fr if french else issuer.names.en,
        "type": consent.document_type if kind is None else kind.names.fr if french else kind.names.en,
    }


def act_facts(subject: AnySubject) -> dict[str, object]:
    """Give a program the act's type and what it is about, as the specification writes it."""
    return {"type": subject.type, "subject": dict(subject.to_json())}
