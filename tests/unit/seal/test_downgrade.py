"""No older format, no weaker recipient, no password: refused by shape, before a key touches anything, and never mixed."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from tests.support.age_classic import ZERO_NONCE, ScryptIdentity, X25519Identity, decode_armor, encode_armor
from tests.support.age_kit import Vector, list_vectors, read_vector
from tests.support.mutants import mutated
from tests.support.project import ROOT, source_modules
from voute.core.errors import FormatError, VouteError
from voute.format.age_header import HYBRID_TYPE, Header, Stanza, parse_header, to_raw_base64, unsigned_header
from voute.format.bech32 import encode_bech32
from voute.seal.agefile import open_file, open_header, seal_file, seal_header, seal_payload
from voute.seal.file_key import FileKey
from voute.seal.hybrid import HybridIdentity, HybridRecipient

KEY = FileKey(b"sixteen bytes ok")
IDENTITIES = [HybridIdentity(bytes([number]) * 32) for number in range(1, 5)]
PASSWORDS = [name for name in list_vectors() if name.startswith("scrypt")]
KDF_NAMES = ("scrypt", "pbkdf2", "argon2", "bcrypt")
COST_NAMES = ("iterations", "logn", "log_n", "work_factor", "workfactor", "memory_cost", "rounds", "kdf")


class Untouched(HybridIdentity):
    """A key that says so when anything is tried with it."""

    @override
    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey:
        raise AssertionError(stanzas)


class ClassicalRecipient:
    """`age1…` (C2SP age.md, "The X25519 recipient type"): what every age before 1.3 seals to."""

    def __init__(self, private: X25519PrivateKey) -> None:
        self._public = private.public_key()

    def wrap(self, file_key: FileKey) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share, theirs = ephemeral.public_key().public_bytes_raw(), self._public.public_bytes_raw()
        derive = HKDF(SHA256(), 32, share + theirs, b"age-encryption.org/v1/X25519")
        wrapped = ChaCha20Poly1305(derive.derive(ephemeral.exchange(self._public))).encrypt(ZERO_NONCE, file_key.raw, None)
        return Stanza("X25519", (to_raw_base64(share).decode(),), wrapped)


CLASSICAL = X25519PrivateKey.from_private_bytes(b"classical".ljust(32))
CLASSICAL_IDENTITY = X25519Identity(encode_bech32("AGE-SECRET-KEY-", CLASSICAL.private_bytes_raw()))
OLD = ClassicalRecipient(CLASSICAL)


def file_of(recipients: Sequence[HybridRecipient | ClassicalRecipient]) -> bytes:
    """An age file as any other age writes it: its MAC holds."""
    stanzas = [one.wrap(KEY) for one in recipients]
    return Header(tuple(stanzas), KEY.header_mac(unsigned_header(stanzas))).encode() + seal_payload(KEY, b"for all of them")


HYBRID_FILE = file_of([IDENTITIES[0].recipient])


# -- A6: no password, no cost


@pytest.mark.attack("A6")
def test_downgrade_password_files_of_the_kit_are_refused_before_a_key_is_tried() -> None:
    assert len(PASSWORDS) >= 25
    for name in PASSWORDS:
        vector = read_vector(name)
        data = decode_armor(vector.data) if vector.armored else vector.data
        with pytest.raises(FormatError):
            open_file(data, [Untouched(bytes(32))])


@pytest.mark.attack("A6")
def test_downgrade_there_is_no_password_function_and_no_cost_to_lower() -> None:
    """In no module of the package, and in no member of the interface."""
    named = {
        name
        for module in source_modules()
        for node in ast.walk(module.tree)
        for name in (getattr(node, "attr", ""), getattr(node, "id", ""), getattr(node, "name", ""))
        if isinstance(name, str) and any(one in name.lower() for one in (*KDF_NAMES, *COST_NAMES[:6]))
    }
    assert named == set()
    interface = (ROOT / "docs" / "api" / "openapi.json").read_text("utf-8").lower()
    assert [name for name in (*KDF_NAMES, *COST_NAMES) if f'"{name}"' in interface] == []


@pytest.mark.control("A6", "A7", "A8")
def test_downgrade_control_hybrid_files_open() -> None:
    assert open_file(HYBRID_FILE, [IDENTITIES[0]]) == b"for all of them"
    assert open_file(seal_file([one.recipient for one in IDENTITIES], b"many"), [IDENTITIES[3]]) == b"many"
    vector = read_vector("hybrid")
    assert open_file(vector.data, vector.identities)  # type: ignore[arg-type] # the kit's identity is hybrid


@pytest.mark.mutant("A6")
def test_downgrade_mutant_that_takes_any_stanza_does_the_work_that_the_file_asks_for() -> None:
    good = [vector for vector in map(read_vector, PASSWORDS) if vector.expect == "success"]
    assert good
    for vector in good:
        passwords = [one for one in vector.identities if isinstance(one, ScryptIdentity)]
        with pytest.raises(FormatError):
            open_file(vector.data, passwords)  # type: ignore[arg-type] # a mutant's identities
        with mutated("takes any stanza"):
            open_file(vector.data, passwords)  # type: ignore[arg-type]


# -- A7: one format


def with_version(version: bytes) -> bytes:
    return HYBRID_FILE.replace(b"age-encryption.org/v1", version, 1)


def only(kind: str) -> bytes:
    """The hybrid stanza under another name, as a later or earlier type."""
    header, size = parse_header(HYBRID_FILE)
    stanzas = [replace(one, type=kind) for one in header.stanzas]
    return Header(tuple(stanzas), KEY.header_mac(unsigned_header(stanzas))).encode() + HYBRID_FILE[size:]


DOWNGRADES: dict[str, Callable[[], bytes]] = {
    "classical stanza alone": lambda: file_of([OLD]),
    "version 0": lambda: with_version(b"age-encryption.org/v0"),
    "version 2": lambda: with_version(b"age-encryption.org/v2"),
    "no version": lambda: with_version(b""),
    "armor": lambda: encode_armor(HYBRID_FILE),
    "legacy stanza": lambda: only("mlkem768x25519-draft"),
    "P-256 stanza": lambda: only("piv-p256"),
    "no stanza": lambda: HYBRID_FILE[: HYBRID_FILE.index(b"-> ")] + HYBRID_FILE[HYBRID_FILE.index(b"--- ") :],
}


@pytest.mark.attack("A7")
@pytest.mark.parametrize("name", DOWNGRADES)
def test_downgrade_of_the_format_is_refused_before_a_key_is_tried(name: str) -> None:
    file = DOWNGRADES[name]()
    with pytest.raises(FormatError):
        open_file(file, [Untouched(bytes(32))])


@pytest.mark.attack("A7")
def test_downgrade_stanzas_of_the_kit_that_are_not_hybrid_are_refused_before_a_key_is_tried() -> None:
    tried = 0
    for vector in map(read_vector, list_vectors()):
        if not is_hybrid(vector):
            tried += 1
            with pytest.raises(FormatError):
                open_file(vector.data, [Untouched(bytes(32))])
    assert tried > 100


def is_hybrid(vector: Vector) -> bool:
    try:
        header, _ = parse_header(vector.data)
    except VouteError:
        return False
    return all(stanza.type == HYBRID_TYPE for stanza in header.stanzas)


@pytest.mark.mutant("A7")
def test_downgrade_mutant_that_takes_any_stanza_opens_the_classical_file() -> None:
    with mutated("takes any stanza"):
        assert open_file(file_of([OLD]), [CLASSICAL_IDENTITY]) == b"for all of them"  # type: ignore[list-item] # the mutant's


# -- A8: never both

RECIPIENTS = st.lists(st.sampled_from([*(one.recipient for one in IDENTITIES), OLD]), min_size=1, max_size=6)


@pytest.mark.attack("A8")
@pytest.mark.control("A8")
@given(recipients=RECIPIENTS)
def test_downgrade_recipients_are_hybrid_all_of_them_or_nothing_is_written_or_read(
    recipients: list[HybridRecipient | ClassicalRecipient],
) -> None:
    file, hybrid = file_of(recipients), [one for one in recipients if isinstance(one, HybridRecipient)]
    if len(hybrid) == len(recipients):
        assert open_file(file, IDENTITIES) == b"for all of them"
        assert open_header(seal_header(KEY, hybrid), IDENTITIES) == KEY
        return
    with pytest.raises(FormatError):
        seal_file(recipients, b"mixed")  # type: ignore[arg-type] # what the types forbid too
    with pytest.raises(FormatError):
        open_file(file, IDENTITIES)


@pytest.mark.attack("A8")
def test_downgrade_recipient_that_is_classical_does_not_even_parse() -> None:
    classical = encode_bech32("age", CLASSICAL.public_key().public_bytes_raw())
    with pytest.raises(FormatError):
        HybridRecipient.from_string(classical)


@pytest.mark.mutant("A8")
def test_downgrade_mutants_write_and_read_a_file_that_is_only_classically_safe() -> None:
    both: list[HybridRecipient | ClassicalRecipient] = [IDENTITIES[0].recipient, OLD]
    with mutated("takes any stanza"):
        assert open_file(file_of(both), IDENTITIES) == b"for all of them"
    with mutated("seals to anyone"):
        written = seal_file(both, b"mixed")  # type: ignore[arg-type]
    assert {stanza.type for stanza in parse_header(written)[0].stanzas} == {HYBRID_TYPE, "X25519"}
