"""Files of ours in the hands of two independent age implementations, and theirs in ours."""

from pathlib import Path
from typing import Final

import pytest

from tests.support.age_peers import (
    Job,
    age_makes_identity,
    age_opens,
    age_recipient,
    age_seals,
    npm_makes_identities,
    npm_opens,
    npm_seals,
)
from voute.core.errors import VouteError
from voute.seal.agefile import (
    FileKey,
    open_file,
    rewrap_header,
    seal_file,
    seal_header,
    seal_payload,
    seal_payload_pieces,
)
from voute.seal.hybrid import HybridIdentity, HybridRecipient
from voute.seal.stream import CHUNK_SIZE

# Around every border of the chunks, empty included.
SIZES: Final = (0, 1, 1000, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 200_001)


def sample(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


@pytest.fixture(scope="module")
def identity() -> HybridIdentity:
    return HybridIdentity(bytes(range(32)))


@pytest.mark.parametrize("size", SIZES)
def test_age_file_of_ours_opens_with_the_command(size: int, identity: HybridIdentity, tmp_path: Path) -> None:
    file = seal_file([identity.recipient], sample(size))
    assert age_opens(identity.to_string(), file, tmp_path) == sample(size)


@pytest.mark.parametrize("size", SIZES)
def test_age_file_of_the_command_opens_with_ours(size: int, identity: HybridIdentity) -> None:
    file = age_seals([identity.recipient.to_string()], sample(size))
    assert open_file(file, [identity]) == sample(size)


def test_age_files_of_ours_open_with_npm(identity: HybridIdentity) -> None:
    files = [seal_file([identity.recipient], sample(size)) for size in SIZES]
    opened = npm_opens([Job(identity.to_string(), file) for file in files])
    assert opened == [sample(size) for size in SIZES]


def test_age_files_of_npm_open_with_ours(identity: HybridIdentity) -> None:
    files = npm_seals([([identity.recipient.to_string()], sample(size)) for size in SIZES])
    assert [open_file(file, [identity]) for file in files] == [sample(size) for size in SIZES]


def test_age_identity_has_the_same_recipient_everywhere(identity: HybridIdentity) -> None:
    assert age_recipient(identity.to_string()) == identity.recipient.to_string()
    made_by_command = age_makes_identity()
    ours = HybridIdentity.from_string(made_by_command).recipient
    assert ours.to_string() == age_recipient(made_by_command)
    for text, recipient in npm_makes_identities(2):
        assert HybridIdentity.from_string(text).recipient == HybridRecipient.from_string(recipient)


def test_age_two_payloads_under_one_file_key_are_two_files(identity: HybridIdentity, tmp_path: Path) -> None:
    file_key = FileKey.generate()
    header = seal_header(file_key, [identity.recipient])
    plain = (b"card", sample(CHUNK_SIZE + 5))
    files = [header + seal_payload(file_key, plain[0]), header + b"".join(seal_payload_pieces(file_key, [plain[1]]))]
    text = identity.to_string()
    assert [age_opens(text, file, tmp_path) for file in files] == [*plain]
    assert npm_opens([Job(text, file) for file in files]) == [*plain]


def test_age_file_for_several_recipients_opens_with_each(identity: HybridIdentity, tmp_path: Path) -> None:
    others = [HybridIdentity.generate() for _ in range(2)]
    everyone = [identity, *others]
    ours = seal_file([item.recipient for item in everyone], b"for all")
    theirs = age_seals([item.recipient.to_string() for item in everyone], b"for all")
    assert [age_opens(item.to_string(), ours, tmp_path) for item in everyone] == [b"for all"] * 3
    assert npm_opens([Job(item.to_string(), ours) for item in everyone]) == [b"for all"] * 3
    assert [open_file(theirs, [item]) for item in everyone] == [b"for all"] * 3


def test_age_file_with_a_new_header_opens_for_the_new_recipient_alone(identity: HybridIdentity, tmp_path: Path) -> None:
    other = HybridIdentity.generate()
    file_key = FileKey.generate()
    payload = seal_payload(file_key, b"moved")
    header = rewrap_header(seal_header(file_key, [identity.recipient]), [identity], [other.recipient])
    assert age_opens(other.to_string(), header + payload, tmp_path) == b"moved"
    assert npm_opens([Job(other.to_string(), header + payload)]) == [b"moved"]
    assert age_opens(identity.to_string(), header + payload, tmp_path) is None


def test_age_file_of_the_command_takes_a_new_header_of_ours(identity: HybridIdentity, tmp_path: Path) -> None:
    other = HybridIdentity.generate()
    file = age_seals([identity.recipient.to_string()], b"theirs")
    size = file.index(b"\n", file.index(b"\n---") + 1) + 1
    header = rewrap_header(file[:size], [identity], [other.recipient])
    assert age_opens(other.to_string(), header + file[size:], tmp_path) == b"theirs"


@pytest.mark.parametrize("change", ["header", "payload", "cut"])
def test_age_damaged_file_is_refused_by_all_three(change: str, identity: HybridIdentity, tmp_path: Path) -> None:
    file = bytearray(seal_file([identity.recipient], sample(100)))
    if change == "cut":
        del file[-1]
    else:
        file[{"header": 1000, "payload": -1}[change]] ^= 1
    damaged = bytes(file)
    assert age_opens(identity.to_string(), damaged, tmp_path) is None
    assert npm_opens([Job(identity.to_string(), damaged)]) == [None]
    with pytest.raises(VouteError):
        open_file(damaged, [identity])
