"""What a writer refuses: values that the specification does not allow never reach a file."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import city, holder, receipt
from voute.core.errors import FormatError, VouteError
from voute.core.ids import MethodId
from voute.core.values import Money, parse_date
from voute.format import keyring
from voute.format.age_text import check_recipient, check_secret
from voute.format.bech32 import encode_bech32
from voute.format.dsse import Kind, Signature, assemble
from voute.format.event import NO_CHAIN, chain_link
from voute.format.fields import from_base64
from voute.format.keyring import parse_keyring
from voute.format.kit import parse_kit
from voute.format.manifest import Instalment
from voute.format.receipt import Receipt, parse_receipt
from voute.format.vault_record import RecordChainError, expect_extends, verify_chain

BILL = receipt.manifest()
INSTALMENT = Instalment(Money(1), parse_date("2026-03-02"))
WRITERS: dict[str, Callable[[], object]] = {
    "manifest-title": lambda: replace(BILL, title="").encode(),
    "manifest-party": lambda: replace(BILL, party="x" * 201).encode(),
    "manifest-reference": lambda: replace(BILL, payment_reference="").encode(),
    "manifest-size": lambda: replace(BILL, size=0).encode(),
    "manifest-instalments": lambda: replace(BILL, instalments=(INSTALMENT,) * 13).encode(),
    "record-of-genesis": lambda: replace(holder.genesis(), vault_id=holder.vault_id()).encode(),
    "keyring-method-name": lambda: replace(
        holder.keyring(), methods=(replace(holder.named()[0], name=""), *holder.named()[1:])
    ).encode(),
    "keyring-no-readings": lambda: replace(holder.keyring(), readings=()).encode(),
    "keyring-claim-twice": lambda: replace(holder.keyring(), claims=holder.keyring().claims * 2).encode(),
    "keyring-no-methods": lambda: replace(holder.keyring(), methods=()).encode(),
    "trust-root-threshold": lambda: replace(city.trust_root(), threshold=4).encode(),
    "signatures-none": lambda: assemble(Kind.ACT, b"", []),
    "signatures-twice": lambda: assemble(Kind.ACT, b"", [Signature("00" * 8, bytes(64))] * 2),
    "chain-from-0": lambda: chain_link(bytes(32), 0, NO_CHAIN),
    "recipient-size": lambda: check_recipient(encode_bech32("age1pq", bytes(32))),
    "secret-size": lambda: check_secret(encode_bech32("AGE-SECRET-KEY-PQ-", bytes(31))),
    "base64-long": lambda: from_base64("AAAA", 3),
    "kit-not-utf-8": lambda: parse_kit(b"\xff"),
    "keyring-not-utf-8": lambda: parse_keyring(b"\xff"),
    "keyring-long": lambda: parse_keyring(bytes(keyring.MAX_PLAINTEXT + 1)),
}


@pytest.mark.parametrize("name", WRITERS)
def test_limits_value_out_of_bounds_is_refused(name: str) -> None:
    with pytest.raises(FormatError):
        WRITERS[name]()


def test_limits_keyring_too_long_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "MAX_PLAINTEXT", 100)
    with pytest.raises(FormatError):
        holder.keyring().encode()


def test_limits_keyring_that_another_program_wrote_differently_is_refused() -> None:
    raw = holder.keyring(2).encode()
    epoch, secret = b"# reading 2\n", holder.READING_2.to_string().encode() + b"\n"
    claim = raw[raw.index(b"# claim") :]
    moved = raw.replace(epoch + secret, b"").replace(claim, claim + epoch + secret)
    with pytest.raises(FormatError):
        parse_keyring(moved)


def test_limits_receipt_with_an_event_too_long_is_refused() -> None:
    world = receipt.World(BILL)
    long = Receipt(city.CITY, bytes(4097), NO_CHAIN, NO_CHAIN, world.envelope(), "x")
    with pytest.raises(FormatError):
        parse_receipt(long.encode())


def test_limits_chain_must_hold_the_head_that_was_seen() -> None:
    chain = verify_chain([one.encode("ascii") for one in holder.offered().envelopes()])
    expect_extends(chain, chain.hashes[0])
    with pytest.raises(RecordChainError):
        expect_extends(chain, NO_CHAIN)


def test_limits_chain_of_too_many_records_is_refused() -> None:
    with pytest.raises(RecordChainError):
        verify_chain([b""] * 1001)


def test_limits_method_ids_keep_their_order() -> None:
    methods = holder.records()[1].methods
    shuffled = (*methods[1:], replace(methods[0], id=MethodId(bytes(16))))
    with pytest.raises(VouteError):
        replace(holder.records()[1], methods=shuffled).encode()
