"""Sealing and opening documents: what goes in comes out, to whom it is for and to nobody else."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.make_vectors import city, holder
from voute.core.errors import FormatError, LimitError, VouteError
from voute.core.ids import DocumentId, LookupId, Slug, VaultId
from voute.core.values import Money, parse_date
from voute.format import manifest
from voute.format.dsse import parse
from voute.format.manifest import Instalment, ToClaim, ToVault
from voute.format.signed_manifest import WrongCityError
from voute.format.trust_root import TrustRoot
from voute.seal import document
from voute.seal.agefile import open_file, payload_size, seal_payload
from voute.seal.document import (
    BodyMismatchError,
    DocumentFields,
    HeldClaim,
    Holder,
    SealedDocument,
    open_body,
    open_card,
    rewrap,
    seal_document,
)

VAULT = holder.vault_id()
FIELDS = DocumentFields(
    city=city.CITY,
    issuer=city.FINANCE,
    type=city.trust_root().issuers[0].document_types[0].id,
    party="T-004417",
    recipient=ToVault(VAULT),
    title="Compte de taxes 2026",
    language="fr",
    issued_at=city.ISSUED,
    due=parse_date("2026-03-02"),
    amount=Money(246_912),
    instalments=(Instalment(Money(246_912), parse_date("2026-03-02")),),
    action="pay",
)
OWNER = Holder(VAULT)
ROOT = city.trust_root()


def _seal(body: bytes = b"%PDF a bill", fields: DocumentFields = FIELDS) -> SealedDocument:
    return seal_document(fields, city.ISSUER_KEY, holder.READING_1.recipient, body)


def _open(sealed: SealedDocument) -> bytes:
    opened = open_card(sealed.header, sealed.card, [holder.READING_1], city.trust_root(), OWNER, wanted=sealed.document_id)
    return open_body(opened, sealed.body)


@given(st.binary(min_size=1, max_size=300))
def test_document_opens_to_what_was_sealed(body: bytes) -> None:
    assert _open(_seal(body)) == body


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 200_000])
def test_document_hashes_are_those_of_its_parts(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    sealed = _seal(body[:size])
    assert sealed.sealed_hash == hashlib.sha256(sealed.body).digest()
    assert sealed.plaintext_hash == hashlib.sha256(body[:size]).digest()
    assert sealed.manifest_hash == hashlib.sha256(parse(sealed.envelope).payload).digest()
    assert open_file(sealed.header + sealed.body, [holder.READING_1]) == body[:size]
    assert open_file(sealed.header + sealed.card, [holder.READING_1]) == sealed.envelope


@pytest.mark.parametrize("size", [1, 65_537])
def test_document_sealed_in_its_place_is_the_same_and_kept_once(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    around = bytearray(payload_size(size) + 2)
    place = memoryview(around)[1:-1]
    sealed = seal_document(FIELDS, city.ISSUER_KEY, holder.READING_1.recipient, memoryview(body)[:size], place)
    assert (sealed.body, around[0], around[-1]) == (b"", 0, 0)
    assert sealed.sealed_hash == hashlib.sha256(place).digest()
    assert _open(replace(sealed, body=bytes(place))) == body[:size]


def test_document_is_not_sealed_into_a_place_of_another_size() -> None:
    for wrong in (payload_size(3) - 1, payload_size(3) + 1):
        with pytest.raises(FormatError):
            seal_document(FIELDS, city.ISSUER_KEY, holder.READING_1.recipient, b"abc", memoryview(bytearray(wrong)))


def test_document_carries_all_that_its_issuer_said() -> None:
    fields = replace(
        FIELDS,
        supersedes=DocumentId(bytes(16)),
        minimum_assurance="double",
        sensitive=True,
        reply_by=FIELDS.due,
        payment_reference="8741260931",
    )
    assert None not in [getattr(fields, name) for name in DocumentFields.__slots__]
    sealed = _seal(fields=fields)
    opened = open_card(sealed.header, sealed.card, [holder.READING_1], city.trust_root(), OWNER)
    for name in DocumentFields.__slots__:
        assert getattr(opened.manifest, name) == getattr(fields, name)


def test_document_sealed_twice_has_nothing_in_common() -> None:
    one, two = _seal(), _seal()
    assert one.document_id != two.document_id
    assert not {one.header, one.card, one.body, one.envelope} & {two.header, two.card, two.body, two.envelope}


def test_document_shows_no_manifest_and_no_key() -> None:
    sealed = _seal()
    opened = open_card(sealed.header, sealed.card, [holder.READING_1], city.trust_root(), OWNER)
    assert opened.file_key.raw.hex() not in repr(opened)
    assert "envelope" not in repr(sealed)


@pytest.mark.parametrize("body", [b"", bytes(manifest.MAX_BODY + 1)])
def test_document_of_no_or_too_many_bytes_is_refused(body: bytes) -> None:
    with pytest.raises(LimitError):
        _seal(body)


def test_document_whose_card_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_CARD", 100)
    with pytest.raises(LimitError):
        _seal()


def test_document_with_a_card_too_long_is_not_opened() -> None:
    sealed = _seal()
    with pytest.raises(LimitError):
        open_card(sealed.header, bytes(65_569), [holder.READING_1], city.trust_root(), OWNER)


def test_document_fields_that_no_manifest_holds_are_refused() -> None:
    with pytest.raises(FormatError):
        _seal(fields=replace(FIELDS, title="a\u202eb"))


@given(st.data())
def test_document_changed_anywhere_is_refused(data: st.DataObject) -> None:
    sealed = _seal()
    part = data.draw(st.sampled_from(["header", "card", "body"]))
    raw = bytearray(getattr(sealed, part))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VouteError):
        _open(replace(sealed, **{part: bytes(raw)}))  # type: ignore[arg-type]


PARTS: dict[str, Callable[[SealedDocument, SealedDocument], SealedDocument]] = {
    "header": lambda one, two: replace(one, header=two.header),
    "card": lambda one, two: replace(one, card=two.card),
    "body": lambda one, two: replace(one, body=two.body),
    "header-and-card": lambda one, two: replace(one, header=two.header, card=two.card),
    "header-and-body": lambda one, two: replace(one, header=two.header, body=two.body),
}


@pytest.mark.parametrize("name", PARTS)
def test_document_mixed_from_two_is_refused(name: str) -> None:
    with pytest.raises(VouteError):
        _open(PARTS[name](_seal(), _seal()))


def test_document_body_error_says_nothing_of_the_cause() -> None:
    sealed = _seal()
    opened = open_card(sealed.header, sealed.card, [holder.READING_1], city.trust_root(), OWNER)
    for body in (b"", sealed.body[:-1], sealed.card):
        with pytest.raises(BodyMismatchError):
            open_body(opened, body)


def test_document_rewrapped_opens_with_the_new_key_alone() -> None:
    sealed = _seal()
    opened = open_card(sealed.header, sealed.card, [holder.READING_1], city.trust_root(), OWNER)
    header = rewrap(opened, [holder.READING_2.recipient])
    again = open_card(header, sealed.card, [holder.READING_2], city.trust_root(), OWNER)
    assert open_body(again, sealed.body) == b"%PDF a bill"
    with pytest.raises(VouteError):
        open_card(header, sealed.card, [holder.READING_1], city.trust_root(), OWNER)


def test_document_for_another_vault_is_refused_though_the_key_is_ours() -> None:
    sealed = _seal(fields=replace(FIELDS, recipient=ToVault(VaultId(bytes(32)))))
    with pytest.raises(document.WrongVaultError):
        _open(sealed)


CLAIM = HeldClaim(city.FINANCE, FIELDS.party, LookupId(bytes(range(32))), 3, 4)
TO_CLAIM = replace(FIELDS, recipient=ToClaim(CLAIM.lookup_id, CLAIM.slot, CLAIM.code_epoch))


def _open_for(sealed: SealedDocument, who: Holder, root: TrustRoot = ROOT, wanted: DocumentId | None = None) -> bytes:
    return open_body(open_card(sealed.header, sealed.card, [holder.READING_1], root, who, wanted), sealed.body)


def test_document_for_a_claim_opens_for_who_holds_all_of_it_or_its_code() -> None:
    sealed = _seal(fields=TO_CLAIM)
    for who in (
        Holder(VAULT, (CLAIM,)),
        Holder(None, (CLAIM,)),
        Holder(code=CLAIM.lookup_id),
        Holder(VAULT, (), CLAIM.lookup_id),
    ):
        assert _open_for(sealed, who) == b"%PDF a bill"


@pytest.mark.parametrize(
    "change",
    [{"issuer": city.PERMITS}, {"party": "T-2"}, {"lookup_id": LookupId(bytes(32))}, {"slot": 4}, {"code_epoch": 5}],
    ids=lambda change: next(iter(change)),
)
def test_document_for_a_claim_of_which_one_value_differs_is_refused(change: dict[str, object]) -> None:
    sealed = _seal(fields=TO_CLAIM)
    with pytest.raises(document.WrongVaultError):
        _open_for(sealed, Holder(VAULT, (replace(CLAIM, **change),), LookupId(bytes(32))))  # type: ignore[arg-type]


def test_document_for_a_vault_is_refused_to_who_has_none() -> None:
    with pytest.raises(document.WrongVaultError):
        _open_for(_seal(), Holder(None, (CLAIM,), CLAIM.lookup_id))


def test_document_of_another_city_or_not_the_one_asked_for_is_refused() -> None:
    sealed = _seal()
    assert _open_for(sealed, OWNER, wanted=sealed.document_id) == b"%PDF a bill"
    with pytest.raises(document.WrongDocumentError):
        _open_for(sealed, OWNER, wanted=DocumentId(bytes(16)))
    with pytest.raises(WrongCityError):
        _open_for(sealed, OWNER, root=replace(ROOT, city=Slug("autre")))


def test_document_and_card_of_exactly_their_limits_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = _seal()
    with monkeypatch.context() as limits:
        limits.setattr(document, "MAX_BODY", len(b"%PDF a bill"))
        limits.setattr(document, "MAX_CARD", len(sealed.envelope))
        assert _open(_seal()) == b"%PDF a bill"
        with pytest.raises(LimitError):
            _seal(b"%PDF a bill!")
        limits.setattr(document, "MAX_CARD", len(sealed.envelope) - 1)
        with pytest.raises(LimitError):
            _seal()
        with pytest.raises(LimitError):
            _open(sealed)


def test_document_body_of_another_length_or_content_is_not_what_was_signed() -> None:
    sealed = _seal()
    opened = open_card(sealed.header, sealed.card, [holder.READING_1], ROOT, OWNER)
    for other in (b"%PDF a bill!", b"%PDF a bilk", b"%PDF a bil"):
        with pytest.raises(BodyMismatchError, match="another file"):
            open_body(opened, seal_payload(opened.file_key, other))
