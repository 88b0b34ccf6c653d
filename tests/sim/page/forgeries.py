"""Documents that a lying city may put before a page: each as the row of a list that the page asks for."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.sim.page.evil_page import ISSUER, EvilPage, Lie, answer, b64, both, raw, with_rows
from tests.support.age_classic import ZERO_NONCE, encode_armor
from tests.support.command import small_pdf
from tests.support.proxy import Exchange, Message
from voute.core.ids import LookupId, Slug, VaultId
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.age_header import Stanza, encode_header, to_raw_base64, unsigned_header
from voute.format.dsse import SigningKey
from voute.format.manifest import ToClaim, ToVault
from voute.format.vault_record import parse_vault_record
from voute.seal.agefile import open_header, open_payload, seal_header, seal_payload
from voute.seal.document import DocumentFields, seal_document
from voute.seal.file_key import FileKey
from voute.seal.hybrid import HybridIdentity, HybridRecipient

Row = dict[str, Any]
MARK = "FAUX"
"""In every title of a forged document, so that one search tells whether any of them is on the page."""
X25519_SIZE = 32


@dataclass(frozen=True)
class Forged:
    """A document that was never delivered: its row, its body, what its title says."""

    title: str
    row: Row
    body: bytes
    file_key: FileKey = field(repr=False)

    @property
    def id(self) -> str:
        found: str = self.row["document_id"]
        return found

    def with_header(self, header: bytes) -> "Forged":
        return replace(self, row=self.row | {"header": b64(header)})

    def with_card(self, card: bytes) -> "Forged":
        return replace(self, row=self.row | {"card": b64(card)})

    def with_stanzas(self, stanzas: Sequence[Stanza]) -> "Forged":
        """Other stanzas under a MAC that holds: only who sealed the document can do that."""
        unsigned = unsigned_header(stanzas)
        return self.with_header(encode_header(unsigned, self.file_key.header_mac(unsigned)))


@dataclass
class Forger:
    """Knows what the server knows, the department's key, and a key of its own."""

    evil: EvilPage
    key: SigningKey = field(default_factory=lambda: SigningKey(bytes(range(32))))
    position: int = 1_000

    def __post_init__(self) -> None:
        said = self.evil.replies("/api/vault")
        self.vault_id = VaultId(bytes.fromhex(said["vault_id"]))
        newest = parse_vault_record(dsse.parse(raw(said["records"][-1])).payload)
        self.recipient = HybridRecipient.from_string(newest.reading.recipient)

    @property
    def department(self) -> SigningKey:
        return SigningKey(self.evil.city.home(ISSUER).secrets().signing_seed)

    def forge(self, name: str, *, signer: SigningKey | None = None, **fields: Any) -> Forged:  # noqa: ANN401 -- any field
        """Seal a document to the victim; without changes it is as good as one from the department."""
        title = f"{MARK} {name}"
        common = DocumentFields(
            self.evil.city.root.city,
            Slug(ISSUER),
            Slug("permit"),
            "party-a-1",
            ToVault(self.vault_id),
            title,
            "fr",
            unix_time(int(time.time())),
        )
        # Sealed to a key of ours first: so the forger has the file key and can write any header for it.
        own = HybridIdentity.generate()
        plaintext = small_pdf(title)
        sealed = seal_document(replace(common, **fields), signer or self.department, own.recipient, plaintext)
        file_key = open_header(sealed.header, [own])
        header = seal_header(file_key, (self.recipient,))
        self.position += 1
        row = {
            "document_id": sealed.document_id.hex(),
            "position": self.position,
            "header": b64(header),
            "card": b64(sealed.card),
            "size": len(sealed.body),
            "issuer": ISSUER,
            "delivered_at": "2026-01-02T03:04:05Z",
            "opened": False,
            "logged": True,
        }
        return Forged(fields.get("title", title), row, sealed.body, file_key)

    def classical(self, forged: Forged) -> Stanza:
        """A stanza for the classical half of the victim's key, of which age's X25519 recipient is made."""
        public = self.recipient.raw[-X25519_SIZE:]
        mine = X25519PrivateKey.generate()
        share = mine.public_key().public_bytes_raw()
        secret = mine.exchange(X25519PublicKey.from_public_bytes(public))
        wrap = HKDF(SHA256(), 32, share + public, b"age-encryption.org/v1/X25519").derive(secret)
        body = ChaCha20Poly1305(wrap).encrypt(ZERO_NONCE, forged.file_key.raw, None)
        return Stanza("X25519", (to_raw_base64(share).decode(),), body)

    def forgeries(self) -> dict[str, tuple[Forged, str]]:
        """Every forged document by name, with the code that must refuse it."""
        return self._of_others() | self._of_other_formats() | self._altered()

    def _of_others(self) -> dict[str, tuple[Forged, str]]:
        other_vault = ToVault(VaultId(bytes(32)))
        other_code = ToClaim(LookupId(bytes(32)), 0, 1)
        named = self.forge("signé sous son nom", signer=self.key)
        envelope = dsse.parse(open_payload(named.file_key, raw(named.row["card"])))
        lines = [replace(one, keyid=dsse.keyid(self.department.public)) for one in envelope.signatures]
        lied = seal_payload(named.file_key, dsse.assemble(dsse.Kind.MANIFEST, envelope.payload, lines))
        return {
            "another key": (self.forge("signé par un autre", signer=self.key), "unknown-key"),
            "another key under the department's name": (named.with_card(lied), "bad-signature"),
            "an unknown issuer": (self.forge("des impôts", signer=self.key, issuer=Slug("impots")), "unknown-issuer"),
            "another city": (self.forge("de Laval", city=Slug("laval")), "wrong-city"),
            "another vault": (self.forge("de la voisine", recipient=other_vault), "wrong-vault"),
            "another code": (self.forge("une autre lettre", recipient=other_code), "wrong-vault"),
        }

    def _of_other_formats(self) -> dict[str, tuple[Forged, str]]:
        names = ("mixte", "phrase de passe", "classique", "version zéro", "armure", "inconnu")
        mixed, scrypt, classic, version, armor, grease = (self.forge(f"format {name}") for name in names)
        hybrid = self.recipient.wrap
        cheap = Stanza("scrypt", (to_raw_base64(bytes(16)).decode(), "1"), bytes(32))
        return {
            "hybrid and classical": (mixed.with_stanzas([hybrid(mixed.file_key), self.classical(mixed)]), "format"),
            "hybrid and scrypt": (scrypt.with_stanzas([hybrid(scrypt.file_key), cheap]), "format"),
            "classical alone": (classic.with_stanzas([self.classical(classic)]), "format"),
            "version 0": (version.with_header(raw(version.row["header"]).replace(b"/v1\n", b"/v0\n", 1)), "format"),
            "armor": (armor.with_header(encode_armor(raw(armor.row["header"]))), "format"),
            "an unknown stanza": (
                grease.with_stanzas([hybrid(grease.file_key), Stanza("x-grease", ("1",), b"")]),
                "format",
            ),
        }

    def _altered(self) -> dict[str, tuple[Forged, str]]:
        names = ("MAC", "carte", "clé", "étrangère", "en-tête", "corps")
        mac, card, wrap, foreign, swapped, other = (self.forge(f"altéré {name}") for name in names)
        stranger = HybridIdentity.generate().recipient
        return {
            "a bit of the MAC": (mac.with_header(flip(raw(mac.row["header"]), -20)), "verification"),
            "a bit of the card": (card.with_card(flip(raw(card.row["card"]), 100)), "verification"),
            "a bit of the wrap": (wrap.with_header(flip(raw(wrap.row["header"]), -70)), "not-for-this-key"),
            "another recipient": (foreign.with_header(seal_header(foreign.file_key, (stranger,))), "not-for-this-key"),
            "another card": (swapped.with_card(raw(other.row["card"])), "verification"),
            "another document": (replace(other, row=other.row | {"document_id": "ab" * 16}), "wrong-document"),
        }


def flip(data: bytes, at: int) -> bytes:
    """One symbol of a header's base64, or one bit of a card."""
    place = at % len(data)
    symbol = b"B" if data[place : place + 1] == b"A" else b"A"
    return data[:place] + symbol + data[place + 1 :]


def serving(*forged: Forged) -> Lie:
    """The city gives these documents as if they had been delivered."""
    rows = {one.id: one for one in forged}

    def tell(exchange: Exchange) -> Message | None:
        found = re.fullmatch(r"/api/documents/([0-9a-f]{32})(/body)?", exchange.path)
        if found is None or found[1] not in rows:
            return None
        one = rows[found[1]]
        if found[2] is None:
            return answer(exchange, b"").with_json(one.row)
        return answer(exchange, one.body, "application/octet-stream")

    return both(with_rows([one.row for one in forged]), tell)
