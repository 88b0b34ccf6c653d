"""Signed notes and verifier keys: strict, and written back to the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import LimitError, VouteError
from voute.format.ed25519 import BadSignatureError, SigningKey
from voute.tlog.note import (
    ED25519,
    MAX_NAME,
    MAX_NOTE,
    MAX_SIGNATURES,
    MLDSA44_COSIGNATURE,
    Note,
    NoteError,
    SignatureLine,
    VerifierKey,
    parse_signatures,
    sign_ed25519,
    verify_ed25519,
)

KEY = SigningKey(b"\x07" * 32)
PUBLIC = VerifierKey("example.com/foo", ED25519, KEY.public)
TEXT = "one\n\ntwo\n"
NOTE = Note(TEXT, (sign_ed25519(TEXT, PUBLIC.name, KEY),)).encode()

NAME = st.characters(blacklist_categories=["Cs", "Zs", "Zl", "Zp", "Cc"], blacklist_characters="+")
TEXT_CHARACTER = st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n")
names = st.text(NAME, min_size=1, max_size=20)
lines = st.builds(SignatureLine, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=40))
texts = st.text(TEXT_CHARACTER, max_size=80).map(lambda text: text + "\n")


@given(texts, st.lists(lines, min_size=1, max_size=16, unique_by=lambda line: (line.name, line.key_id)))
def test_note_parse_random_round_trip(text: str, signatures: list[SignatureLine]) -> None:
    note = Note(text, tuple(signatures))
    assert Note.parse(note.encode()) == note


@given(st.integers(0, len(NOTE) - 1), st.binary(max_size=3))
def test_note_parse_any_edit_refused_or_round_trips(at: int, put: bytes) -> None:
    edited = NOTE[:at] + put + NOTE[at + 1 :]
    try:
        note = Note.parse(edited)
    except NoteError:
        return
    assert note.encode() == edited
    line = note.by(PUBLIC)
    if edited != NOTE and line is not None:
        with pytest.raises(BadSignatureError):
            verify_ed25519(note.text, line, PUBLIC)


def test_note_verify_good_signature() -> None:
    note = Note.parse(NOTE)
    verify_ed25519(note.text, note.signatures[0], PUBLIC)
    other = VerifierKey(PUBLIC.name, ED25519, SigningKey(b"\x08" * 32).public)
    assert note.by(other) is None
    with pytest.raises(BadSignatureError):
        verify_ed25519(note.text, note.signatures[0], other)


def test_note_line_by_a_key_of_another_kind_refused() -> None:
    key = VerifierKey(PUBLIC.name, MLDSA44_COSIGNATURE, bytes(1312))
    line = SignatureLine(key.name, key.key_id, KEY.sign(TEXT.encode()))
    with pytest.raises(BadSignatureError, match="by another key"):
        verify_ed25519(TEXT, line, key)


def test_note_parse_too_long_refused() -> None:
    with pytest.raises(LimitError):
        Note.parse(bytes(MAX_NOTE + 1))


def test_note_of_exactly_the_limits_is_taken() -> None:
    lines = tuple(SignatureLine("n" * MAX_NAME, bytes([0, 0, 0, at]), b"x") for at in range(MAX_SIGNATURES))
    rest = len(Note("\n", lines).encode())
    note = Note("t" * (MAX_NOTE - rest) + "\n", lines)
    assert len(note.encode()) == MAX_NOTE
    assert Note.parse(note.encode()) == note
    with pytest.raises(LimitError):
        parse_signatures("".join(line.encode() for line in (*lines, SignatureLine("one more", bytes(4), b"x"))))


def test_note_signatures_without_lines_refused() -> None:
    for text in ("", "\n", "— a b"):
        with pytest.raises(NoteError):
            parse_signatures(text)


def test_note_lone_surrogate_refused() -> None:
    for act in (
        lambda: VerifierKey("a\ud800", ED25519, KEY.public),
        lambda: VerifierKey.parse("a\ud800+00000000+AA=="),
        lambda: sign_ed25519("a\ud800\n", "name", KEY),
    ):
        with pytest.raises(NoteError):
            act()


def test_vkey_parse_too_long_refused() -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse("a" * 5000)


def test_vkey_parse_nothing_of_a_longer_one_is_decoded() -> None:
    """The limit comes before the work: of two texts of the right shape the shorter is read, and is no key; the longer is not."""
    for size, detail in ((4096, "not a key of a known type"), (4097, "not a verifier key")):
        encoded = "AAAA" * 1000
        text = "n" * (size - len(encoded) - 10) + "+00000000+" + encoded
        assert len(text) == size
        with pytest.raises(NoteError, match=detail):
            VerifierKey.parse(text)


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{1,5}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{0,48}={0,2}", fullmatch=True))
def test_vkey_parse_random_text_refused(text: str) -> None:
    with pytest.raises(VouteError):
        VerifierKey.parse(text)
