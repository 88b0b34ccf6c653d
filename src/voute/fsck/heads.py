"""The heads of the log: what the lock promises, what is published under the trust root's keys, what the catalogue noted."""

from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError, VerificationError, VouteError
from voute.core.ports_log import LockMissingError, TileMissingError
from voute.format import dsse
from voute.format.trust_root import TrustRoot, parse_trust_root
from voute.fsck.context import Context, Storage
from voute.fsck.findings import CannotCheckError, Mend
from voute.fsck.legible import legible
from voute.fsck.rebuild import Rebuilt
from voute.fsck.tables import LOG_STATE, LogStateLine
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.policy import checkpoint_policy, verify_checkpoint
from voute.tlog.sequencer import CHECKPOINT_PATH, lock_key
from voute.tlog.staging import PREFIX, StagedBatch, parse_path

_TRIES: Final = 5
"""How often heads are read until lock and checkpoint agree: a running sequencer is between the two for milliseconds."""


def read_trust_root(raw: bytes) -> TrustRoot:
    """Parse a trust root that its own keys have signed, as many as it asks for.

    Raises:
        CannotCheckError: it is none.
    """
    try:
        envelope = dsse.parse(raw)
        root = parse_trust_root(envelope.payload)
        signers = dsse.signers(envelope, dsse.Kind.TRUST_ROOT, root.keys)
    except VouteError as error:
        raise CannotCheckError(f"trust root: {error.detail}", what="trust-root") from error
    if len(signers) < root.threshold:
        raise CannotCheckError("trust root: too few signatures", what="trust-root")
    return root


@dataclass(frozen=True, slots=True)
class Heads:
    """What was read: `published` only if every signature on it holds; `fault` names what is wrong with it."""

    published: SignedCheckpoint | None
    fault: str
    witnessed: bool
    locked: Checkpoint | None
    lock_fault: str

    @property
    def best(self) -> Checkpoint | None:
        """The head to check against: the signed one, else the lock's."""
        return self.locked if self.published is None else self.published.head


def read_heads(storage: Storage, root: TrustRoot) -> Heads:
    """Read checkpoint and lock; a few times over while a sequencer is between the two."""
    heads = _read_once(storage, root)
    for _ in range(_TRIES):
        if heads.published is not None and heads.published.head == heads.locked:
            break
        heads = _read_once(storage, root)
    return heads


def _read_once(storage: Storage, root: TrustRoot) -> Heads:
    published, fault, witnessed = None, "", False
    try:
        published, witnessed = verify_text(legible(storage.tiles.get, CHECKPOINT_PATH), root)
    except TileMissingError:
        fault = "checkpoint-missing"
    except (FormatError, VerificationError) as error:
        fault = f"checkpoint-bad: {error.detail}"
    locked, lock_fault = _read_lock(storage, root, None if published is None else published.head.origin)
    return Heads(published, fault, witnessed, locked, lock_fault)


def _read_lock(storage: Storage, root: TrustRoot, origin: str | None) -> tuple[Checkpoint | None, str]:
    fault = "lock-missing"
    # An old log's lock stays where it is; without a checkpoint that names the log, the one that began last is meant.
    for log in sorted(root.logs, key=lambda one: one.since, reverse=True):
        if origin not in {None, log.origin}:
            continue
        try:
            return Checkpoint.parse(legible(storage.locks.fetch, lock_key(log.origin)).decode()), ""
        except LockMissingError:
            continue
        except (FormatError, UnicodeDecodeError):
            fault = "lock-bad"
    return None, fault


def verify_text(raw: bytes, root: TrustRoot) -> tuple[SignedCheckpoint, bool]:
    """Return a checkpoint whose signatures by known keys all hold, and whether the quorum of witnesses has cosigned it.

    Raises:
        VouteError: it is none.
    """
    signed = SignedCheckpoint.parse(raw)
    return signed, verify_checkpoint(signed, *checkpoint_policy(root)).quorum_reached


def noted_size(ctx: Context) -> int:
    """Return up to where the catalogue has noted the log: by its copy of the checkpoint, else by its own word."""
    state = next(LOG_STATE.scan(ctx.view, "id"), None)
    if state is None:
        return ctx.head.size
    try:
        return verify_text(state.checkpoint.encode(), ctx.root)[0].head.size
    except (VouteError, UnicodeEncodeError):
        return state.size


def is_current(ctx: Context, heads: Heads, noted: int, rebuilt: Rebuilt) -> bool:
    """Tell whether the log is as large as lock and catalogue know it: only then is what it proves the last word."""
    locked = heads.locked
    return noted <= ctx.head.size and (
        locked is None or locked.size <= ctx.head.size or _staged_leads(ctx, ctx.head, locked, rebuilt)
    )


def check_heads(ctx: Context, heads: Heads, rebuilt: Rebuilt) -> None:
    """Compare lock, checkpoint and the catalogue's copy with one another and with the rebuilt tree."""
    state = next(LOG_STATE.scan(ctx.view, "id"), None)
    _check_checkpoint(ctx, heads, state)
    _check_lock(ctx, heads, rebuilt)
    _check_state(ctx, heads, state, rebuilt)


def _check_checkpoint(ctx: Context, heads: Heads, state: LogStateLine | None) -> None:
    if heads.published is not None:
        if not heads.witnessed:
            ctx.findings.pend("witnesses")
        return
    code, _, detail = heads.fault.partition(": ")
    mend = None
    if state is not None and heads.locked is not None and ctx.proven:
        raw = state.checkpoint.encode()
        try:
            copy, _ = verify_text(raw, ctx.root)
        except VouteError:
            copy = None
        if copy is not None and copy.head == heads.locked:
            mend = lambda: ctx.storage.tiles.put_mutable(CHECKPOINT_PATH, raw)  # noqa: E731 -- a mend is a function
    ctx.findings.add(code, f"log/{CHECKPOINT_PATH}", mend, detail=detail)


def _check_lock(ctx: Context, heads: Heads, rebuilt: Rebuilt) -> None:
    locked, head = heads.locked, ctx.head
    if locked is None:
        ctx.findings.add(heads.lock_fault, f"locks/{lock_key(head.origin)}")
        return
    where = f"locks/{lock_key(locked.origin)}"
    if locked.size > head.size:
        if _staged_leads(ctx, head, locked, rebuilt):
            ctx.findings.pend("sequencing")
        else:
            ctx.findings.add("lock-ahead", where, locked=locked.size, published=head.size)
    elif locked != head:
        ctx.findings.add("lock-behind", where, locked=locked.size, published=head.size)


def _staged_leads(ctx: Context, old: Checkpoint, new: Checkpoint, rebuilt: Rebuilt) -> bool:
    """Tell whether a staged batch is there that leads from the published head to the lock's."""
    for path in ctx.storage.tiles.paths(PREFIX):
        named = parse_path(path)
        if named is not None and named[1:] == (new.size, new.root):
            try:
                staged = StagedBatch.parse(legible(ctx.storage.tiles.get, path))
            except VouteError:
                continue
            if (staged.old, staged.new) == (old, new) and rebuilt.grown(staged.entries) == new.root:
                return True
    return False


def _check_state(ctx: Context, heads: Heads, state: LogStateLine | None, rebuilt: Rebuilt) -> None:
    where = "log_state/1"
    signed = heads.published
    whole = None if signed is None else ctx.mend_by(_put_state(ctx, signed, 0 if state is None else state.published_at))
    if state is None:
        if ctx.least:
            ctx.findings.add("log-state-missing", where, whole)
        return
    try:
        copy = verify_text(state.checkpoint.encode(), ctx.root)[0].head
    except (VouteError, UnicodeEncodeError):
        ctx.findings.add("log-state-differs", where, whole, column="checkpoint")
        return
    if copy.size > ctx.head.size:
        ctx.findings.add("log-behind", f"log/size/{ctx.head.size}", noted=copy.size)
        return
    if rebuilt.root_at.get(copy.size) != copy.root and rebuilt.root() == ctx.head.root:
        ctx.findings.add("log-state-differs", where, whole, column="checkpoint")
        return
    for column, found, right in (("size", state.size, copy.size), ("root", state.root, copy.root)):
        if found != right:
            ctx.findings.add("log-state-differs", where, ctx.set("log_state", {"id": 1}, {column: right}), column=column)
    if signed is not None and signed.encode() != state.checkpoint.encode():
        ctx.findings.pend("publishing")


def _put_state(ctx: Context, signed: SignedCheckpoint, published_at: int) -> Mend:
    row = LogStateLine(1, signed.head.size, signed.head.root, signed.encode().decode(), published_at)
    return ctx.put("log_state", LOG_STATE.values(row))
