"""What a lying city may say of a vault: each lie is an attack of the threat model, told to the real `voute deliver`."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.command import Ran, Voute, bill_rows, write_list
from tests.support.holder import Resident, now
from tests.support.proxy import Exchange, Message
from tests.support.served_city import CITY, ServedCity
from voute.client.home import IssuerHome
from voute.core.errors import VouteError
from voute.core.ids import Hash, LookupId, Slug
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.event import Event, blind
from voute.format.sidecar import BoxKind, parse_draft
from voute.format.subject import Claim, vault_actor
from voute.format.vault_record import VaultKind
from voute.seal.agefile import open_header
from voute.seal.hybrid import HybridIdentity
from voute.seal.unlock import kit_method, new_kit
from voute.seal.vault import first_keyring, name_method, new_vault
from voute.server.keys import read_log_seeds, read_witness_seed
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import Cosigner
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note
from voute.tlog.signer import MemorySigner
from voute.tlog.tree import MemoryTree, root_of

Binding = dict[str, Any]
Lie = Callable[["Bound", dict[str, Any]], None]


@dataclass
class Attacker:
    """Whoever runs the server, with a vault of their own and the log's keys, but no witness's."""

    identity: HybridIdentity
    vault_id: bytes
    records: list[str]
    record_hash: Hash
    root_key: SigningKey


def make_attacker() -> Attacker:
    fresh = new_vault(CITY, VaultKind.PERSON, 999)
    kit = new_kit(CITY, fresh.vault_id, now())
    update = first_keyring(fresh, [name_method(kit_method(kit), "mine", now())], [], 1)
    records = [base64.b64encode(one).decode() for one in (fresh.genesis, update.record)]
    return Attacker(update.vault.reading, fresh.vault_id, records, update.vault.chain.head, fresh.root_key)


@dataclass
class Bound:
    """A department with one resident whose vault is bound and pinned, and the next bill for them."""

    city: ServedCity
    home: IssuerHome
    voute: Voute
    folder: Path
    resident: Resident
    attacker: Attacker
    stranger: Binding
    """What the city truthfully says of another resident's code."""

    def bills(self, key: str) -> Path:
        return write_list(self.folder / "list.csv", bill_rows(self.folder / "pdf", ["a-1"], **{"document key": key}))

    def deliver(self, key: str, mutant: str = "") -> Ran:
        command = ("deliver", self.bills(key), "--as", self.home.issuer, "--home", self.home.home, "--json", "--patience", "0")
        return self.voute(*command, mutant=mutant)

    def deliver_lied_to(self, key: str, lie: Lie, mutant: str = "") -> tuple[Ran, list[Exchange]]:
        return self.lied_to(lie, lambda: self.deliver(key, mutant))

    def lied_to(self, lie: Lie, run: Callable[[], Ran]) -> tuple[Ran, list[Exchange]]:
        mark = self.city.proxy.mark

        def tell(exchange: Exchange) -> Message | None:
            if exchange.reply is None:
                return None
            if exchange.path == "/api/directory/bound":
                # A liar takes whatever a department believes.
                return exchange.reply.with_body(b'{"accepted":1}', "HTTP/1.1 200 OK")
            if exchange.path != "/api/directory/match":
                return None
            said = exchange.reply.json
            lie(self, said)
            return exchange.reply.with_json(said)

        with self.city.proxy.hooks(before=shown_in_full, after=tell):
            ran = run()
        return ran, self.city.proxy.since(mark)

    def forget(self) -> None:
        """Go back to the registry before any vault was pinned: what is offered then is seen for the first time."""
        self.home.registry_path.write_bytes(self.home.registry_path.with_name("registry.json.1").read_bytes())


def shown_in_full(exchange: Exchange) -> Message | None:
    """Ask the city for everything, whatever the department has pinned: so a liar has all that it can change."""
    if exchange.path != "/api/directory/match":
        return None
    asked = exchange.request.json
    asked.pop("pinned", None)
    return exchange.request.with_json(asked)


def says_same(_bound: Bound, said: dict[str, Any]) -> None:
    """The head is the one that is pinned: of a code of which the department has pinned nothing, of one with a newer head."""
    said["entries"][0] |= {"state": "bound", "binding": None, "same": {"consents": []}}


def the_binding(said: dict[str, Any]) -> Binding:
    (entry,) = said["entries"]
    assert entry["state"] == "bound"
    binding: Binding = entry["binding"]
    return binding


def sealed_since(exchanges: list[Exchange]) -> list[tuple[BoxKind, bytes]]:
    """Every header that was uploaded, with the kind of its box."""
    drafts = [parse_draft(one.request.body) for one in exchanges if one.path.endswith("/draft")]
    return [(one.placement.box_kind, one.placement.header) for draft in drafts for one in draft.records]


def opens(identity: HybridIdentity, header: bytes) -> bool:
    try:
        open_header(header, [identity])
    except VouteError:
        return False
    return True


# -- the lies, each an attack of the threat model's table


def own_key_bare(bound: Bound, said: dict[str, Any]) -> None:
    """The liar's vault, with the liar's records; nothing of the resident's."""
    binding = the_binding(said)
    binding.update(vault_id=bound.attacker.vault_id.hex(), records=bound.attacker.records, bind=bytes(32).hex())


def replayed_bind(bound: Bound, said: dict[str, Any]) -> None:
    """The liar's vault under the resident's own binding."""
    the_binding(said).update(vault_id=bound.attacker.vault_id.hex(), records=bound.attacker.records)


def own_records(bound: Bound, said: dict[str, Any]) -> None:
    """The resident's vault id and binding, with the liar's records behind them."""
    the_binding(said).update(records=bound.attacker.records)


def forged_epoch(bound: Bound, said: dict[str, Any]) -> None:
    """The resident's records, and one more that makes the liar's key the newest, signed by the liar."""
    binding = the_binding(said)
    binding["records"] = [*binding["records"], base64.b64encode(_forged_record(bound)).decode()]


def forged_epoch_under_the_residents_name(bound: Bound, said: dict[str, Any]) -> None:
    """The same, and the liar's signature says that it is by the resident's key."""
    binding = the_binding(said)
    forged = json.loads(_forged_record(bound))
    forged["signatures"][0]["keyid"] = dsse.keyid(bound.resident.open_vault.root_key.public)
    binding["records"] = [*binding["records"], base64.b64encode(canonical_envelope(forged)).decode()]


def canonical_envelope(envelope: dict[str, Any]) -> bytes:
    raw = json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
    dsse.parse(raw)
    return raw


def _forged_record(bound: Bound) -> bytes:
    newest = bound.resident.open_vault.chain.newest
    forged = replace(
        newest,
        number=newest.number + 1,
        previous=bound.resident.open_vault.chain.head,
        reading=replace(newest.reading, epoch=2, recipient=bound.attacker.identity.recipient.to_string()),
    )
    return forged.sign(bound.attacker.root_key)


def another_residents(bound: Bound, said: dict[str, Any]) -> None:
    """Everything true, but of another resident of the same department."""
    the_binding(said).update(bound.stranger)


def no_binding(_bound: Bound, said: dict[str, Any]) -> None:
    said["entries"][0]["binding"] = None


def denied_waiting(_bound: Bound, said: dict[str, Any]) -> None:
    """The code waits again, so that the department would seal to the claim key, which the liar's letter thief has."""
    said["entries"][0].update(state="waiting", binding=None)


def denied_unknown(_bound: Bound, said: dict[str, Any]) -> None:
    said["entries"][0].update(state="unknown", binding=None)


def without_checkpoint(_bound: Bound, said: dict[str, Any]) -> None:
    said["checkpoint"] = ""


def without_witness(bound: Bound, said: dict[str, Any]) -> None:
    """The true head, signed by the log alone: no witness's line."""
    note = Note.parse(said["checkpoint"].encode())
    names = {witness.name for witness in bound.city.root.witnesses}
    kept = tuple(line for line in note.signatures if line.name not in names)
    assert len(kept) < len(note.signatures)
    said["checkpoint"] = Note(note.text, kept).encode().decode()


def forked_log(bound: Bound, said: dict[str, Any]) -> None:
    """A log of the liar's own, with the true log's key, whose only entry is a claim for the liar's vault."""
    binding = the_binding(said)
    binding.update(vault_id=bound.attacker.vault_id.hex(), records=bound.attacker.records)
    subject = Claim(
        LookupId(bytes.fromhex(said["entries"][0]["lookup_id"])),
        Slug(bound.home.issuer),
        type(bound.resident.open_vault.vault_id)(bound.attacker.vault_id),
        bound.attacker.record_hash,
        Hash(bytes.fromhex(binding["bind"])),
    )
    _fork(bound, said, subject)


def forked_log_true_claim(bound: Bound, said: dict[str, Any]) -> None:
    """The resident's own claim, but proven in a log of the liar's that no witness has seen."""
    binding = the_binding(said)
    chain = bound.resident.open_vault.chain
    subject = Claim(
        LookupId(bytes.fromhex(said["entries"][0]["lookup_id"])),
        Slug(bound.home.issuer),
        chain.vault_id,
        chain.hashes[1],
        Hash(bytes.fromhex(binding["bind"])),
    )
    _fork(bound, said, subject)


def _fork(bound: Bound, said: dict[str, Any], subject: Claim) -> None:
    act = Act(CITY, vault_actor(subject.vault_id), subject, now(), Hash(bytes(32)))
    act_hash = dsse.statement_hash(dsse.parse(act.sign(bound.attacker.root_key)).payload)
    # Of a minute ago: a claim younger than the moment at which the command began would be held for that alone.
    event = Event(CITY, unix_time(now() - 60), vault_actor(subject.vault_id), act_hash, subject).encode()
    salt, chain = bytes(32), bytes(32)
    tree = MemoryTree([leaf_hash(blind(salt, chain, event))])
    seeds = read_log_seeds(bound.city.server.settings.keys_folder)
    signer = MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44)
    head = Checkpoint(seeds.origin, 1, root_of(1, tree))
    said["checkpoint"] = signer.sign(head.size, head.root, now()).decode()
    proof = {"event": base64.b64encode(event).decode(), "salt": salt.hex(), "chain": chain.hex(), "index": 0, "path": []}
    the_binding(said)["proof"] = proof


def logged_claim(bound: Bound, said: dict[str, Any]) -> None:
    """The liar's vault, with a claim for it that the log and its witness have really signed: they know no codes."""
    forked_log(bound, said)
    seed = read_witness_seed(bound.city.server.settings.keys_folder)
    assert seed is not None
    signed = SignedCheckpoint.parse(said["checkpoint"].encode())
    line = Cosigner(seed.name, seed.mldsa44).sign(signed.head, now())
    said["checkpoint"] = Note(signed.note.text, (*signed.note.signatures, line)).encode().decode()


def another_events_proof(bound: Bound, said: dict[str, Any]) -> None:
    the_binding(said)["proof"] = bound.stranger["proof"]


def wrong_path(_bound: Bound, said: dict[str, Any]) -> None:
    proof = the_binding(said)["proof"]
    proof["path"] = [bytes(32).hex(), *proof["path"][1:]]


LIES: list[tuple[Lie, str]] = [
    (own_key_bare, "bind-mismatch"),
    (replayed_bind, "bind-mismatch"),
    (own_records, "claim-event"),
    (forged_epoch, "unknown-key"),
    (forged_epoch_under_the_residents_name, "bad-signature"),
    (another_residents, "bind-mismatch"),
    (no_binding, "format"),
    (denied_waiting, "binding-denied"),
    (denied_unknown, "binding-denied"),
    (without_checkpoint, "checkpoint"),
    (without_witness, "no-quorum"),
    (forked_log, "no-quorum"),
    (forked_log_true_claim, "no-quorum"),
    (logged_claim, "bind-mismatch"),
    (another_events_proof, "claim-event"),
    (wrong_path, "merkle-proof"),
]
