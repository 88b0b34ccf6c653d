"""What is decrypted decides nothing that is sent: `voute open` and `voute verify` call nobody, whatever they are given."""

import json
import os
import random
import socket
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from tests.support.command import Ran, Voute, small_pdf
from tests.support.network_watch import network_watched
from tests.support.own_archive import ENVELOPE, Entries, OwnArchive, OwnVault, Parts, zip_of
from tools.make_vectors.city import trust_root
from voute.core.errors import FormatError, VouteError
from voute.format import canonical, dsse
from voute.format.archive import KEYRING
from voute.format.signed_manifest import read_signed, verify_signed
from voute.seal.document import open_card

HEADERS = 10_000
LINKS = ("http://127.0.0.1:9/pixel.png", "https://coffre.saint-aurele.example/api/session", "file:///etc/passwd")


@pytest.fixture(scope="module")
def archive() -> OwnArchive:
    return OwnArchive(OwnVault(), {title: small_pdf(title) for title in LINKS})


class Desk:
    """The real command, with a file that holds every call to a network that it made."""

    def __init__(self, voute: Voute, folder: Path, archive: OwnArchive) -> None:
        self.voute, self.folder, self.archive = voute, folder, archive
        self.opened = folder
        (folder / "kit.txt").write_bytes(archive.own.kit.encode())

    def open(self, entries: Entries, mutant: str = "") -> tuple[Ran, str]:
        zipped, calls = self.folder / "archive.zip", self.folder / "calls"
        zipped.write_bytes(zip_of(entries))
        calls.unlink(missing_ok=True)
        self.opened = self.folder / os.urandom(4).hex()
        command = ("open", zipped, "--kit", self.folder / "kit.txt", "-o", self.opened, "--json")
        return self.voute(*command, mutant=mutant, network=calls), calls.read_text()


@pytest.fixture(scope="module")
def desk(voute: Voute, archive: OwnArchive, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(voute, tmp_path_factory.mktemp("silence"), archive)


def failures(archive: OwnArchive) -> dict[str, list[Parts]]:
    """One archive for each cause for which its first document does not open, up to the last check."""
    first, *rest = archive.parts
    other = OwnArchive(OwnVault(), {"Other": b"%PDF other"}).parts[0]
    forged = replace(read_signed(archive.sealed[0].envelope).manifest, title="Forged")
    foreign = OwnArchive(archive.own, {"Foreign": b"%PDF"}).parts[0]
    return {
        "no header": [replace(first, header=b"age-encryption.org/v1\n"), *rest],
        "for another key": [replace(first, header=other.header), *rest],
        "header's MAC": [replace(first, header=flip(first.header, -5)), *rest],
        "card's cipher": [replace(first, card=flip(first.card, -1)), *rest],
        "another document": [foreign, *rest],
        "file's cipher": [replace(first, body=flip(first.body, -1)), *rest],
        "file of another": [replace(first, body=rest[0].body), *rest],
        "receipt": [replace(first, receipt=rest[0].receipt), *rest],
        "receipt that is none": [replace(first, receipt=forged.encode()), *rest],
    }


def flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    # Another letter of the alphabet of base64 as well as another byte.
    changed[at] ^= 2
    return bytes(changed)


@pytest.mark.control("A3", "B9")
def test_sim_silence_control_all_documents_open_and_nobody_is_called(desk: Desk, archive: OwnArchive) -> None:
    ran, calls = desk.open(archive.entries())
    assert sorted(line["title"] for line in ran.ended(0).lines) == sorted(LINKS)
    assert calls == ""


@pytest.mark.attack("A3")
def test_sim_silence_every_cause_of_failure_looks_the_same_from_outside(desk: Desk, archive: OwnArchive) -> None:
    codes = set()
    for parts in failures(archive).values():
        ran, calls = desk.open(archive.entries(parts))
        (failed,) = [line["error"] for line in ran.ended(1).lines if "error" in line]
        codes.add(failed)
        assert calls == ""
    # The causes differ, and it is the holder alone who is told so.
    assert len(codes) >= 6


@pytest.mark.mutant("A3")
def test_sim_silence_mutant_that_tells_of_what_did_not_open_is_heard(desk: Desk, archive: OwnArchive) -> None:
    parts = failures(archive)["header's MAC"]
    assert desk.open(archive.entries(parts), "tells of what did not open")[1].count("socket.connect") == 1
    assert desk.open(archive.entries(), "tells of what did not open")[1] == ""


@pytest.mark.attack("A3")
def test_sim_silence_ten_thousand_changed_headers_and_wraps_cause_no_call(archive: OwnArchive) -> None:
    chance, entries, (first, *rest) = random.Random(3), archive.entries(), archive.parts
    refused = 0
    with network_watched() as calls:
        for number in range(HEADERS // 100):
            parts = [replace(first, header=flip(first.header, chance.randrange(22, len(first.header)))), *rest]
            refused += sum(one.error is not None for one in archive.open(archive.entries(parts)))
            wrap = flip(entries[KEYRING], chance.randrange(len(entries[KEYRING])))
            if number % 10 == 0:
                with pytest.raises(VouteError):
                    archive.open(entries | {KEYRING: wrap})
        refused += changed_headers(archive, chance)
    assert refused == HEADERS
    assert calls == []
    with network_watched() as calls, pytest.raises(OSError):  # noqa: PT011 -- control: a call would have been seen
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    assert calls != []


def changed_headers(archive: OwnArchive, chance: random.Random) -> int:
    """The function that opens a document of an archive, on the rest of the ten thousand."""
    (sealed, *_), vault, refused = archive.sealed, archive.own.vault, 0
    identities, holder, root = vault.identities(), vault.holder(), trust_root()
    for _ in range(HEADERS - HEADERS // 100):
        header = flip(sealed.header, chance.randrange(22, len(sealed.header)))
        try:
            open_card(header, sealed.card, identities, root, holder, sealed.document_id)
        except VouteError:
            refused += 1
    return refused


@pytest.mark.attack("B9")
def test_sim_silence_links_in_titles_and_files_are_never_followed(desk: Desk, archive: OwnArchive) -> None:
    ran, calls = desk.open(archive.entries())
    assert {line["title"] for line in ran.ended(0).lines} == set(LINKS)
    assert calls == ""


@pytest.mark.attack("B9")
def test_sim_silence_verifying_calls_nobody(desk: Desk, archive: OwnArchive) -> None:
    ran, _ = desk.open(archive.entries())
    root, calls = desk.folder / "root.json", desk.folder / "verify-calls"
    root.write_bytes(ENVELOPE)
    for line in ran.ended(0).lines:
        given = (desk.opened / line["file"], desk.opened / line["receipt"])
        desk.voute("verify", *given, "--trust-root", root, "--json", network=calls).ended(0)
    assert calls.read_text() == ""


@pytest.mark.mutant("B9")
def test_sim_silence_mutant_that_fetches_what_a_title_names_is_heard(desk: Desk, archive: OwnArchive) -> None:
    _, calls = desk.open(archive.entries(), "fetches what a title names")
    assert calls.count("socket.connect") == 2


@pytest.mark.attack("B9", "B3")
def test_sim_silence_two_fields_of_a_manifest_cannot_be_exchanged(archive: OwnArchive) -> None:
    envelope = dsse.parse(archive.sealed[0].envelope)
    fields = json.loads(envelope.payload)
    pairs = [pair for pair in combinations(fields, 2) if fields[pair[0]] != fields[pair[1]]]
    assert len(pairs) > 150
    for one, other in pairs:
        swapped = fields | {one: fields[other], other: fields[one]}
        raw = dsse.assemble(dsse.Kind.MANIFEST, canonical.dumps(swapped), envelope.signatures)
        with pytest.raises(VouteError) as caught:
            verify_signed(read_signed(raw), trust_root())
        assert isinstance(caught.value, FormatError) or caught.value.code in {"bad-signature", "unknown-issuer", "unknown-key"}
