"""Timestamps of checkpoints: what an authority (OpenSSL's) answers, read strictly; about this text, by this chain, or refused."""

import base64
import hashlib
import re
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from tests.support.log_world import World
from tests.support.tsa import Authority, make_authority
from voute.core.errors import FormatError
from voute.format.receipt import MAX_TIMESTAMP
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.timestamp import (
    MAX_RESPONSE,
    Chain,
    Query,
    Stamped,
    TimestampBadError,
    stamp_path,
    stamped_time,
    verify_response,
)

SIGNED = World().signed(9, bytes(range(32)))
HEAD = SIGNED.head


@dataclass(frozen=True)
class Asked:
    """An authority, a question to it, and its answer."""

    authority: Authority
    chain: Chain
    query: Query
    answer: bytes

    @property
    def root(self) -> bytes:
        return self.authority.certificates.read_bytes()

    @property
    def signer(self) -> bytes:
        return (self.authority.folder / "tsa.pem").read_bytes()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return ask(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return ask(tmp_path_factory.mktemp("stranger"))


def ask(folder: Path) -> Asked:
    authority = make_authority(folder)
    query = Query.about(HEAD)
    return Asked(authority, Chain.of_pem(authority.certificates.read_bytes()), query, authority.answer(query.body))


@pytest.mark.parametrize(
    ("size", "path"),
    [(0, "000"), (7, "007"), (999, "999"), (1_000, "x001/000"), (1_234_067, "x001/x234/067"), (10**9, "x001/x000/x000/000")],
)
def test_timestamp_path_is_in_groups_of_three(size: int, path: str) -> None:
    assert stamp_path(size) == f"timestamp/{path}"


def test_timestamp_chain_is_made_of_roots_and_of_what_leads_to_them(asked: Asked, stranger: Asked) -> None:
    assert [one.subject for one in asked.chain.roots] == [x509.load_pem_x509_certificate(asked.root).subject]
    assert asked.chain.others == ()
    both = Chain.of_pem(asked.signer + asked.root + stranger.root)
    assert both.roots == (*asked.chain.roots, *stranger.chain.roots)
    assert both.others == (x509.load_pem_x509_certificate(asked.signer),)
    assert verify_response(asked.answer, HEAD, both) == verify_response(asked.answer, HEAD, asked.chain)
    for data, detail in (
        (b"", "no certificates"),
        (b"none", "no certificates"),
        (asked.signer, "no root certificate among them"),
        (of_version_five(asked.root), "no certificates"),
    ):
        with pytest.raises(FormatError) as caught:
            Chain.of_pem(data)
        assert caught.value.detail == detail


def of_version_five(pem: bytes) -> bytes:
    der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    changed = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020104"), 1)
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(changed) + b"-----END CERTIFICATE-----\n"


def test_timestamp_question_is_about_the_text_has_a_nonce_and_wants_certificates(tmp_path: Path) -> None:
    first, second = Query.about(HEAD), Query.about(HEAD)
    assert first.text == HEAD.encode().encode()
    assert isinstance(first.nonce, int)
    (tmp_path / "query").write_bytes(first.body)
    command = ["openssl", "ts", "-query", "-in", str(tmp_path / "query"), "-text"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Hash Algorithm: sha256" in said
    assert "Certificate required: yes" in said
    [printed] = re.findall(r"^Nonce: 0x([0-9A-F]+)$", said, re.MULTILINE)
    assert int(printed, 16) == first.nonce  # printed in whole bytes: the first digit may be 0
    assert hashlib.sha256(first.text).digest() in first.body
    assert first.nonce != second.nonce


def test_timestamp_answer_gives_its_time_to_who_asked(asked: Asked) -> None:
    told = verify_response(asked.answer, HEAD, asked.chain, asked.query.nonce)
    assert isinstance(told, int)
    assert abs(told - time.time()) < 600
    assert verify_response(asked.answer, HEAD, asked.chain) == told
    assert asked.authority.accepts(asked.answer, HEAD.encode().encode())


def refused(answer: bytes, head: Checkpoint, chain: Chain, nonce: int | None = None) -> str:
    with pytest.raises(TimestampBadError) as caught:
        verify_response(answer, head, chain, nonce)
    assert caught.value.detail
    return caught.value.detail


def test_timestamp_about_another_text_by_another_authority_or_to_another_question_is_refused(
    asked: Asked, stranger: Asked
) -> None:
    assert refused(asked.answer, replace(HEAD, size=10), asked.chain) == "about another text"
    assert "about another text" not in refused(asked.answer, HEAD, stranger.chain)
    assert "nonce" in refused(asked.answer, HEAD, asked.chain, (asked.query.nonce or 0) + 1).lower()
    # The imprint alone is held by our own look: an authority's signature over another hash of this text is none of it.
    other = sha512_answer(asked)
    assert refused(other, HEAD, asked.chain) == "about another text"


def sha512_answer(asked: Asked) -> bytes:
    text = HEAD.encode().encode()
    builder = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA512)
    return asked.authority.answer(builder.cert_request(cert_request=True).build().as_bytes())


def test_timestamp_by_an_authority_that_a_root_vouches_for_through_another(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "tsa", through_another=True)
    answer = authority.answer(Query.about(HEAD).body)
    root, middle = authority.certificates.read_bytes(), (authority.folder / "middle.pem").read_bytes()
    assert verify_response(answer, HEAD, Chain.of_pem(root + middle)) == verify_response(
        answer, HEAD, Chain.of_pem(middle + root)
    )
    assert refused(answer, HEAD, Chain.of_pem(root))


def test_timestamp_changed_answers_never_verify_as_another_time(asked: Asked) -> None:
    told = verify_response(asked.answer, HEAD, asked.chain)
    kinds = set()
    for at in range(0, len(asked.answer), 5):
        changed = asked.answer[:at] + bytes([asked.answer[at] ^ 1]) + asked.answer[at + 1 :]
        try:
            assert verify_response(changed, HEAD, asked.chain) == told
        except (TimestampBadError, FormatError) as error:
            kinds.add(type(error))
    assert kinds == {TimestampBadError, FormatError}


def test_timestamp_answer_is_der_and_nothing_else(asked: Asked) -> None:
    for broken, detail in (
        (b"", "timestamp: not an answer of RFC 3161"),
        (b"\x30\x00", "timestamp: not an answer of RFC 3161"),
        (asked.answer[:-1], "timestamp: not an answer of RFC 3161"),
        (bytes(MAX_RESPONSE), "timestamp: not an answer of RFC 3161"),
        (bytes(MAX_RESPONSE + 1), "timestamp: too long"),
    ):
        with pytest.raises(FormatError) as caught:
            verify_response(broken, HEAD, asked.chain)
        assert caught.value.detail == detail
    with pytest.raises(FormatError):
        verify_response(asked.answer + b"\0", HEAD, asked.chain)
    # A refusal of the authority's is an answer too, without a time.
    with pytest.raises((FormatError, TimestampBadError)):
        verify_response(bytes.fromhex("30053003020102"), HEAD, asked.chain)


def test_timestamp_file_reads_back_and_is_refused_without_its_parts(asked: Asked) -> None:
    stamped = Stamped(asked.answer, SIGNED)
    raw = stamped.encode()
    assert raw == base64.b64encode(asked.answer) + b"\n\n" + SIGNED.encode()
    assert Stamped.parse(raw) == stamped
    assert Stamped.parse(raw).encode() == raw
    line, note = base64.b64encode(asked.answer), SIGNED.encode()
    parts = "timestamp: an answer, an empty line, a checkpoint"
    for broken, detail in (
        (line, parts),
        (b"", parts),
        (b"\n\n" + note, parts),
        (b"\xe9" + raw, "timestamp: not base64"),
        (line + b"\n" + note, None),
        (line[:-1] + b"\n\n" + note, None),
        (line + b"\n\n", None),
        (raw + b"\n", None),
    ):
        with pytest.raises(FormatError) as caught:
            Stamped.parse(broken)
        assert detail in {None, caught.value.detail}


def test_timestamp_file_holds_its_limit(asked: Asked) -> None:
    longest = Stamped(bytes(MAX_RESPONSE), SIGNED)
    assert Stamped.parse(longest.encode()) == longest
    with pytest.raises(FormatError, match="too long"):
        Stamped.parse(Stamped(bytes(MAX_RESPONSE + 1), SIGNED).encode())
    # What a city keeps, a receipt holds.
    assert len(base64.b64encode(longest.response)) == MAX_TIMESTAMP
    assert len(asked.answer) < MAX_RESPONSE // 8


def test_timestamp_of_one_of_these_heads_and_of_no_other(asked: Asked) -> None:
    stamped, other = Stamped(asked.answer, SIGNED), replace(HEAD, size=10)
    told = verify_response(asked.answer, HEAD, asked.chain)
    assert stamped_time(stamped, (HEAD,), asked.chain) == stamped_time(stamped, (other, HEAD), asked.chain) == told
    with pytest.raises(TimestampBadError, match="of another checkpoint"):
        stamped_time(stamped, (other,), asked.chain)
    with pytest.raises(TimestampBadError, match="of another checkpoint"):
        stamped_time(stamped, (), asked.chain)
    # The file's own head is another one than the answer is about.
    swapped = Stamped(asked.answer, World().signed(10, bytes(32)))
    with pytest.raises(TimestampBadError, match="about another text"):
        stamped_time(swapped, (swapped.checkpoint.head,), asked.chain)
