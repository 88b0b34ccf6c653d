"""A holder gives up paper for one document type of one issuer, or asks for it again.

Source: docs/spec/consent.md. The newest choice counts from the moment it is kept; one that is not in the log yet hides the one
before it, so that a revocation acts at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from voute.app.city import City
from voute.app.errors import ConsentConflictError, StatementRefusedError
from voute.app.ports import Holder
from voute.app.proofs import open_proofs
from voute.app.receipt import ReceiptParts, parts_of
from voute.app.statements import keep_act_event, vault_act
from voute.core.errors import VerificationError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.ports_store import RowExistsError, Transaction
from voute.core.rows import BoxKind, ConsentRow
from voute.format.act import Act
from voute.format.consent import check_words
from voute.format.subject import Consent
from voute.format.vault_record import start_chain


@dataclass(frozen=True, slots=True)
class Choice:
    """A holder's newest choice with its act; `receipt` is None until it is in the log."""

    row: ConsentRow
    act: bytes
    receipt: ReceiptParts | None


def choose(city: City, holder: Holder, raw: bytes) -> None:
    """Keep a choice; the very same act again changes nothing.

    Raises:
        ConsentConflictError: its number is not the next.
        FormatError, VerificationError: not such an act, not by this vault, to unknown words or about an unknown type.
    """
    vault = holder.vault_id
    with city.catalogue.read() as tx:
        genesis = tx.vaults.records((vault,))[vault][0]
    act, act_hash = vault_act(city, raw, vault, start_chain(genesis).root_key)
    consent = _check(city, act)
    try:
        _keep(city, vault, consent, (act, act_hash, raw))
    except RowExistsError as error:
        raise ConsentConflictError("another choice came first", number=consent.number) from error
    city.wake()


def _keep(city: City, vault: VaultId, consent: Consent, signed: tuple[Act, Hash, bytes]) -> None:
    act, act_hash, raw = signed
    with city.catalogue.write() as tx:
        newest = tx.consents.get(vault, consent.issuer, consent.document_type)
        if newest is not None and _is_kept(tx, newest, raw):
            return
        before = 0 if newest is None else newest.number
        if consent.number != before + 1:
            raise ConsentConflictError("another choice came first", number=before)
        event = keep_act_event(tx, city, act, act_hash, raw, (BoxKind.VAULT, vault))
        if not tx.consents.put(before, _row(vault, consent, city.now(), event)):
            raise ConsentConflictError("another choice came first", number=consent.number)


def _row(vault: VaultId, consent: Consent, now: int, event: int) -> ConsentRow:
    return ConsentRow(
        vault, consent.issuer, consent.document_type, consent.number, int(consent.paperless), chosen_at=now, event_id=event
    )


def _is_kept(tx: Transaction, newest: ConsentRow, raw: bytes) -> bool:
    event = tx.events.get(newest.event_id)
    return event is not None and event.act == raw


def _check(city: City, act: Act) -> Consent:
    consent = act.subject
    if not isinstance(consent, Consent):
        raise StatementRefusedError("the act is about something else", part="subject")
    try:
        check_words(consent)
    except VerificationError as error:
        raise StatementRefusedError(error.detail, part="words") from error
    # Paper can be asked for again whatever became of the type.
    if consent.paperless and not _is_known(city, consent.issuer, consent.document_type):
        raise StatementRefusedError("no such document type", part="document_type")
    return consent


def _is_known(city: City, issuer: Slug, document_type: Slug) -> bool:
    known = city.trust().root.issuer(issuer)
    return known is not None and any(kind.id == document_type for kind in known.document_types)


def read_choices(city: City, holder: Holder) -> Sequence[Choice]:
    """Return the holder's newest choices, each with its act, and its receipt once it is in the log."""
    with city.catalogue.read() as tx:
        rows = tx.consents.of_vault(holder.vault_id)
        events = tx.events.get_many([row.event_id for row in rows])
        proofs = None if tx.log_states.get() is None else open_proofs(city, tx)
    found: list[Choice] = []
    for row in rows:
        event = events.get(row.event_id)
        if event is None or event.act is None:
            continue
        found.append(Choice(row, event.act, parts_of(event, proofs)))
    return found
