"""A vault's index: every value that may be absent is kept, each bound is taken and none beyond, written as it is read."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import index as vectors
from tools.make_vectors.holder import READING_1, ROOT
from voute.core.errors import FormatError
from voute.core.ids import DocumentId, Hash, Slug
from voute.core.values import Money, parse_date
from voute.format import canonical, dsse
from voute.format import vault_index as module
from voute.format.dsse import MAX_ENVELOPE
from voute.format.manifest import MAX_BODY, MAX_INSTALMENTS, MAX_PAYMENT_REFERENCE, MAX_TITLE, Instalment
from voute.format.vault_index import (
    FILE_KEY_SIZE,
    MAX_FOLDER,
    MAX_NOTE,
    IndexEntry,
    Marks,
    Offer,
    VaultIndex,
    parse_vault_index,
)
from voute.seal.agefile import seal_file
from voute.seal.vault_index import open_vault_index

INDEX = vectors.index()
DAY = parse_date("2026-03-02")
FULL = replace(
    INDEX.documents[0],
    title="t" * MAX_TITLE,
    language="en",
    size=MAX_BODY,
    due=DAY,
    reply_by=parse_date("2026-03-03"),
    amount=Money(12, "USD"),
    instalments=(Instalment(Money(1, "EUR"), DAY),) * MAX_INSTALMENTS,
    payment_reference="r" * MAX_PAYMENT_REFERENCE,
    action="reply",
    supersedes=DocumentId(bytes(range(16))),
    sensitive=True,
    marks=Marks(handled=True, own_title="o" * MAX_TITLE, folder="f" * MAX_FOLDER, note="n" * MAX_NOTE),
)
LEAST = replace(
    FULL,
    title="t",
    size=1,
    due=None,
    reply_by=None,
    amount=None,
    instalments=(),
    payment_reference=None,
    action=None,
    supersedes=None,
    sensitive=False,
    marks=Marks(),
)


def _of(*entries: IndexEntry) -> VaultIndex:
    return replace(INDEX, documents=entries)


def _many(number: int) -> VaultIndex:
    return _of(*(replace(LEAST, document_id=DocumentId(at.to_bytes(16, "big"))) for at in range(number)))


@pytest.mark.parametrize(
    "one", [_of(FULL), _of(LEAST), _of(), replace(_of(LEAST), number=2, previous=Hash(bytes(32)))], ids=range(4)
)
def test_vault_index_of_all_or_nothing_reads_back(one: VaultIndex) -> None:
    assert parse_vault_index(one.encode()) == one


LONGER: dict[str, IndexEntry] = {
    "title": replace(FULL, title="t" * (MAX_TITLE + 1)),
    "payment_reference": replace(FULL, payment_reference="r" * (MAX_PAYMENT_REFERENCE + 1)),
    "own_title": replace(FULL, marks=replace(FULL.marks, own_title="o" * (MAX_TITLE + 1))),
    "folder": replace(FULL, marks=replace(FULL.marks, folder="f" * (MAX_FOLDER + 1))),
    "note": replace(FULL, marks=replace(FULL.marks, note="n" * (MAX_NOTE + 1))),
    "size": replace(FULL, size=MAX_BODY + 1),
    "no size": replace(FULL, size=0),
    "file_key": replace(FULL, file_key=bytes(FILE_KEY_SIZE + 1)),
    "short key": replace(FULL, file_key=bytes(FILE_KEY_SIZE - 1)),
}


@pytest.mark.parametrize("name", LONGER)
def test_vault_index_with_a_value_beyond_its_bound_is_not_written(name: str) -> None:
    with pytest.raises(FormatError):
        _of(LONGER[name]).encode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "t" * (MAX_TITLE + 1)),
        ("title", ""),
        ("payment_reference", "r" * (MAX_PAYMENT_REFERENCE + 1)),
        ("own_title", "o" * (MAX_TITLE + 1)),
        ("folder", "f" * (MAX_FOLDER + 1)),
        ("note", "n" * (MAX_NOTE + 1)),
        ("size", 0),
        ("size", MAX_BODY + 1),
        ("file_key", "AAAA"),
        ("file_key", "A" * 28),
        ("language", "es"),
        ("action", "forget"),
        ("handled", None),
        ("sensitive", 1),
    ],
)
def test_vault_index_with_a_value_beyond_its_bound_is_refused_by_its_field(field: str, value: canonical.Json) -> None:
    tree = canonical.loads(_of(LEAST).encode())
    assert isinstance(tree, dict)
    entry = tree["documents"][0]
    with pytest.raises(FormatError) as caught:
        parse_vault_index(canonical.dumps({**tree, "documents": [{**entry, field: value}]}))
    assert caught.value.facts == {"field": field}
    assert caught.value.detail.startswith("index")


def _refusal(act: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(FormatError) as caught:
        act()
    return caught.value.detail, caught.value.facts.get("field")


def test_vault_index_holds_the_most_documents_sorted_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    three = _many(3).encode()
    monkeypatch.setattr(module, "MAX_DOCUMENTS", 2)
    assert parse_vault_index(_many(2).encode()) == _many(2)
    assert _refusal(_many(3).encode) == ("index.documents: too many", "documents")
    assert _refusal(lambda: parse_vault_index(three))[1] == "documents"
    for wrong in (_of(LEAST, LEAST), _of(*_many(2).documents[::-1])):
        assert _refusal(wrong.encode) == ("index.documents: not sorted, or one twice", "documents")


def test_vault_index_of_exactly_its_limit_is_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = INDEX.encode()
    monkeypatch.setattr(module, "MAX_PAYLOAD", len(raw))
    assert parse_vault_index(INDEX.encode()) == INDEX
    monkeypatch.setattr(module, "MAX_PAYLOAD", len(raw) - 1)
    assert _refusal(INDEX.encode)[0] == "index: too long"
    assert _refusal(lambda: parse_vault_index(raw))[0] == f"more than {len(raw) - 1} bytes"


def _offered(number: int) -> VaultIndex:
    return replace(_of(), offered=tuple(Offer(Slug("finances"), Slug(f"t{at:04}")) for at in range(number)))


def test_vault_index_with_offers_is_version_2_and_without_any_version_1() -> None:
    for number, version in ((0, 1), (1, 2), (module.MAX_OFFERED, 2)):
        raw = _offered(number).encode()
        tree = canonical.loads(raw)
        assert isinstance(tree, dict)
        assert tree["version"] == version
        assert parse_vault_index(raw) == _offered(number)


def test_vault_index_holds_the_most_offers_sorted_and_each_once() -> None:
    assert _refusal(_offered(module.MAX_OFFERED + 1).encode) == ("index.offered: too many", "offered")
    two = _offered(2)
    for wrong in (two.offered[::-1], two.offered[:1] * 2):
        assert _refusal(replace(two, offered=wrong).encode) == ("index.offered: not sorted, or one twice", "offered")


def test_vault_index_is_numbered_from_1() -> None:
    assert _refusal(lambda: parse_vault_index(replace(INDEX, number=0).encode()))[1] == "number"


def test_vault_index_longer_than_any_other_statement_opens() -> None:
    large = _many(1_500)
    sealed = seal_file((READING_1.recipient,), dsse.sign(dsse.Kind.VAULT_INDEX, large.encode(), ROOT))
    assert len(sealed) > MAX_ENVELOPE
    assert open_vault_index(sealed, [READING_1], ROOT.public, large.city, large.vault_id) == large


@pytest.mark.parametrize("version", [b"1", b"3", b"4"])
def test_vault_index_with_offers_is_of_version_2_and_no_other(version: bytes) -> None:
    raw = _offered(1).encode().replace(b'"version":2', b'"version":' + version)
    what, field = _refusal(lambda: parse_vault_index(raw))
    assert what.startswith("index.version")
    assert field == "version"
