"""Proves what the city says of one code's vault: the checks of `docs/spec/claim.md`, with the code made again."""

from typing import NamedTuple

from voute.client.answers import Json
from voute.client.code_maker import CodeMaker
from voute.client.consents import read_leaf
from voute.client.kept_vaults import KeptVault
from voute.client.registry_file import Book
from voute.core.errors import FormatError, VerificationError
from voute.core.ids import HASH_SIZE, Hash, VaultId, parse_hex
from voute.core.values import UnixTime
from voute.format.fields import from_base64
from voute.format.registry import Binding, Entry
from voute.format.vault_record import VaultState, expect_extends
from voute.seal.claim import Party, check_bind
from voute.seal.hybrid import HybridRecipient
from voute.tlog.policy import CheckpointVerdict
from voute.verify.binding import LeafProof, verify_claim


class Vault(NamedTuple):
    """What a run needs of a vault that is proven, and no more: it goes from one process to another for each row."""

    vault_id: VaultId
    root_key: bytes
    head: Hash
    is_open: bool
    recipient: bytes
    bind: Hash
    claimed_at: UnixTime


Proof = tuple[Vault, CheckpointVerdict] | str
"""A vault that is proven, by which checkpoint; or the check that failed."""


def kept_vault(pin: Binding, kept: KeptVault) -> Vault:
    """Put together a vault from its pin and what was kept under it: only open ones are kept."""
    return Vault(pin.vault_id, kept.root_key, pin.record_head, True, kept.recipient, pin.bind, pin.bound_at)  # noqa: FBT003


class Prover:
    """Proves vaults of one department's codes; changes nothing."""

    def __init__(self, book: Book, codes: CodeMaker) -> None:
        """Take whose codes they are, and what makes them again."""
        self._city, self._issuer = book.city, book.issuer
        self._codes = codes

    def try_to_prove(self, entry: Entry, binding: Json | None, checkpoint: CheckpointVerdict) -> Vault | str:
        """Prove as `prove`; where a check fails, say which."""
        try:
            return self.prove(entry, binding, checkpoint)
        except (FormatError, VerificationError) as error:
            return error.code

    def prove(self, entry: Entry, binding: Json | None, checkpoint: CheckpointVerdict) -> Vault:
        """Make every check on what the city says of one lookup id; raises `FormatError`, `VerificationError`."""
        pinned = None if entry.binding is None else entry.binding.record_head
        vault_id, bind, records, proof = _read_binding(binding)
        party = Party(self._city, self._issuer, entry.party, entry.slot, entry.code_epoch)
        check_bind(self._codes.keys(entry), party, vault_id, bind)
        proven = verify_claim(
            records,
            proof,
            checkpoint,
            city=self._city,
            issuer=self._issuer,
            lookup_id=entry.lookup_id,
            vault_id=vault_id,
            pinned_head=pinned,
        )
        if proven.bind != bind:
            raise VerificationError("the claim in the log has another bind")
        if entry.binding is not None:
            if entry.binding.vault_id != vault_id:
                raise VerificationError("another vault than the one that is pinned")
            expect_extends(proven.chain, entry.binding.record_head)
        chain, newest = proven.chain, proven.chain.newest
        # Loaded even where the head is pinned: what is kept of it is not looked at again.
        recipient = HybridRecipient.from_string(newest.reading.recipient).raw
        is_open = newest.state is VaultState.OPEN
        return Vault(vault_id, chain.root_key, chain.head, is_open, recipient, proven.bind, proven.claimed_at)


def _read_binding(binding: Json | None) -> tuple[VaultId, Hash, list[bytes], LeafProof]:
    """Read what stands behind `bound`; raises `FormatError` alone."""
    try:
        if binding is None:
            raise FormatError("no binding")
        return (
            VaultId(parse_hex(binding["vault_id"], HASH_SIZE)),
            Hash(parse_hex(binding["bind"], HASH_SIZE)),
            [from_base64(record) for record in binding["records"]],
            read_leaf(binding["proof"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("binding") from error
