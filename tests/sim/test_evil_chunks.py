"""Pieces of a file reordered, cut or repeated: every order of five chunks, a cut at every byte of the last two."""

import os
from dataclasses import replace
from itertools import permutations

import pytest

from tests.support.mutants import mutated
from tests.support.own_archive import OwnArchive, OwnVault
from tools.make_vectors.city import trust_root
from voute.core.errors import VouteError
from voute.seal.agefile import open_file, seal_file
from voute.seal.document import BodyMismatchError, open_body, open_card
from voute.seal.file_key import NONCE_SIZE
from voute.seal.stream import CHUNK_SIZE, SEALED_CHUNK_SIZE

FIVE = 4 * CHUNK_SIZE + 99
ORDERS = list(permutations(range(5)))


def chunks_of(body: bytes) -> tuple[bytes, list[bytes]]:
    """The nonce of a sealed body, and its chunks."""
    nonce, rest = body[:NONCE_SIZE], body[NONCE_SIZE:]
    return nonce, [rest[at : at + SEALED_CHUNK_SIZE] for at in range(0, len(rest), SEALED_CHUNK_SIZE)]


@pytest.fixture(scope="module")
def archive() -> OwnArchive:
    return OwnArchive(OwnVault(), {"Five": os.urandom(FIVE)})


def opened_with(archive: OwnArchive, body: bytes) -> VouteError | bytes:
    """What `voute open` says of the one document when this stands as its body."""
    (part,) = archive.parts
    (opened,) = archive.open(archive.entries([replace(part, body=body)]))
    assert (opened.body == b"") == (opened.error is not None)
    return opened.error or opened.body


@pytest.mark.attack("B4")
@pytest.mark.control("B4")
def test_sim_chunks_of_all_120_orders_only_the_true_one_opens(archive: OwnArchive) -> None:
    nonce, chunks = chunks_of(archive.parts[0].body)
    assert len(chunks) == 5
    accepted = []
    for order in ORDERS:
        found = opened_with(archive, nonce + b"".join(chunks[place] for place in order))
        if isinstance(found, bytes):
            accepted.append((order, found))
        else:
            assert isinstance(found, BodyMismatchError)
    assert accepted == [((0, 1, 2, 3, 4), archive.bodies["Five"])]


@pytest.mark.attack("B4")
def test_sim_chunks_doubled_left_out_or_added_are_refused(archive: OwnArchive) -> None:
    nonce, chunks = chunks_of(archive.parts[0].body)
    changed = [[*chunks[:place], chunks[place], *chunks[place:]] for place in range(5)]
    changed += [[*chunks[:place], *chunks[place + 1 :]] for place in range(5)]
    changed += [[*chunks, b"\0"], [*chunks, bytes(16)], [*chunks, bytes(SEALED_CHUNK_SIZE)], []]
    for one in changed:
        assert isinstance(opened_with(archive, nonce + b"".join(one)), BodyMismatchError)


@pytest.mark.attack("B4")
def test_sim_chunks_cut_at_every_byte_of_the_last_two_are_refused() -> None:
    """By the two functions that `voute open` calls for each document; the archive around it for one cut in a thousand."""
    archive = OwnArchive(OwnVault(), {"Two": os.urandom(CHUNK_SIZE + 40)})
    (part,), (sealed,), own = archive.parts, archive.sealed, archive.own
    vault = own.vault
    card = open_card(part.header, part.card, vault.identities(), trust_root(), vault.holder(), sealed.document_id)
    assert open_body(card, part.body) == archive.bodies["Two"]
    view, refused = memoryview(part.body), 0
    for length in range(len(part.body)):
        try:
            open_body(card, view[:length])
        except BodyMismatchError:
            refused += 1
    assert refused == len(part.body) == NONCE_SIZE + SEALED_CHUNK_SIZE + 56
    for length in range(0, len(part.body), 997):
        assert isinstance(opened_with(archive, part.body[:length]), BodyMismatchError)


def keyring_like() -> tuple[OwnVault, bytes, bytes]:
    """An age file of one payload, whose chunks nothing but STREAM orders: what keyring.age is."""
    own, plaintext = OwnVault(), os.urandom(FIVE)
    return own, plaintext, seal_file((own.recipient,), plaintext)


@pytest.mark.mutant("B4")
def test_sim_chunks_mutants_give_a_file_in_another_order_or_without_its_end() -> None:
    own, plaintext, sealed = keyring_like()
    identities = own.vault.identities()
    assert open_file(sealed, identities) == plaintext
    start = len(sealed) - NONCE_SIZE - FIVE - 5 * 16
    nonce, chunks = chunks_of(sealed[start:])
    reordered = sealed[:start] + nonce + b"".join(chunks[place] for place in (2, 0, 3, 1, 4))
    cut = sealed[:start] + nonce + b"".join(chunks[:4])
    for name, attack in (("takes chunks in any order", reordered), ("takes a file without its end", cut)):
        with pytest.raises(VouteError):
            open_file(attack, identities)
        with mutated(name):
            given = open_file(attack, identities)
        assert given != plaintext
        assert given[:CHUNK_SIZE] in plaintext
