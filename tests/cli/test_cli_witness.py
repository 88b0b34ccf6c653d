"""`voute witness`: made, told what to follow, served as a process, asked over HTTP, killed, served again."""

import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Department
from tests.support.command import start
from tests.support.log_world import entry
from tests.support.plain_http import NOBODY
from tests.support.ports import free_port
from tests.support.proxy import After, Exchange, Message
from tests.support.served_city import ServedCity
from voute.core.ports_log import WitnessConflictError
from voute.server.http_witness import HttpWitness, WitnessUnreachableError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.cosignature import verify_cosignature
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, VerifierKey, parse_signatures
from voute.tlog.signer import MemorySigner
from voute.tlog.tree import MemoryTree, consistency_proof, root_of

NAME = "vigie.example/temoin"
LOG = MemorySigner("log.example/9", b"\x09" * 32, b"\x0a" * 32)
TREE = MemoryTree(leaf_hash(entry(index)) for index in range(40))
SECONDS = 60


@contextmanager
def serving(folder: Path, port: int) -> Iterator[HttpWitness]:
    """The installed command, ended at once and without warning."""
    process = start(folder.parent, "witness", "serve", folder, "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + SECONDS
        while True:
            assert process.poll() is None
            try:
                httpx.get(f"{address}/health", timeout=5, verify=NOBODY).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < end
                time.sleep(0.05)
        with closing(HttpWitness(NAME, address)) as witness:
            yield witness
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def signed(size: int) -> bytes:
    return LOG.sign(size, root_of(size, TREE), 1_790_000_000)


def test_cli_witness_serves_and_remembers_after_being_killed(office: Department) -> None:
    folder, port = office.folder / "witness", free_port()
    made = office.voute("witness", "init", folder, "--name", NAME, "--json").ended(0).json
    key = VerifierKey.parse(made["key"])
    assert (made["name"], key.name) == (NAME, NAME)
    assert office.voute("witness", "key", folder, "--json").ended(0).json == made
    seed = (folder / "witness.json").read_text().partition('"mldsa44":"')[2][:64]
    assert len(bytes.fromhex(seed)) == 32
    assert seed not in str(made)
    keys = [LOG.log.note_key.encode(), LOG.log.cosigner_key.encode()]
    assert office.voute("witness", "follow", folder, *keys, "--json").ended(0).json == {"origin": LOG.origin, "new": True}
    assert office.voute("witness", "follow", folder, *keys, "--json").ended(0).json["new"] is False
    with serving(folder, port) as witness:
        (line,) = parse_signatures(witness.add_checkpoint(0, (), signed(20)).decode())
        verify_cosignature(SignedCheckpoint.parse(signed(20)).head, line, key)
    with closing(HttpWitness(NAME, f"http://127.0.0.1:{port}")) as witness, pytest.raises(WitnessUnreachableError):
        witness.add_checkpoint(20, (), signed(20))
    with serving(folder, port) as witness:
        with pytest.raises(WitnessConflictError) as caught:
            witness.add_checkpoint(0, (), signed(10))
        assert caught.value.size == 20
        assert witness.add_checkpoint(20, consistency_proof(20, 33, TREE), signed(33))


def test_cli_witness_follows_the_log_of_a_trust_root(office: Department, city: ServedCity) -> None:
    folder = office.folder / "witness"
    office.voute("witness", "init", folder, "--name", NAME).ended(0)
    root = city.trust_root_file
    args = ("witness", "follow", folder, "--trust-root", root)
    assert (
        office.voute(*args, "--fingerprint", "0000-0000-0000-0000", "--json").ended(1).json["error"] == "trust-root-fingerprint"
    )
    assert office.voute(*args, "--json").ended(0).json == {"origin": city.root.logs[0].origin, "new": True}
    listed = (folder / "logs.txt").read_text().splitlines()
    keys = [one for one in listed if one.startswith(city.root.logs[0].origin)]
    policy = office.voute("trust", "policy", "--home", office.home.home).ended(0).out.splitlines()
    assert policy[:2] == [f"log {key}" for key in keys]
    assert policy[3:] == ["group witnesses 1 w1", "quorum witnesses"]


@pytest.mark.parametrize("what", ["follow", "key", "serve"])
def test_cli_witness_of_a_wrong_folder_says_so(office: Department, what: str) -> None:
    more = [LOG.log.note_key.encode()] if what == "follow" else []
    ran = office.voute("witness", what, office.folder / "nothing", *more).ended(1)
    assert "Traceback" not in ran.err
    assert not (office.folder / "nothing").exists()


def test_cli_witness_wrong_key_or_none_is_refused(office: Department) -> None:
    folder = office.folder / "witness"
    office.voute("witness", "init", folder, "--name", NAME).ended(0)
    assert office.voute("witness", "follow", folder).ended(2).out == ""
    assert office.voute("witness", "follow", folder, "log+00000000+AAAA", "--json").ended(1).json["error"] == "note"
    assert office.voute("witness", "init", folder, "--name", NAME, "--json").ended(1).json["error"] == "key-file"
    assert office.voute("witness", "init", office.folder / "w2", "--name", "a b", "--json").ended(1).json["error"] == "note"
    assert not (office.folder / "w2").exists()


def without_witnesses(asked: list[int], rounds: int) -> After:
    """A city whose witnesses sign only the checkpoint of a later answer."""

    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/directory/match" or exchange.reply is None:
            return None
        asked.append(1)
        if len(asked) > rounds:
            return None
        said = exchange.reply.json
        note = Note.parse(said["checkpoint"].encode())
        said["checkpoint"] = Note(note.text, note.signatures[:2]).encode().decode()
        return exchange.reply.with_json(said)

    return tell


def test_cli_deliver_to_a_new_key_waits_for_the_witnesses(office: Department) -> None:
    office.set_delay(0)
    office.deliver(office.bills("a-1")).ended(0)
    office.city.settle()
    office.resident().claim(office.code("a-1"))
    office.city.settle()
    again = office.bills("a-1", name="again.csv", **{"document key": "second"})
    asked: list[int] = []
    before = office.city.snapshot()
    with office.city.proxy.hooks(after=without_witnesses(asked, 1_000)):
        ran = office.deliver(again, "--patience", "1").ended(3)
    assert len(asked) == 2
    assert ran.json["findings"][0]["facts"]["check"] == "no-quorum"
    assert office.city.snapshot() == before
    asked.clear()
    with office.city.proxy.hooks(after=without_witnesses(asked, 2)):
        ran = office.deliver(again, "--patience", "20").ended(0)
    assert (len(asked), ran.json["to_vaults"]) == (3, 1)
