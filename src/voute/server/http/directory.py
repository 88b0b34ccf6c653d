"""The issuer's view of its codes: match, bound, revoke."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal, get_args

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, field

from voute.app import directory_bound, directory_match, lookup_revoke
from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash, lookup_id, parse_hex
from voute.server.http.access import ISSUER
from voute.server.http.given import TheCity, TheIssuer
from voute.server.http.wire import Base64, Hex32, Model, SlugText, Time, time_of

MAX_IDS_BODY: Final = 1024 * 1024
"""Bytes of 10,000 ids in hex with quotes and commas, and room for white space."""
MAX_MATCH_BODY: Final = 2 * MAX_IDS_BODY
"""As many heads beside the ids."""
MAX_ACTS_BODY: Final = 2 * 1024 * 1024
"""Bytes of 1,000 acts in base64."""


State = Literal["unknown", "waiting", "bound", "revoked", "frozen"]


class MatchBody(Model):
    """Which lookup ids, for which document types the choices of their vaults are wanted, and which heads are pinned already."""

    lookup_ids: Annotated[list[Hex32], Meta(max_length=directory_match.MAX_MATCH)]
    document_types: Annotated[list[SlugText], Meta(max_length=directory_match.MAX_TYPES)] = field(default_factory=list)
    pinned: Annotated[list[Hex32 | None], Meta(max_length=directory_match.MAX_MATCH)] = field(default_factory=list)


class ProofReply(Model):
    """An event and its inclusion path in the reply's checkpoint."""

    event: Base64
    salt: Hex32
    chain: Hex32
    index: int
    path: list[Hex32]


class GivenConsentReply(Model):
    """A vault's newest choice for one document type, once it is in the log."""

    act: Base64
    proof: ProofReply


class BindingReply(Model):
    """The vault behind a code, with all that is needed to check it."""

    vault_id: Hex32
    bind: Hex32
    records: list[Base64]
    claimed_at: Time
    proof: ProofReply
    consents: list[GivenConsentReply]


class SameReply(Model):
    """The vault behind a code still has the head that was asked about; what its holder has chosen may be new."""

    consents: list[GivenConsentReply]


class EntryReply(Model, omit_defaults=True):
    """State of one lookup id; `same` only where a head was asked about, and is the vault's."""

    lookup_id: Hex32
    state: State
    binding: BindingReply | None
    same: SameReply | None = None


class MatchReply(Model):
    """All entries in the order asked; the checkpoint is empty before the log's first."""

    checkpoint: str
    entries: list[EntryReply]


class ActsBody(Model):
    """Signed acts."""

    acts: Annotated[list[Base64], Meta(max_length=directory_bound.MAX_ACTS)]


class AcceptedReply(Model):
    """How many acts are in effect."""

    accepted: int


class RevokedReply(Model):
    """How many acts are in effect."""

    revoked: int


def _entry(entry: directory_match.MatchEntry) -> EntryReply:
    state: State = "unknown"
    for known in get_args(State):
        if entry.state == known:
            state = known
    return EntryReply(
        lookup_id=entry.lookup_id.hex(),
        state=state,
        binding=None if entry.binding is None else _binding(entry.binding),
        same=None if entry.same is None else SameReply(consents=_consents(entry.same.consents)),
    )


def _binding(binding: directory_match.Binding) -> BindingReply:
    return BindingReply(
        vault_id=binding.vault_id.hex(),
        bind=binding.bind.hex(),
        records=list(binding.records),
        claimed_at=time_of(binding.claimed_at),
        proof=_proof(binding.proof),
        consents=_consents(binding.consents),
    )


def _consents(given: Iterable[directory_match.GivenConsent]) -> list[GivenConsentReply]:
    return [GivenConsentReply(act=one.act, proof=_proof(one.proof)) for one in given]


def _proof(proof: directory_match.LeafProof) -> ProofReply:
    return ProofReply(
        event=proof.event,
        salt=proof.salt.hex(),
        chain=proof.chain.hex(),
        index=proof.index,
        path=[part.hex() for part in proof.path],
    )


@post("/api/directory/match", opt=ISSUER, status_code=200, request_max_body_size=MAX_MATCH_BODY, sync_to_thread=True)
def match(city: TheCity, caller: TheIssuer, data: JSONBody[MatchBody]) -> MatchReply:
    """Say what became of codes."""
    lookups = [lookup_id(parse_hex(one, HASH_SIZE)) for one in data.lookup_ids]
    if data.pinned and len(data.pinned) != len(lookups):
        raise FormatError("a head or null for each lookup id")
    heads = zip(lookups, data.pinned, strict=False)
    pinned = {lookup: Hash(parse_hex(head, HASH_SIZE)) for lookup, head in heads if head is not None}
    found = directory_match.match(city, caller, lookups, frozenset(data.document_types), pinned)
    return MatchReply(checkpoint=found.checkpoint, entries=[_entry(entry) for entry in found.entries])


@post("/api/directory/bound", opt=ISSUER, status_code=200, request_max_body_size=MAX_ACTS_BODY, sync_to_thread=True)
def accept_bound(city: TheCity, caller: TheIssuer, data: JSONBody[ActsBody]) -> AcceptedReply:
    """Keep the issuer's pins as events."""
    return AcceptedReply(accepted=directory_bound.accept_bound(city, caller, data.acts))


@post("/api/lookups/revoke", opt=ISSUER, status_code=200, request_max_body_size=MAX_ACTS_BODY, sync_to_thread=True)
def revoke(city: TheCity, caller: TheIssuer, data: JSONBody[ActsBody]) -> RevokedReply:
    """Withdraw codes that nobody has used."""
    return RevokedReply(revoked=lookup_revoke.revoke(city, caller, data.acts))
