"""What the city serves, it has bound itself to in the log, in clear, once a release."""

from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from litestar.exceptions import NotFoundException

from tests.support.city import DemoCity, check
from voute.app.release import announce
from voute.core.ids import hash_of
from voute.format.fields import from_base64
from voute.format.release import parse_manifest, parse_release
from voute.server.http.pages import WebFiles
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import LogKey, WitnessPolicy
from voute.tlog.proof import TlogProof, verify_proof
from voute.tlog.reader import TileTree

FIRST, SECOND = hash_of(b"\x01" * 32), hash_of(b"\x02" * 32)


def entries(demo: DemoCity) -> list[bytes]:
    """The whole log, as anybody reads it."""
    head = demo.parts.sequencer.recover().head
    return list(TileTree(head.size, head.root, demo.city.tiles.get).entries(0, head.size))


def test_api_release_is_logged_in_clear_with_its_proof(demo: DemoCity, client: httpx.Client) -> None:
    assert check(client.get("/api/release"), 425).json()["code"] == "not-yet-logged"
    assert announce(demo.city, "1.2.3", FIRST)
    assert check(client.get("/api/release"), 425).json()["code"] == "not-yet-logged"
    demo.settle()
    reply = check(client.get("/api/release")).json()
    entry = from_base64(reply["entry"])
    assert entries(demo)[reply["index"]] == entry
    found = parse_release(entry)
    assert (found.city, found.release, found.manifest) == (demo.root.city, "1.2.3", FIRST)
    (log,) = demo.root.logs
    proof = TlogProof.parse(reply["proof"].encode())
    assert proof.index == reply["index"]
    verify_proof(proof, leaf_hash(entry), [LogKey(log.origin, log.ed25519, log.mldsa44)], WitnessPolicy(0, ()))


def test_api_release_is_logged_once_until_it_changes_also_back(demo: DemoCity, client: httpx.Client) -> None:
    said = [announce(demo.city, "1", one) for one in (FIRST, FIRST, SECOND, SECOND, FIRST)]
    assert said == [True, False, True, False, True]
    demo.settle()
    assert not announce(demo.city, "1", FIRST)
    demo.settle()
    assert [parse_release(one).manifest for one in entries(demo)] == [FIRST, SECOND, FIRST]
    assert parse_release(from_base64(check(client.get("/api/release")).json()["entry"])).manifest == FIRST


def test_api_release_survives_a_restart_between_its_row_and_the_log(demo: DemoCity) -> None:
    announce(demo.city, "1", FIRST)
    again = demo.restart()
    assert not announce(again.city, "1", FIRST)
    again.settle()
    assert [parse_release(one).manifest for one in entries(again)] == [FIRST]
    again.close()


def test_api_release_files_are_what_was_there_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    for name, data in (
        ("index.html", b"page"),
        ("assets/a.js", b"x" * 2000),
        ("release-manifest.json", b"old"),
        (".hidden", b""),
    ):
        (tmp_path / name).write_bytes(data)
    web = WebFiles(tmp_path)
    manifest = web.seal()
    assert manifest is not None
    assert web.get("release-manifest.json").data == manifest
    files = parse_manifest(manifest)
    assert {name: one.sha256 for name, one in files.items()} == {
        "index.html": sha256(b"page").digest(),
        "assets/a.js": sha256(b"x" * 2000).digest(),
    }
    (tmp_path / "index.html").write_bytes(b"changed")
    (tmp_path / "late.html").write_bytes(b"late")
    assert web.get("index.html").data == b"page"
    for name in ("late.html", ".hidden"):
        with pytest.raises(NotFoundException):
            web.get(name)


def test_api_release_of_a_folder_without_pages_is_none(tmp_path: Path) -> None:
    assert WebFiles(tmp_path / "nothing").seal() is None
