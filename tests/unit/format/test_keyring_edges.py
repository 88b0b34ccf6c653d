"""Keyring, kit and typed code: what is at a bound is read, what is beyond it is refused by its field."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import city, holder
from voute.core.errors import FormatError
from voute.core.ids import LookupId, MethodId, Slug
from voute.format import keyring as module
from voute.format.bech32 import encode_bech32
from voute.format.claim_code import MAX_TYPED, CodeLengthError, read_code, write_code
from voute.format.keyring import MAX_CLAIMS, MAX_METHOD_NAME, Keyring, KeyringClaim, parse_keyring
from voute.format.kit import MAX_KIT, Kit, parse_kit
from voute.format.manifest import MAX_PARTY
from voute.format.vault_record import MAX_METHODS, MAX_RECORDS

U32_MAX = 2**32 - 1
KEYRING = holder.keyring(2)
CLAIM = KEYRING.claims[0]
METHOD = KEYRING.methods[0]


def _claims(number: int) -> tuple[KeyringClaim, ...]:
    return tuple(replace(CLAIM, lookup_id=LookupId(at.to_bytes(32, "big"))) for at in range(number))


def _methods(number: int) -> Keyring:
    return replace(KEYRING, methods=tuple(replace(METHOD, id=MethodId(at.to_bytes(16, "big"))) for at in range(number)))


TAKEN: dict[str, Callable[[], Keyring]] = {
    "no claim": lambda: replace(KEYRING, claims=()),
    "most claims": lambda: replace(KEYRING, claims=_claims(MAX_CLAIMS), methods=KEYRING.methods[:1]),
    "longest claim": lambda: replace(
        KEYRING, claims=(replace(CLAIM, party="p" * MAX_PARTY, slot=U32_MAX, code_epoch=U32_MAX, issuer=city.PERMITS),)
    ),
    "one method": lambda: _methods(1),
    "most methods": lambda: _methods(MAX_METHODS),
    "longest name": lambda: replace(KEYRING, methods=(replace(METHOD, name="n" * MAX_METHOD_NAME),)),
    "most readings": lambda: replace(KEYRING, readings=KEYRING.readings[:1] * MAX_RECORDS),
    "no root": lambda: replace(KEYRING, root_seed=None),
    "number 1": lambda: replace(KEYRING, number=1, trust_root_version=1),
}


@pytest.mark.parametrize("name", TAKEN)
def test_keyring_at_a_bound_reads_back(name: str) -> None:
    assert parse_keyring(TAKEN[name]().encode()) == TAKEN[name]()


REFUSED: list[tuple[str, Callable[[], Keyring]]] = [
    ("claims", lambda: replace(KEYRING, claims=_claims(MAX_CLAIMS + 1), methods=KEYRING.methods[:1])),
    ("party", lambda: replace(KEYRING, claims=(replace(CLAIM, party="p" * (MAX_PARTY + 1)),))),
    ("party", lambda: replace(KEYRING, claims=(replace(CLAIM, party=""),))),
    ("slot", lambda: replace(KEYRING, claims=(replace(CLAIM, slot=U32_MAX + 1),))),
    ("code_epoch", lambda: replace(KEYRING, claims=(replace(CLAIM, code_epoch=-1),))),
    ("methods", lambda: _methods(MAX_METHODS + 1)),
    ("kind", lambda: replace(KEYRING, methods=(replace(METHOD, kind="password"),))),
    ("number", lambda: replace(KEYRING, number=0)),
    ("trust_root_version", lambda: replace(KEYRING, trust_root_version=0)),
]


@pytest.mark.parametrize(("field", "make"), REFUSED, ids=range(len(REFUSED)))
def test_keyring_beyond_a_bound_is_refused_by_its_field(field: str, make: Callable[[], Keyring]) -> None:
    with pytest.raises(FormatError) as caught:
        parse_keyring(make().encode())
    assert caught.value.facts == {"field": field}
    assert caught.value.detail.startswith("keyring.")


def test_keyring_that_breaks_a_rule_is_not_written() -> None:
    for field, wrong in (
        ("methods", replace(KEYRING, methods=())),
        ("methods", replace(KEYRING, methods=(METHOD, METHOD))),
        ("claims", replace(KEYRING, claims=(CLAIM, CLAIM))),
    ):
        with pytest.raises(FormatError) as caught:
            wrong.encode()
        assert caught.value.facts == {"field": field}
    for wrong in (
        replace(KEYRING, readings=()),
        replace(KEYRING, readings=KEYRING.readings[:1] * (MAX_RECORDS + 1)),
        replace(KEYRING, readings=("AGE-SECRET-KEY-PQ-1",)),
        replace(KEYRING, claims=(replace(CLAIM, secret="none"),)),
        replace(KEYRING, methods=(replace(METHOD, name="n" * (MAX_METHOD_NAME + 1)),)),
    ):
        with pytest.raises(FormatError):
            wrong.encode()


def test_keyring_of_exactly_its_limit_is_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = KEYRING.encode()
    monkeypatch.setattr(module, "MAX_PLAINTEXT", len(raw))
    assert parse_keyring(KEYRING.encode()) == KEYRING
    monkeypatch.setattr(module, "MAX_PLAINTEXT", len(raw) - 1)
    with pytest.raises(FormatError, match="too long"):
        parse_keyring(raw)
    with pytest.raises(FormatError, match="too long"):
        KEYRING.encode()


RAW = KEYRING.encode()
LINES = RAW.split(b"\n")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([b"# voute keyring v2", *LINES[1:]], "not its lines"),
        ([*LINES[:1], b"#" + LINES[1][2:], *LINES[2:]], "not its lines"),
        (LINES[:-1], "not its lines"),
        ([*LINES[:-1], b"x"], "not its lines"),
        ([*LINES[:-1], b"more", b""], "not its lines"),
        ([*LINES, b""], "not its lines"),
        ([*LINES[:2], *LINES[4:]], "label of a key line"),
        ([*LINES[:2], b"# reading 2", *LINES[3:]], "label of a key line"),
        ([*LINES[:-1], *LINES[-3:]], "label of a key line"),
        ([*LINES[:-1], b"# reading 3", LINES[3], b""], "label of a key line"),
        ([*LINES[:-3], b""], "not the claim lines that follow"),
        ([LINES[0], b"# {}", *LINES[2:]], "keyring: missing or unknown key"),
    ],
    ids=range(12),
)
def test_keyring_of_other_lines_is_refused(lines: list[bytes], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse_keyring(b"\n".join(lines))


KIT = holder.kit()


def test_kit_of_exactly_its_limit_is_read() -> None:
    raw = KIT.encode()
    longest = raw + b"\n" * (MAX_KIT - len(raw))
    assert parse_kit(longest) == KIT
    with pytest.raises(FormatError, match="too long"):
        parse_kit(longest + b"\n")


def test_kit_is_read_as_people_hand_it_over() -> None:
    raw = KIT.encode(["Voûte — à garder", "", "  "])
    assert raw.count(b"#\n") == 2
    assert "\n# Voûte — à garder\n".encode() in raw
    for handed in (
        raw,
        raw.replace(b"\n", b"\r\n"),
        raw.replace(b"\n", b" \t\n \n"),
        raw.replace(KIT.secret.encode(), KIT.secret.lower().encode()),
        b"\n\n" + raw.rstrip(b"\n"),
    ):
        assert parse_kit(handed) == KIT


@pytest.mark.parametrize("space", ["\u00a0", "\x0b", "\x0c", "\x1c", "\u2028", "\u3000"])
def test_kit_behind_a_space_that_not_every_program_sees_is_refused(space: str) -> None:
    with pytest.raises(FormatError):
        parse_kit(KIT.encode().replace(KIT.secret.encode(), (space + KIT.secret).encode()))


def test_kit_keeps_a_letter_at_the_end_of_its_key_and_a_city_named_like_a_label() -> None:
    keys = (encode_bech32("AGE-SECRET-KEY-PQ-", number.to_bytes(32, "big")) for number in range(10_000))
    kit = replace(KIT, city=Slug("voute-kit"), secret=next(key for key in keys if key.endswith("X")))
    assert parse_kit(kit.encode()) == kit


def _without(kit: Kit, line: int) -> bytes:
    lines = kit.encode().splitlines(keepends=True)
    return b"".join(lines[:line] + lines[line + 1 :])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (_without(KIT, 0), "another order"),
        (_without(KIT, 2), "another order"),
        (_without(KIT, 4), "a line is missing"),
        (_without(KIT, 5), "not one secret key line"),
        (KIT.encode() + KIT.secret.encode(), "not one secret key line"),
        (KIT.encode() + b"# created: 2026-01-15T14:00:00Z\n", "a line twice"),
        (KIT.encode().replace(b"voute-kit: 1", b"voute-kit: 2"), "a line is missing"),
        (KIT.encode().replace(KIT.secret.encode(), "ſ".encode()), "bech32|hybrid|key"),
    ],
    ids=range(8),
)
def test_kit_with_a_line_missing_twice_or_moved_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse_kit(raw)


def test_kit_refusal_of_a_line_names_it() -> None:
    with pytest.raises(FormatError) as caught:
        parse_kit(_without(KIT, 2))
    assert caught.value.facts == {"field": "method"}


def test_code_typed_with_as_many_spaces_as_allowed_is_read() -> None:
    code = write_code(bytes(15))
    typed = code + " " * (MAX_TYPED - len(code))
    assert read_code(typed) == bytes(15)
    with pytest.raises(CodeLengthError) as caught:
        read_code(typed + " ")
    assert caught.value.facts == {"found": MAX_TYPED + 1, "expected": 24}
