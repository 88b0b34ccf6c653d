"""A kit's file as editors leave it: the page and `voute open` take the same ones."""

import io

import pytest

from tests.support.own_archive import make_archive, zip_of
from voute.client.archive import OpenArchive
from voute.core.errors import FormatError
from voute.format.kit import MAX_KIT

OWN = make_archive(1)
ENTRIES = zip_of(OWN.entries())
WORDS = "# Gardez cette feuille : elle ouvre votre coffre, même après un dégât.\n"
LINES = OWN.own.kit.encode().decode()


def titles(kit: bytes) -> list[str]:
    return [one.title for one in OpenArchive(io.BytesIO(ENTRIES), kit).documents()]


@pytest.mark.parametrize(
    "kit",
    [
        (WORDS + LINES).encode(),
        (WORDS + LINES).encode("utf-8-sig"),
        (WORDS + LINES).replace("\n", "\r\n").encode("windows-1252"),
    ],
    ids=["as given", "with a mark", "Windows-1252"],
)
def test_kit_file_opens_however_an_editor_saved_its_words(kit: bytes) -> None:
    assert titles(kit) == ["Avis 000"]


def test_kit_file_holds_its_limit_before_its_mark_is_dropped() -> None:
    room = MAX_KIT - len(LINES.encode()) - 3
    longest = (LINES + "#" * (room - 1) + "\n").encode("utf-8-sig")
    assert len(longest) == MAX_KIT
    assert titles(longest) == ["Avis 000"]
    with pytest.raises(FormatError, match="too long"):
        titles(longest + b"\n")


@pytest.mark.parametrize(
    "kit",
    [LINES.encode("utf-16"), LINES.encode().replace(b"# city: ", b"# city: \xe9"), LINES.encode() + b"\xe9\n", b"\xff" * 20],
    ids=["UTF-16", "in a line that counts", "beside the key", "nothing"],
)
def test_kit_file_whose_own_lines_are_spoilt_is_refused(kit: bytes) -> None:
    with pytest.raises(FormatError):
        titles(kit)
