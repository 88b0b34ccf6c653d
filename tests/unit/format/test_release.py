"""The release manifest and its log entry: one form, read back to the same bytes."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.project import ROOT
from voute.core.errors import FormatError
from voute.core.ids import Hash, Slug
from voute.core.values import MAX_INTEGER, unix_time
from voute.format import release
from voute.format.release import (
    MAX_ENTRY,
    MAX_FILES,
    MAX_RELEASE,
    Release,
    ServedFile,
    parse_manifest,
    parse_release,
    write_manifest,
)

ENTRY = (
    b'{"city":"ville","manifest":"' + b"ab" * 32 + b'","release":"0.1.0","time":"2026-11-26T06:00:00Z",'
    b'"type":"release","version":1}'
)
MANIFEST = (
    b'{"files":{"assets/a-1.js":{"sha256":"' + b"0c" * 32 + b'","size":3},'
    b'"index.html":{"sha256":"' + b"0d" * 32 + b'","size":0}},"version":1}'
)
PATHS = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,9}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,9}){0,3}", fullmatch=True)
FILES = st.builds(ServedFile, st.binary(min_size=32, max_size=32).map(Hash), st.integers(0, 2**53 - 1))


def test_release_entry_is_these_bytes() -> None:
    entry = Release(Slug("ville"), unix_time(1_795_672_800), "0.1.0", Hash(b"\xab" * 32))
    assert entry.encode() == ENTRY
    assert parse_release(ENTRY) == entry


def test_release_entry_at_its_longest_is_in_the_limit_and_never_taken_for_a_hash() -> None:
    longest = Release(Slug("v" * 40), unix_time(1_795_672_800), "é" * 100, Hash(bytes(32))).encode()
    assert 32 < len(ENTRY) < len(longest) <= MAX_ENTRY


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"version":1', b'"version":2'),
        (b'"release"', b'"directory"'),
        (b'"city":"ville"', b'"city":"Ville"'),
        (b'"0.1.0"', b'""'),
        (b"abab", b"ab"),
        (b"abab", b"ABAB"),
        (b"Z", b""),
        (b'{"city', b'{"a":1,"city'),
        (b'"city":"ville",', b""),
        (b"{", b" {"),
    ],
)
def test_release_entry_of_another_form_is_refused(old: bytes, new: bytes) -> None:
    assert old in ENTRY
    with pytest.raises(FormatError):
        parse_release(ENTRY.replace(old, new, 1))


def test_release_manifest_is_these_bytes() -> None:
    files = {"index.html": ServedFile(Hash(b"\x0d" * 32), 0), "assets/a-1.js": ServedFile(Hash(b"\x0c" * 32), 3)}
    assert write_manifest(files) == MANIFEST
    assert parse_manifest(MANIFEST) == files


@given(st.dictionaries(PATHS, FILES, min_size=1, max_size=8))
def test_release_manifest_reads_back(files: dict[str, ServedFile]) -> None:
    assert parse_manifest(write_manifest(files)) == files


@given(st.binary(max_size=200) | st.integers(0, len(MANIFEST) - 1).map(lambda at: MANIFEST[:at] + MANIFEST[at + 1 :]))
def test_release_manifest_no_other_bytes_are_read(raw: bytes) -> None:
    try:
        files = parse_manifest(raw)
    except FormatError:
        return
    assert write_manifest(files) == raw


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"version":1', b'"version":true'),
        (b'"version":1', b'"version":1.0'),
        (b"assets/a-1.js", b"../a-1.js"),
        (b"assets/a-1.js", b"/etc/passwd"),
        (b"assets/a-1.js", b"assets//a"),
        (b"assets/a-1.js", b"assets/.a"),
        (b'"size":3', b'"size":-3'),
        (b'"size":3', b'"size":"3"'),
        (b'"size":3', b'"size":3,"type":1'),
        (b'"index.html"', b'"assets/a-1.js"'),
        (b',"version":1', b""),
        (MANIFEST, b'{"files":{},"version":1}'),
        (MANIFEST, b"[]"),
        (MANIFEST, b"[" * 100_000),
        (MANIFEST, b'{"files":[],"version":1}'),
    ],
)
def test_release_manifest_of_another_form_is_refused(old: bytes, new: bytes) -> None:
    assert old in MANIFEST
    with pytest.raises(FormatError):
        parse_manifest(MANIFEST.replace(old, new, 1))


def test_release_manifest_of_the_build_is_in_this_form() -> None:
    folder = ROOT / "web" / "dist"
    raw = (folder / "release-manifest.json").read_bytes()
    files = parse_manifest(raw)
    built = [path for path in folder.rglob("*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): ServedFile.of(path.read_bytes()) for path in built}
    del found["release-manifest.json"]
    assert files == found
    assert json.loads(raw)["version"] == 1
    assert Path(folder / "index.html").exists()


def _files(number: int) -> dict[str, ServedFile]:
    return {f"f{at:04}": ServedFile(Hash(bytes(32)), at) for at in range(number)}


def test_release_manifest_holds_one_file_or_the_most_and_not_one_more() -> None:
    for number in (1, MAX_FILES):
        assert parse_manifest(write_manifest(_files(number))) == _files(number)
    for number in (0, MAX_FILES + 1):
        with pytest.raises(FormatError, match=r"1 to 5,000"):
            write_manifest(_files(number))


@pytest.mark.parametrize("size", [-1, MAX_INTEGER + 1])
def test_release_manifest_with_a_size_out_of_range_is_not_written(size: int) -> None:
    assert parse_manifest(write_manifest({"a": ServedFile(Hash(bytes(32)), MAX_INTEGER)}))["a"].size == MAX_INTEGER
    with pytest.raises(FormatError, match="not a path"):
        write_manifest({"a": ServedFile(Hash(bytes(32)), size)})
    with pytest.raises(FormatError, match="not a path"):
        write_manifest({"../a": ServedFile(Hash(bytes(32)), 0)})


def test_release_manifest_of_exactly_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "MAX_MANIFEST", len(MANIFEST))
    assert parse_manifest(MANIFEST)
    monkeypatch.setattr(release, "MAX_MANIFEST", len(MANIFEST) - 1)
    with pytest.raises(FormatError, match="too long"):
        parse_manifest(MANIFEST)


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        (b'"size":3', b'"size":"3"', "release-manifest.size: not an integer from 0 to 9007199254740991"),
        (b'"size":3', b'"other":3', "release-manifest: missing or unknown key"),
        (b'"version":1', b'"version":2', "the manifest is not canonical"),
        (b'"files":{', b'"filet":{', "not a manifest"),
    ],
)
def test_release_manifest_refusal_says_what_was_read(old: bytes, new: bytes, detail: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_manifest(MANIFEST.replace(old, new, 1))
    assert caught.value.detail == detail


def test_release_name_has_at_most_100_characters() -> None:
    assert parse_release(ENTRY.replace(b"0.1.0", b"n" * MAX_RELEASE)).release == "n" * MAX_RELEASE
    with pytest.raises(FormatError) as caught:
        parse_release(ENTRY.replace(b"0.1.0", b"n" * (MAX_RELEASE + 1)))
    assert caught.value.facts == {"field": "release"}


def test_release_file_is_named_by_hash_and_size() -> None:
    assert ServedFile.of(b"abc") == ServedFile(Hash(hashlib.sha256(b"abc").digest()), 3)
