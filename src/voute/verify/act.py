"""The verdict on (act, receipt, a vault's records, trust root): what a holder signed, and that the city logged that very act.

Source: `docs/spec/event-receipt.md`, "Verifying an act" and "Proof file of an act". A deletion and a choice between paper and
none are shown by their act, not by a document. Nothing of the receipt is shown to anyone before the last step has passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import Hash, VaultId
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.act import Act, parse_act
from voute.format.act_proof import parse_act_proof
from voute.format.consent import check_words
from voute.format.event import Event, parse_event
from voute.format.receipt import Receipt, parse_receipt
from voute.format.signed_manifest import WrongCityError
from voute.format.subject import AnySubject, Consent, vault_actor
from voute.format.trust_root import TrustRoot
from voute.format.vault_record import VaultChain, verify_chain
from voute.tlog.policy import CheckpointState, checkpoint_policy, verify_checkpoint
from voute.tlog.proof import TlogProof
from voute.verify.receipt import EventDiffersError, expect_logged, step

ACT_STEPS: Final = ("act-reads", "same-city", "vault-signed", "act-logged", "in-log", "checkpoint-signed", "witnesses")
"""The name of each step, by its number; message files say what it means to people."""


@dataclass(frozen=True, slots=True)
class ProvenAct:
    """What a receipt proves about an act.

    `signed_at` is the holder's word, `event_time` the city's, `witnessed_at` the median of the quorum's cosignature times (None
    when `state` is `logged`); `steps` are the (number, name) that passed.
    """

    state: CheckpointState
    vault_id: VaultId
    subject: AnySubject
    act: Hash
    signed_at: UnixTime
    event_time: UnixTime
    witnessed_at: UnixTime | None
    index: int
    tree_size: int
    steps: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """All parts, well formed, nothing verified."""

    envelope: dsse.Envelope
    act: Act
    receipt: Receipt
    event: Event
    proof: TlogProof


def verify_signed_act(raw: bytes, chain: VaultChain, root: TrustRoot) -> Act:
    """Verify that a vault signed an act for this city, in the log or not; `chain` is verified, `root` accepted.

    Raises `FormatError`, `WrongCityError`, `EventDiffersError` for another vault's, and what signatures and words raise.
    """
    envelope, act = _read_act(raw)
    if act.city != root.city:
        raise WrongCityError("an act for another city", city=root.city)
    _expect_signed(envelope, act, chain)
    return act


def _read_act(raw: bytes) -> tuple[dsse.Envelope, Act]:
    envelope = dsse.parse(raw)
    dsse.expect_kind(envelope, dsse.Kind.ACT)
    return envelope, parse_act(envelope.payload)


def _expect_signed(envelope: dsse.Envelope, act: Act, chain: VaultChain) -> None:
    dsse.verify(envelope, dsse.Kind.ACT, (chain.root_key,))
    if act.actor != vault_actor(chain.vault_id):
        raise EventDiffersError("an act of another vault, or of an issuer")
    if isinstance(act.subject, Consent) and act.subject.paperless:
        # Paper is asked for again in any words.
        check_words(act.subject)


def _read(raw_act: bytes, receipt: Receipt) -> _Claimed:
    envelope, act = _read_act(raw_act)
    if receipt.manifest is not None:
        raise FormatError("a receipt with a manifest speaks of a document", field="manifest")
    return _Claimed(envelope, act, receipt, parse_event(receipt.event), TlogProof.parse(receipt.proof.encode("utf-8")))


def _expect_event(claimed: _Claimed) -> Hash:
    act, event, digest = claimed.act, claimed.event, dsse.statement_hash(claimed.envelope.payload)
    if (event.actor, event.act, event.subject) != (act.actor, digest, act.subject):
        raise EventDiffersError("the event is of another act")
    return digest


def verify_act(
    act: bytes, receipt: bytes, records: Sequence[bytes], root: TrustRoot, *, require_witnessed: bool = False
) -> ProvenAct:
    """Verify that the vault with these records signed an act, and that the city logged it as its receipt says.

    `root` is one that the caller has accepted (`voute.verify.trust`). With `require_witnessed` a checkpoint without the quorum
    raises `NoQuorumError`. Raises `VouteError` of the step that fails, with fact `step`, and nothing else.
    """
    with step(0):
        claimed = _read(act, parse_receipt(receipt))
    return _judge(claimed, records, root, require_witnessed=require_witnessed)


def verify_act_proof(raw: bytes, root: TrustRoot, *, require_witnessed: bool = False) -> ProvenAct:
    """Verify an act by its proof file alone, which holds its vault's first records; otherwise as `verify_act`."""
    with step(0):
        proof = parse_act_proof(raw)
        claimed = _read(proof.act, proof.receipt)
    return _judge(claimed, proof.records, root, require_witnessed=require_witnessed)


def _judge(claimed: _Claimed, records: Sequence[bytes], root: TrustRoot, *, require_witnessed: bool) -> ProvenAct:
    """The steps after the first, which read the parts."""
    with step(1):
        if {claimed.act.city, claimed.receipt.city, claimed.event.city} != {root.city}:
            raise WrongCityError("not all of one city", city=root.city)
    with step(2):
        chain = verify_chain(records)
        _expect_signed(claimed.envelope, claimed.act, chain)
    with step(3):
        digest = _expect_event(claimed)
    with step(4):
        expect_logged(claimed.receipt, claimed.proof)
    with step(5):
        logs, policy = checkpoint_policy(root)
        checkpoint = verify_checkpoint(claimed.proof.checkpoint, logs, policy)
    with step(6):
        if require_witnessed:
            checkpoint.require_quorum()
    witnessed_at = checkpoint.witnessed_at
    return ProvenAct(
        state=checkpoint.state,
        vault_id=chain.vault_id,
        subject=claimed.act.subject,
        act=digest,
        signed_at=claimed.act.time,
        event_time=claimed.event.time,
        witnessed_at=None if witnessed_at is None else UnixTime(witnessed_at),
        index=claimed.proof.index,
        tree_size=checkpoint.head.size,
        steps=tuple(enumerate(ACT_STEPS)),
    )
