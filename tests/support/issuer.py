"""A department in software: it makes codes, seals, packs, delivers and signs, with the product's own client code."""

import base64
import hashlib
import os
import time
from dataclasses import dataclass, field, replace

import httpx

from tests.support.city import CITY, ORIGIN, check
from voute.core.ids import DeliveryId, Hash, Slug, VaultId
from voute.core.values import UnixTime, unix_time
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.issuer_auth import IssuerAuth
from voute.format.manifest import ToClaim, ToVault
from voute.format.pack import PackWriter, pack_leaf
from voute.format.pack_statement import PackStatement
from voute.format.sidecar import BoxKind, DraftRecord, Placement, encode_draft
from voute.format.subject import AnySubject, issuer_actor
from voute.seal.claim import ClaimKeys, Party, claim_keys, content_id, dedupe_id, dedupe_key, make_code, run_secret
from voute.seal.document import DocumentFields, SealedDocument, seal_document
from voute.seal.hybrid import HybridRecipient
from voute.tlog.merkle import leaf_hashes
from voute.tlog.tree import MemoryTree, root_of

NOW = unix_time(1_790_000_000)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@dataclass(frozen=True)
class Bill:
    """One sealed document with where it goes and what identifies it."""

    sealed: SealedDocument
    box_id: bytes
    box_kind: BoxKind
    token_hash: bytes
    dedupe: Hash
    content: Hash
    plaintext: bytes


@dataclass
class Pack:
    """A pack in memory with its draft."""

    data: bytes
    name: Hash
    statement: bytes
    records: list[DraftRecord]

    @property
    def draft(self) -> bytes:
        return encode_draft(self.statement, self.records)


@dataclass
class Department:
    """An issuer with a signing key and a master secret."""

    name: Slug
    key: SigningKey
    master: bytes = field(default_factory=lambda: os.urandom(32))
    token: str = ""
    origin: str = ORIGIN
    city: Slug = CITY

    def sign_in(self, client: httpx.Client) -> None:
        asked = check(client.post("/api/issuer/challenge", json={"issuer": self.name})).json()["challenge"]
        reply = client.post("/api/issuer/sessions", json={"statement": b64(self.answer(base64.b64decode(asked)))})
        self.token = check(reply).json()["token"]

    def answer(self, challenge: bytes, at: UnixTime | None = None) -> bytes:
        when = unix_time(int(time.time())) if at is None else at
        return IssuerAuth(self.city, self.name, challenge, self.origin, when).sign(self.key)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    # -- codes and documents

    def code(self, reference: str, run: str = "run-1", party: str = "party-1") -> tuple[bytes, ClaimKeys, Party]:
        code = make_code(run_secret(self.master, self.city, self.name, run), reference, party, 0, 0)
        return code, claim_keys(code), Party(self.city, self.name, party, 0, 0)

    def fields(self, recipient: ToClaim | ToVault, title: str, party: str = "party-1") -> DocumentFields:
        return DocumentFields(self.city, self.name, Slug("tax-bill"), party, recipient, title, "fr", NOW)

    def bill_for_code(self, keys: ClaimKeys, key: str, body: bytes = b"%PDF-1.7 bill") -> Bill:
        fields = self.fields(ToClaim(keys.lookup_id, 0, 0), f"Bill {key}")
        sealed = seal_document(fields, self.key, keys.identity().recipient, body)
        return self._bill(sealed, keys.lookup_id, BoxKind.CLAIM, keys.token_hash, key, body)

    def bill_for_vault(self, vault: VaultId, recipient: str, key: str, body: bytes = b"%PDF-1.7 bill") -> Bill:
        fields = self.fields(ToVault(vault), f"Bill {key}")
        sealed = seal_document(fields, self.key, HybridRecipient.from_string(recipient), body)
        return self._bill(sealed, vault, BoxKind.VAULT, bytes(32), key, body)

    def _bill(self, sealed: SealedDocument, box: bytes, kind: BoxKind, token_hash: bytes, key: str, body: bytes) -> Bill:
        secret = dedupe_key(self.master)
        content = content_id(secret, hashlib.sha256(body).digest())
        return Bill(sealed, box, kind, token_hash, dedupe_id(secret, "party-1", key), content, body)

    # -- packs

    def pack(self, delivery: bytes, bills: list[Bill], **changes: object) -> Pack:
        """Pack bills and sign for them; `changes` replace fields of the statement, for lies."""
        pieces: list[bytes | memoryview] = []
        writer = PackWriter(pieces.append)
        for bill in bills:
            writer.add(bill.sealed.document_id, bill.sealed.body, bill.sealed.sealed_hash)
        summary = writer.finish()
        leaves = leaf_hashes(pack_leaf(one.sealed.document_id, one.sealed.manifest_hash, one.sealed.sealed_hash) for one in bills)
        said = PackStatement(
            city=self.city,
            issuer=self.name,
            delivery_id=DeliveryId(delivery),
            pack=summary.sha256,
            count=len(bills),
            root=Hash(root_of(len(leaves), MemoryTree(leaves))),
            time=NOW,
        )
        statement = replace(said, **changes).sign(self.key)  # type: ignore[arg-type] # a test names real fields
        return Pack(b"".join(pieces), summary.sha256, statement, [draft_record(bill) for bill in bills])

    def act(self, subject: AnySubject, city: Slug | None = None) -> bytes:
        return Act(city or self.city, issuer_actor(self.name), subject, NOW, Hash(os.urandom(32))).sign(self.key)

    # -- calls

    def open(self, client: httpx.Client, delivery: bytes, run: str = "run-1") -> httpx.Response:
        return client.post("/api/deliveries", json={"delivery_id": delivery.hex(), "run": run}, headers=self.headers)

    def put_pack(self, client: httpx.Client, delivery: bytes, pack: Pack) -> httpx.Response:
        return client.put(f"/api/deliveries/{delivery.hex()}/packs/{pack.name.hex()}", content=pack.data, headers=self.headers)

    def put_draft(self, client: httpx.Client, delivery: bytes, pack: Pack, draft: bytes | None = None) -> httpx.Response:
        return client.put(
            f"/api/deliveries/{delivery.hex()}/packs/{pack.name.hex()}/draft",
            content=pack.draft if draft is None else draft,
            headers=self.headers,
        )

    def commit(self, client: httpx.Client, delivery: bytes, documents: int, packs: list[Pack]) -> httpx.Response:
        body = {"documents": documents, "packs": [one.name.hex() for one in packs]}
        return client.post(f"/api/deliveries/{delivery.hex()}/commit", json=body, headers=self.headers)

    def deliver(self, client: httpx.Client, bills: list[Bill], run: str = "run-1") -> bytes:
        """The whole path of one delivery in one pack; returns its id."""
        delivery = os.urandom(16)
        check(self.open(client, delivery, run), 201)
        pack = self.pack(delivery, bills)
        check(self.put_pack(client, delivery, pack), 201)
        check(self.put_draft(client, delivery, pack), 201)
        check(self.commit(client, delivery, len(bills), [pack]))
        return delivery


def draft_record(bill: Bill) -> DraftRecord:
    return DraftRecord(
        Placement(
            document_id=bill.sealed.document_id,
            header=bill.sealed.header,
            card=bill.sealed.card,
            box_id=Hash(bill.box_id),
            box_kind=bill.box_kind,
            dedupe_id=bill.dedupe,
            content_id=bill.content,
            token_hash=Hash(bill.token_hash),
        ),
        bill.sealed.manifest_hash,
    )
