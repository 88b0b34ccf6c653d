"""Verifying what issuers and holders sign, and turning it into events."""

from voute.app.city import City
from voute.app.errors import StatementRefusedError
from voute.app.secret import fresh
from voute.core.ids import DeliveryId, Hash, Slug, VaultId
from voute.core.ports_store import Transaction
from voute.core.rows import BoxKind, NewEvent
from voute.format import dsse
from voute.format.act import Act, parse_act
from voute.format.event import Event
from voute.format.subject import AnySubject, issuer_actor, vault_actor
from voute.format.vault_record import start_chain


def issuer_keys(city: City, issuer: Slug) -> tuple[bytes, ...]:
    """Return the keys of an issuer that are good for what is logged next; none for an unknown issuer."""
    known = city.trust().root.issuer(issuer)
    if known is None:
        return ()
    with city.catalogue.read() as tx:
        state = tx.log_states.get()
    size = 0 if state is None else state.size
    return tuple(key.ed25519 for key in known.keys if key.holds_at(size))


def issuer_act(city: City, raw: bytes, issuer: Slug, keys: tuple[bytes, ...]) -> tuple[Act, Hash]:
    """Verify an act of an issuer; returns it with its hash.

    Raises:
        FormatError, VerificationError: it is none, or not signed by this issuer for this city.
    """
    return _act(city, raw, issuer_actor(issuer), keys)


def vault_act(city: City, raw: bytes, vault: VaultId, root_key: bytes) -> tuple[Act, Hash]:
    """Verify an act of a vault; returns it with its hash.

    Raises:
        FormatError, VerificationError: it is none, or not signed by this vault for this city.
    """
    return _act(city, raw, vault_actor(vault), (root_key,))


def holder_act(city: City, raw: bytes, vault: VaultId, genesis: bytes, subject: AnySubject) -> tuple[Act, Hash]:
    """Verify an act of a vault, whose first record names the key, about this and nothing else; returns it with its hash.

    Raises:
        FormatError, VerificationError: it is none, not signed by this vault for this city, or about something else.
    """
    act, act_hash = vault_act(city, raw, vault, start_chain(genesis).root_key)
    if act.subject != subject:
        raise StatementRefusedError("the act is about something else", part="subject")
    return act, act_hash


def _act(city: City, raw: bytes, actor: str, keys: tuple[bytes, ...]) -> tuple[Act, Hash]:
    envelope = dsse.parse(raw)
    dsse.verify(envelope, dsse.Kind.ACT, keys)
    act = parse_act(envelope.payload)
    if act.city != city.slug:
        raise StatementRefusedError("act of another city", part="city")
    if act.actor != actor:
        raise StatementRefusedError("act of another actor", part="actor")
    return act, dsse.statement_hash(envelope.payload)


def draft_event(
    event: Event, box_kind: BoxKind, box_id: bytes, *, act: bytes | None, delivery: DeliveryId | None = None
) -> NewEvent:
    """Make the row of an event with a fresh salt; `act` is the envelope behind it where it is kept nowhere else."""
    return NewEvent(delivery, event.type, box_kind, box_id, fresh(), event.encode(), act)


def keep_act_event(tx: Transaction, city: City, act: Act, act_hash: Hash, raw: bytes, box: tuple[BoxKind, bytes]) -> int:
    """Keep the event of a verified act, ready for the log; returns its id."""
    event = Event(city.slug, city.time(), act.actor, act_hash, act.subject)
    return tx.events.add_all([draft_event(event, *box, act=raw)])[0]


def keep_event(
    tx: Transaction, city: City, actor: str, statement: Hash | None, subject: AnySubject, box: tuple[BoxKind, bytes]
) -> int:
    """Keep the event of a statement that is stored elsewhere (a vault record), or of none; ready for the log, returns its id."""
    event = Event(city.slug, city.time(), actor, statement, subject)
    return tx.events.add_all([draft_event(event, *box, act=None)])[0]
