"""Whether paper may be left out for a row: judged from what the city shows of its vault's choice, and from what was seen before.

Source: `docs/spec/consent.md`, "What an issuer's client checks". Nothing here refuses a row: whatever does not hold is printed.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from voute.client.answers import Json
from voute.client.choice import NOT_CHOSEN, Choice, Proof, Reason
from voute.client.registry_file import Book
from voute.core.errors import FormatError, VerificationError, VouteError
from voute.core.ids import HASH_SIZE, Slug, VaultId, parse_hex
from voute.format import dsse
from voute.format.act import parse_act
from voute.format.fields import from_base64
from voute.format.registry import SeenConsent
from voute.format.subject import Consent
from voute.tlog.policy import CheckpointVerdict
from voute.verify.binding import LeafProof
from voute.verify.consent import ProvenConsent, SignedFor, verify_consent

MAX_GIVEN: Final = 200
"""Choices that a city may show of one vault: one for each document type of an issuer."""


class ConsentRollbackError(VerificationError):
    """The city shows an older choice than one that was seen before, another of the same number, or none any more."""

    code: ClassVar[str] = "consent-rollback"


class ConsentJudge:
    """Judges choices for one issuer, and pins the newest of each in its book."""

    def __init__(self, book: Book) -> None:
        """Take the issuer's book."""
        self._book = book

    def judge(self, document_type: str, binding: Json, vault: SignedFor, checkpoint: CheckpointVerdict) -> Choice:
        """Say what the holder of a proven vault has chosen for a document type; `binding` is what the city says."""
        kind = Slug(document_type)
        try:
            proven = self._prove(kind, binding, vault, checkpoint)
            self._pin(vault.vault_id, kind, proven)
        except VouteError as error:
            return Choice(Reason.DOUBTFUL, doubt=error.code)
        if proven is None:
            return NOT_CHOSEN
        reason = Reason.CHOSEN if proven.paperless else Reason.REVOKED
        return Choice(reason, Proof(proven.act, proven.number, proven.index, proven.at))

    def _prove(self, kind: Slug, binding: Json, vault: SignedFor, checkpoint: CheckpointVerdict) -> ProvenConsent | None:
        """Verify the choice that the city shows for this document type; None if it shows none."""
        found = [given for given in _read_given(binding) if _document_type(given[0]) == kind]
        if not found:
            return None
        if len(found) > 1:
            raise FormatError("two choices for one document type")
        ((raw, proof),) = found
        book = self._book
        return verify_consent(raw, proof, checkpoint, vault, city=book.city, issuer=book.issuer, document_type=kind)

    def _pin(self, vault: VaultId, kind: Slug, proven: ProvenConsent | None) -> None:
        """Compare with what was seen before, and remember what is newer."""
        seen = self._book.seen_consent(vault, kind)
        if proven is None:
            if seen is not None:
                raise ConsentRollbackError("a choice that was seen before is hidden")
            return
        if seen is not None and (proven.number < seen.number or (proven.number == seen.number and proven.act != seen.act)):
            raise ConsentRollbackError("an older choice than one that was seen before")
        self._book.see_consent(SeenConsent(vault, kind, proven.number, proven.act))


def _document_type(raw: bytes) -> Slug | None:
    """Read which document type an act speaks of, before anything of it is believed; None if it is no choice."""
    subject = parse_act(dsse.parse(raw).payload).subject
    return subject.document_type if isinstance(subject, Consent) else None


def _read_given(binding: Json) -> Iterator[tuple[bytes, LeafProof]]:
    """Read the choices that stand beside a binding; raises `FormatError` alone."""
    try:
        given = binding["consents"]
        if not isinstance(given, list) or len(given) > MAX_GIVEN:
            raise FormatError("consents")
        for one in given:
            yield from_base64(one["act"]), read_leaf(one["proof"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("consents") from error


def read_leaf(proof: dict[str, Any]) -> LeafProof:
    """Read an event with its path; raises `FormatError`, and what the wrong kinds of values raise."""
    return LeafProof(
        event=from_base64(proof["event"]),
        salt=parse_hex(proof["salt"], HASH_SIZE),
        chain=parse_hex(proof["chain"], HASH_SIZE),
        index=int(proof["index"]),
        path=tuple(parse_hex(text, HASH_SIZE) for text in proof["path"]),
    )
