"""A code that is not theirs: from now on nothing new goes by it to any vault, and its department is told.

Source: docs/spec/claim.md, "Freezing". By the code itself (a letter in the wrong hands, a code that another used) or by the
holder's signed act. It takes nothing away: what was opened stays open, what comes next goes on paper.
"""

from collections.abc import Callable

from voute.app.city import City
from voute.app.claim_lookup import known_lookup
from voute.app.errors import ClaimFrozenError, ClaimRevokedError, ClaimUnknownError, StatementRefusedError
from voute.app.notices import tell_of_safety
from voute.app.ports import Holder
from voute.app.push import tell_devices_of_safety
from voute.app.statements import keep_act_event, keep_event, vault_act
from voute.core.ids import LookupId
from voute.core.ports_store import Transaction
from voute.core.rows import BoxKind, LookupRow, LookupState, MailKind
from voute.format.subject import SERVICE, Disown, Freeze
from voute.format.vault_record import start_chain


def freeze(city: City, lookup_id: LookupId, token: bytes) -> int:
    """Freeze a code, used or not, for who shows its token; returns since when it is frozen. Again changes nothing.

    Raises:
        ClaimUnknownError: unknown id or wrong token, alike.
        ClaimRevokedError: the department withdrew it before.
        ClaimFrozenError: another call froze it at the same moment.
    """
    with city.catalogue.read() as tx:
        row = known_lookup(tx, lookup_id, token)
        if row.state == LookupState.REVOKED:
            raise ClaimRevokedError
    if row.frozen_at is not None:
        return row.frozen_at
    with city.catalogue.write() as tx:
        # Read again where nobody else changes it: the code may have been used since.
        row = known_lookup(tx, lookup_id, token, lock=True)
        if row.state == LookupState.REVOKED:
            raise ClaimRevokedError
        subject = Freeze(lookup_id, row.vault_id)
        box = (BoxKind.CLAIM, bytes(lookup_id)) if row.vault_id is None else (BoxKind.VAULT, bytes(row.vault_id))
        since = _keep(city, tx, row, lambda: keep_event(tx, city, SERVICE, None, subject, box))
    city.wake()
    return since


def disown(city: City, holder: Holder, raw: bytes) -> int:
    """Freeze a code of the holder's vault by their signed act; returns since when it is frozen. Again changes nothing.

    Raises:
        ClaimUnknownError: not a code of this vault.
        FormatError, VerificationError: not that act, or not signed by the vault's root key.
    """
    vault = holder.vault_id
    with city.catalogue.read() as tx:
        genesis = tx.vaults.records((vault,))[vault][0]
    act, act_hash = vault_act(city, raw, vault, start_chain(genesis).root_key)
    subject = act.subject
    if not isinstance(subject, Disown) or subject.vault_id != vault:
        raise StatementRefusedError("the act is about something else", part="subject")
    with city.catalogue.write() as tx:
        row = tx.lookups.get(subject.lookup_id, lock=True)
        if row is None or row.vault_id != vault:
            raise ClaimUnknownError
        box = (BoxKind.VAULT, vault)
        since = _keep(city, tx, row, lambda: keep_act_event(tx, city, act, act_hash, raw, box))
    city.wake()
    return since


def _keep(city: City, tx: Transaction, row: LookupRow, event: Callable[[], int]) -> int:
    """Freeze once: the event is kept only if the code was not frozen before."""
    if row.frozen_at is not None:
        return row.frozen_at
    now = city.now()
    if not tx.lookups.freeze(row.lookup_id, now, event()):
        # Somebody was faster between the reading and this: the event is not kept either.
        raise ClaimFrozenError
    if row.vault_id is not None:
        tell_of_safety(tx, city, row.vault_id, MailKind.FROZEN)
        tell_devices_of_safety(tx, city, row.vault_id, MailKind.FROZEN)
    return now
