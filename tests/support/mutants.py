"""Clients and servers of ours with exactly one check taken out, so that each attack's test is seen to fail.

Never product code. A mutant is a name in the code and what stands there instead: `become` replaces it for good in a
process of its own (`tests/support/command_forks.py`), `mutated` for as long as a test's context lasts.
"""

import hashlib
import importlib
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from voute.app.sequence import Sequencing
from voute.cli import archive as cli_archive
from voute.client import monitor_roots
from voute.client.archive import OpenedDocument
from voute.client.matching import Matcher
from voute.format.act import parse_act
from voute.format.age_text import recipient_bytes
from voute.format.dsse import Envelope, Kind, keyid, parse, statement_hash, verify
from voute.format.subject import Consent
from voute.format.vault_record import VaultChain
from voute.seal.stream import CHUNK_SIZE, SEALED_CHUNK_SIZE, TAG_SIZE, PayloadError
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.merkle import verify_consistency
from voute.verify.binding import LeafProof
from voute.verify.consent import ProvenConsent
from voute.verify.trust import TrustedRoot, accept_first, accept_next

Anything = Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """One check that is gone: where it is called from, by what name, and what is called instead."""

    module: str
    name: str
    instead: Anything

    @property
    def place(self) -> tuple[Any, str]:
        owner: Any = importlib.import_module(self.module)
        *path, last = self.name.split(".")
        for one in path:
            owner = getattr(owner, one)
        return owner, last


def _nothing(*_args: object, **_named: object) -> None:
    """Check nothing."""


def _follow_at_once(get: monitor_roots.Get, _state: object, given: TrustedRoot, _now: int) -> TrustedRoot:
    """Ask for the root in force, and not whether it is."""
    return accept_next(given, get(monitor_roots.CURRENT))


def _whatever_waits(*given: Any) -> bytes | None:  # noqa: ANN401 what stands there takes
    return None if given[3] is None else bytes(given[3].trusted.envelope.raw)


def _any_choice(raw: bytes, proof: LeafProof, *_rest: object, **_named: object) -> ProvenConsent:
    """Believe whatever an envelope says."""
    act = parse_act(parse(raw).payload)
    assert isinstance(act.subject, Consent)
    digest = statement_hash(parse(raw).payload)
    return ProvenConsent(act.subject.number, act.subject.paperless, digest, proof.index, act.time)


def _any_key(envelope: Envelope, _kind: Kind, keys: Iterable[bytes]) -> bytes:
    """Believe a signature because of its keyid, or without one: the newest key will have made it."""
    (only,) = envelope.signatures
    trusted = list(keys)
    return next((key for key in trusted if keyid(key) == only.keyid), trusted[-1])


def _signed_by_somebody(envelope: Envelope, _act: object, chain: VaultChain) -> None:
    """Believe an act that the key of some vault signed, whichever vault it names."""
    verify(envelope, Kind.ACT, (chain.root_key,))


_place = Matcher._place  # noqa: SLF001 -- a mutant is made of what it mutates


def _open_chunks(key: bytes, source: memoryview, out: memoryview, nonces: Sequence[bytes]) -> None:
    """Open each chunk with whichever of these nonces fits."""
    cipher, at = ChaCha20Poly1305(key), 0
    for start in range(0, len(source), SEALED_CHUNK_SIZE):
        for nonce in nonces:
            with suppress(InvalidTag):
                chunk = cipher.decrypt(nonce, bytes(source[start : start + SEALED_CHUNK_SIZE]), None)
                out[at : at + len(chunk)] = chunk
                at += len(chunk)
                break
        else:
            raise PayloadError("no nonce fits")


def _nonces(*, last: bool) -> list[bytes]:
    return [(counter << 8 | last).to_bytes(12, "big") for counter in range(8)]


def _any_order(key: bytes, source: memoryview, out: memoryview) -> None:
    """Forget which place a chunk is for."""
    _open_chunks(key, source, out, [*_nonces(last=False), *_nonces(last=True)])


def _without_end(key: bytes, source: memoryview, out: memoryview) -> None:
    """Forget that the last chunk says that it is the last."""
    for place, start in enumerate(range(0, len(source), SEALED_CHUNK_SIZE)):
        part = source[start : start + SEALED_CHUNK_SIZE]
        to = out[place * CHUNK_SIZE : place * CHUNK_SIZE + len(part) - TAG_SIZE]
        _open_chunks(key, part, to, [_nonces(last=False)[place], _nonces(last=True)[place]])


def _place_rotated(self: Matcher, row: Any, entry: Any, answer: Any, checkpoint: Any, matched: Any) -> Any:  # noqa: ANN401
    """Obey a member that no answer has."""
    target = _place(self, row, entry, answer, checkpoint, matched)
    return replace(target, recipient=recipient_bytes(answer["rotate_to"])) if target and "rotate_to" in answer else target


def _derive_little(secret: bytes, _label: str, *parts: str | bytes) -> bytes:
    """Derive from 13 bits of what it should derive from."""
    short = int.from_bytes(hashlib.sha256(repr((secret, parts)).encode()).digest()[:3], "big") % (1 << 13)
    return (short << 13).to_bytes(4, "big") * 8


_show = cli_archive._show  # noqa: SLF001 -- as above
NOBODY: Final = ("127.0.0.1", 9)
"""Where mutants call: a port that is closed. The call is seen all the same."""


def _call_nobody() -> None:
    with suppress(OSError):
        socket.create_connection(NOBODY, timeout=1).close()


def _show_and_tell(speaker: Any, one: OpenedDocument, *rest: Any) -> None:  # noqa: ANN401 -- what the original takes
    """Tell somebody of what did not open."""
    if one.error is not None:
        _call_nobody()
    _show(speaker, one, *rest)


def _show_and_follow(speaker: Any, one: OpenedDocument, *rest: Any) -> None:  # noqa: ANN401 -- what the original takes
    """Fetch what a title names."""
    if one.title.startswith("http"):
        _call_nobody()
    _show(speaker, one, *rest)


_number = Sequencing._number  # noqa: SLF001 -- as above


def _number_and_show(self: Sequencing, size: int) -> Any:  # noqa: ANN401 -- what the original gives
    """Count an event as logged once it has its number."""
    rows, begun = _number(self, size)
    with self.catalogue.write() as tx:
        tx.events.set_logged(size + len(rows))
        for delivery in tx.deliveries.committed():
            tx.deliveries.publish(delivery.delivery_id, self.now())
    return rows, begun


def _published_head(self: Any) -> Checkpoint:  # noqa: ANN401 -- a sequencer
    """Take the head from the store's checkpoint, which a restore brings back, and move the lock to it."""
    head = SignedCheckpoint.parse(self._tiles.get("checkpoint")).head
    held = self._locks.fetch(self._lock_key)
    if held != head.encode().encode():
        self._locks.replace(self._lock_key, held, head.encode().encode())
    return head


def _from_nothing(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Take an empty proof from the empty tree, as a witness does that has seen nothing yet."""
    if size1 != 0 or proof:
        verify_consistency(size1, size2, root1, root2, proof)


MUTANTS: dict[str, Mutant] = {
    # A department
    "believes any bind": Mutant("voute.client.vault_proof", "check_bind", _nothing),
    "asks no witness": Mutant("voute.tlog.policy", "CheckpointVerdict.require_quorum", _nothing),
    "believes any signature": Mutant("voute.format.dsse", "verify", _any_key),
    "forgets the head that it pinned": Mutant("voute.client.vault_proof", "expect_extends", _nothing),
    "seals to the code again": Mutant("voute.client.matching", "_is_pinned", lambda _entry: False),
    "obeys a rotation": Mutant("voute.client.matching", "Matcher._place", _place_rotated),
    "takes any choice": Mutant("voute.client.consents", "verify_consent", _any_choice),
    "forgets the choice that it saw": Mutant("voute.client.consents", "ConsentJudge._pin", _nothing),
    "keeps any receipt": Mutant("voute.client.receipt_check", "ReceiptCheck.line", _nothing),
    "asks not whose act it is": Mutant("voute.verify.act", "_expect_signed", _signed_by_somebody),
    "uses a root before its time": Mutant("voute.client.trust", "in_force", lambda roots, _now: roots[-1]),
    "follows a root at once": Mutant("voute.client.monitor", "follow", _follow_at_once),
    "takes any root for the next": Mutant("voute.client.monitor_roots", "accept_next", lambda _known, raw: accept_first(raw)),
    "forgets what it saw wait": Mutant("voute.client.monitor", "expect_same", _whatever_waits),
    "makes codes of 13 bits": Mutant("voute.seal.claim", "derive", _derive_little),
    "unpacks whatever comes": Mutant("voute.client.answers", "read_body", lambda answer, _limit: answer.read()),
    # A holder
    "takes any document for the one that was asked for": Mutant("voute.seal.document", "_expect_wanted", _nothing),
    "takes a document for anyone": Mutant("voute.seal.document", "_expect_holder", _nothing),
    "seals to anyone": Mutant("voute.seal.agefile", "expect_hybrid", _nothing),
    "takes any stanza": Mutant("voute.seal.agefile", "demand_hybrid", _nothing),
    "compares no file": Mutant("voute.verify.receipt", "_expect_document", _nothing),
    "checks no MAC": Mutant("voute.seal.agefile", "check_mac", _nothing),
    "tells of what did not open": Mutant("voute.cli.archive", "_show", _show_and_tell),
    "fetches what a title names": Mutant("voute.cli.archive", "_show", _show_and_follow),
    "takes chunks in any order": Mutant("voute.seal.stream", "_decrypt_into", _any_order),
    "takes a file without its end": Mutant("voute.seal.stream", "_decrypt_into", _without_end),
    # A city
    "lets itself be framed": Mutant("voute.server.webauthn", "_expect_top_page", _nothing),
    "verifies no reply": Mutant("voute.server.webauthn", "WebAuthnVerifier.signed_in", lambda *_: 1),
    # A log and its witness
    "proves any tree from nothing": Mutant("voute.tlog.merkle", "verify_consistency", _from_nothing),
    "shows a delivery before it is logged": Mutant("voute.app.sequence", "Sequencing._number", _number_and_show),
    "blinds nothing": Mutant("voute.app.sequence", "blind", lambda _salt, _chain, event: hashlib.sha256(event).digest()),
    "believes the store, not the lock": Mutant("voute.tlog.sequencer", "Sequencer._locked_head", _published_head),
    "reads no tile back": Mutant("voute.tlog.sequencer", "recheck_stored", _nothing),
    "computes the root once": Mutant("voute.tlog.sequencer", "recheck_staged", _nothing),
    "takes what an ended log signs": Mutant("voute.tlog.policy", "LogKey.open_at", lambda _log, _time: True),
    "witness asks for no proof": Mutant("voute.tlog.witness", "verify_append", _nothing),
}


def become(name: str) -> None:
    """Turn this process into a mutant, for good."""
    mutant = MUTANTS[name]
    owner, last = mutant.place
    # A check that was renamed must not make a mutant of nothing.
    assert hasattr(owner, last), name
    setattr(owner, last, mutant.instead)


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """Be a mutant for as long as the context lasts."""
    owner, last = MUTANTS[name].place
    kept = getattr(owner, last)
    become(name)
    try:
        yield
    finally:
        setattr(owner, last, kept)
