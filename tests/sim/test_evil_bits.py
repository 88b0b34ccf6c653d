"""Every bit of a header, of a card and of a signed manifest, and 10,000 bits of a file: none may be changed."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from tests.support.mutants import mutated
from tests.support.own_archive import OwnArchive, OwnVault, Parts
from tools.make_vectors.city import trust_root
from voute.core.errors import VouteError
from voute.format.age_header import parse_hybrid_header
from voute.format.dsse import SigningKey
from voute.format.signed_manifest import read_signed, verify_signed
from voute.seal.document import BodyMismatchError, OpenedCard, open_body, open_card

BODY_BITS = 10_000


@pytest.fixture(scope="module")
def archive() -> OwnArchive:
    return OwnArchive(OwnVault(), {"Bits": os.urandom(150_000)})


def flips(data: bytes, places: Iterator[int] | range) -> Iterator[bytes]:
    """The bytes with one bit changed, for each place."""
    changed = bytearray(data)
    for place in places:
        changed[place // 8] ^= 1 << place % 8
        yield bytes(changed)
        changed[place // 8] ^= 1 << place % 8


def all_bits(data: bytes) -> Iterator[bytes]:
    return flips(data, range(len(data) * 8))


def opened(archive: OwnArchive, header: bytes, card: bytes) -> OpenedCard:
    """The first five checks, as `voute open` makes them for each document."""
    vault, (sealed,) = archive.own.vault, archive.sealed
    return open_card(header, card, vault.identities(), trust_root(), vault.holder(), sealed.document_id)


def looks_whole(header: bytes) -> bool:
    return not refused(lambda: parse_hybrid_header(header))


def kept_bits(data: bytes, attempt: Callable[[bytes], object]) -> list[int]:
    """The bits that may be changed without anybody noticing."""
    return [place for place, one in enumerate(all_bits(data)) if not refused(partial(attempt, one))]


def refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except VouteError:
        return True
    return False


@pytest.mark.control("B5")
def test_sim_bits_control_untouched_bytes_open(archive: OwnArchive) -> None:
    (part,), (sealed,) = archive.parts, archive.sealed
    card = opened(archive, part.header, part.card)
    assert open_body(card, part.body) == archive.bodies["Bits"]
    assert verify_signed(read_signed(sealed.envelope), trust_root()).manifest == card.manifest
    assert [one.body for one in archive.open()] == [archive.bodies["Bits"]]


@pytest.mark.attack("B5")
def test_sim_bits_of_the_header_are_all_bound(archive: OwnArchive) -> None:
    (part,) = archive.parts
    assert kept_bits(part.header, lambda one: opened(archive, one, part.card)) == []


@pytest.mark.attack("B5")
def test_sim_bits_of_the_card_are_all_bound(archive: OwnArchive) -> None:
    (part,) = archive.parts
    assert kept_bits(part.card, lambda one: opened(archive, part.header, one)) == []


@pytest.mark.attack("B1", "B3", "B5")
def test_sim_bits_of_the_signed_manifest_are_all_bound(archive: OwnArchive) -> None:
    """What is inside the card: whoever can open it, as the holder or the issuer can, changes nothing of it either."""
    (sealed,) = archive.sealed
    assert kept_bits(sealed.envelope, lambda one: verify_signed(read_signed(one), trust_root())) == []


@pytest.mark.attack("B5")
def test_sim_bits_of_the_file_are_bound(archive: OwnArchive) -> None:
    (part,) = archive.parts
    card = opened(archive, part.header, part.card)
    places = random.Random(5).sample(range(len(part.body) * 8), BODY_BITS)
    count = 0
    for one in flips(part.body, iter(places)):
        with pytest.raises(BodyMismatchError):
            open_body(card, one)
        count += 1
    assert count == BODY_BITS


@pytest.mark.attack("B5")
def test_sim_bits_of_an_archive_never_come_out_of_it(archive: OwnArchive) -> None:
    """The same through the whole of `voute open`, for some bits of each part."""
    (part,) = archive.parts
    some = random.Random(6)
    for name in ("header", "card", "body"):
        data: bytes = getattr(part, name)
        for changed in flips(data, iter(some.sample(range(len(data) * 8), 60))):
            parts: list[Parts] = [replace(part, **{name: changed})]
            (one,) = archive.open(archive.entries(parts))
            assert one.error is not None
            assert (one.title, one.body, one.receipt) == ("", b"", None)


@pytest.mark.mutant("B5")
def test_sim_bits_mutant_without_the_headers_mac_takes_a_changed_header(archive: OwnArchive) -> None:
    (part,) = archive.parts
    # A bit of the MAC that leaves it canonical base64: every other check still passes.
    changed = next(one for one in flips(part.header, range(len(part.header) * 8 - 200, len(part.header) * 8)) if looks_whole(one))
    assert refused(lambda: opened(archive, changed, part.card))
    with mutated("checks no MAC"):
        assert opened(archive, changed, part.card).manifest.title == "Bits"


@pytest.mark.mutant("B5", "B3")
def test_sim_bits_mutant_that_believes_any_signature_shows_a_changed_title(archive: OwnArchive) -> None:
    (sealed,) = archive.sealed
    signed = read_signed(sealed.envelope)
    forged = replace(signed.manifest, title="Remboursement").sign(SigningKey(b"attacker".ljust(32)))
    assert refused(lambda: verify_signed(read_signed(forged), trust_root()))
    with mutated("believes any signature"):
        assert verify_signed(read_signed(forged), trust_root()).manifest.title == "Remboursement"
