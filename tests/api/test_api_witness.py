"""A witness behind HTTP (C2SP tlog-witness): the official exchange, each rule with its status, and what it keeps."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.asgi import AppTransport, Loop
from tests.support.breaking import Breaker
from tests.support.log_world import entry
from tests.support.project import ROOT
from voute.core.errors import FormatError, StoreError
from voute.core.ports_log import WitnessConflictError
from voute.format.ed25519 import SigningKey
from voute.server.http_witness import HttpWitness, WitnessRefusedError, WitnessUnreachableError
from voute.server.keys import KeyFileError
from voute.server.witness.folder import WitnessFolder, WitnessFolderError, WitnessStateLostError
from voute.server.witness.http import create_application
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import Cosigner, verify_cosignature
from voute.tlog.merkle import EMPTY_ROOT, leaf_hash
from voute.tlog.note import ED25519, Note, VerifierKey, parse_signatures, sign_ed25519
from voute.tlog.signer import MemorySigner
from voute.tlog.tree import MemoryTree, consistency_proof, root_of
from voute.tlog.witness import MAX_REQUEST, AddCheckpoint

OFFICIAL = json.loads((ROOT / "vectors" / "witness-torchwood" / "add-checkpoint.json").read_bytes())
NAME = "example.com/witness"
MAIN = MemoryTree(leaf_hash(entry(index)) for index in range(40))
FORK = MemoryTree(leaf_hash(entry(index, "fork" if index >= 20 else "main")) for index in range(40))
LOGS = [MemorySigner(f"log.example/{n}", bytes([n]) * 32, bytes([n + 8]) * 32) for n in (1, 2)]
NOW = 1_790_000_000
MOST_STEPS = 16


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@dataclass
class Served:
    """A witness's folder; each `client` is a new process on it."""

    path: Path
    loop: Loop
    key: VerifierKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.folder.create(NAME)

    @property
    def folder(self) -> WitnessFolder:
        return WitnessFolder(self.path)

    def transport(self) -> AppTransport:
        return AppTransport(create_application(self.folder.open()), self.loop)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=self.transport(), base_url="http://witness.test")

    def post(self, body: bytes) -> httpx.Response:
        return self.client().post("/add-checkpoint", content=body)

    def last(self, origin: str) -> int | None:
        """Size cosigned last, as monitors are shown it."""
        reply = self.client().get(f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint")
        return SignedCheckpoint.parse(reply.content).head.size if reply.status_code == 200 else None


@pytest.fixture
def witness(tmp_path: Path, loop: Loop) -> Served:
    return Served(tmp_path / "witness", loop)


def keys_of(signer: MemorySigner) -> list[VerifierKey]:
    return [signer.log.note_key, signer.log.cosigner_key]


def request(old: int, size: int, tree: MemoryTree = MAIN, signer: MemorySigner = LOGS[0]) -> bytes:
    """An honest request within its own tree."""
    signed = signer.sign(size, root_of(size, tree), NOW)
    return AddCheckpoint(old, consistency_proof(min(old, size), size, tree), signed).encode()


def test_api_witness_official_exchange_with_a_restart_between_all_steps(witness: Served) -> None:
    public = bytes.fromhex(OFFICIAL["log"])
    origin = f"sigsum.org/v1/tree/{hashlib.sha256(public).hexdigest()}"
    assert witness.folder.follow([VerifierKey(origin, ED25519, public)]) == (origin,)
    assert len(OFFICIAL["steps"]) == 9
    for step in OFFICIAL["steps"]:
        reply = witness.post(step["body"].encode())
        # tlog-witness answers 404 for an unknown log since; the exchange is older.
        unknown = step["says"] == "unknown log"
        assert reply.status_code == (404 if unknown else step["status"]), (step, reply.text)
        assert step["says"] in reply.text or reply.status_code in {403, 422}
        if reply.status_code == 200:
            (line,) = parse_signatures(reply.text)
            verify_cosignature(SignedCheckpoint.parse(step["body"].partition("\n\n")[2].encode()).head, line, witness.key)
        if reply.status_code == 409:
            assert (reply.text, reply.headers["content-type"]) == (step["says"], "text/x.tlog.size")
    assert witness.last(origin) == 5


@pytest.mark.attack("D1")
def test_api_witness_rollback_and_fork_get_no_cosignature(witness: Served) -> None:
    witness.folder.follow(keys_of(LOGS[0]))
    assert witness.post(request(0, 25)).status_code == 200
    for body, status in (
        (request(0, 20), 409),  # a rollback that forgets
        (request(25, 20), 400),  # a rollback that says so
        (request(20, 30, FORK), 409),
        (request(25, 30, FORK), 422),
        (request(25, 25, FORK), 422),
        (AddCheckpoint(25, (), LOGS[0].sign(30, root_of(30, MAIN), NOW)).encode(), 422),
        (AddCheckpoint(25, (bytes(32),), LOGS[0].sign(25, root_of(25, MAIN), NOW)).encode(), 422),
    ):
        reply = witness.post(body)
        assert reply.status_code == status, (body, reply.text)
        assert "—" not in reply.text
        assert witness.last(LOGS[0].origin) == 25
    assert witness.post(request(25, 25)).status_code == 200
    assert witness.post(request(25, 40)).status_code == 200
    assert witness.last(LOGS[0].origin) == 40


def test_api_witness_size_zero(witness: Served) -> None:
    witness.folder.follow(keys_of(LOGS[0]))
    assert witness.last(LOGS[0].origin) is None
    assert witness.post(AddCheckpoint(0, (), LOGS[0].sign(0, bytes(32), NOW)).encode()).status_code == 422
    assert witness.post(AddCheckpoint(0, (bytes(32),), LOGS[0].sign(5, root_of(5, MAIN), NOW)).encode()).status_code == 422
    assert witness.last(LOGS[0].origin) is None
    assert witness.post(AddCheckpoint(0, (), LOGS[0].sign(0, EMPTY_ROOT, NOW)).encode()).status_code == 200
    assert witness.last(LOGS[0].origin) == 0


def test_api_witness_follows_several_logs_each_apart(witness: Served) -> None:
    first, second = LOGS
    witness.folder.follow(keys_of(first))
    assert witness.post(request(0, 7)).status_code == 200
    assert witness.post(request(0, 9, signer=second)).status_code == 404
    assert witness.folder.follow([*keys_of(first), *keys_of(second)]) == (second.origin,)
    assert witness.post(request(0, 9, FORK, second)).status_code == 200
    assert (witness.last(first.origin), witness.last(second.origin)) == (7, 9)


def test_api_witness_wants_the_signature_of_every_key_of_the_log(witness: Served) -> None:
    witness.folder.follow(keys_of(LOGS[0]))
    note = Note.parse(LOGS[0].sign(5, root_of(5, MAIN), NOW))
    thief = MemorySigner(LOGS[0].origin, b"\x70" * 32, b"\x71" * 32)
    stranger = Note.parse(thief.sign(5, root_of(5, MAIN), NOW)).signatures
    for lines in (note.signatures[:1], note.signatures[1:], stranger):
        body = AddCheckpoint(0, (), Note(note.text, lines).encode()).encode()
        assert witness.post(body).status_code == 403
    assert witness.last(LOGS[0].origin) is None
    body = AddCheckpoint(0, (), Note(note.text, (*note.signatures, *stranger)).encode()).encode()
    assert witness.post(body).status_code == 200


def test_api_witness_takes_a_log_that_signs_with_one_key(witness: Served) -> None:
    classic, quantum = SigningKey(b"\x31" * 32), Cosigner("quantum.example", b"\x32" * 32)
    witness.folder.follow([VerifierKey("classic.example", ED25519, classic.public), quantum.public])
    head = Checkpoint("classic.example", 3, root_of(3, MAIN))
    note = Note(head.encode(), (sign_ed25519(head.encode(), head.origin, classic),))
    assert witness.post(AddCheckpoint(0, (), note.encode()).encode()).status_code == 200
    head = Checkpoint("quantum.example", 3, root_of(3, MAIN))
    note = Note(head.encode(), (quantum.sign(head, NOW),))
    assert witness.post(AddCheckpoint(0, (), note.encode()).encode()).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"old 0\n", b"old 00\n\nx", b"old 0\n\nnot a note\n", b"old 0\n" + b"A" * 43 + b"=\n" * 1, b"\xff" * 100],
)
def test_api_witness_malformed_request_is_400(witness: Served, body: bytes) -> None:
    assert witness.post(body).status_code == 400


def test_api_witness_request_too_large_is_refused(witness: Served) -> None:
    assert witness.post(bytes(MAX_REQUEST + 1)).status_code == 400
    assert witness.post(bytes(MAX_REQUEST + 2)).status_code == 413


@pytest.mark.parametrize(("method", "path"), [("GET", "/add-checkpoint"), ("POST", "/health")])
def test_api_witness_other_methods_are_405(witness: Served, method: str, path: str) -> None:
    assert witness.client().request(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/nothing", "/00/checkpoint", "/../witness.json", "/witness.json"])
def test_api_witness_other_paths_are_404(witness: Served, path: str) -> None:
    assert witness.client().get(path).status_code == 404


def test_api_witness_says_its_key_and_no_secret(witness: Served) -> None:
    reply = witness.client().get("/health")
    assert reply.text == witness.key.encode() + "\n"
    seed = json.loads((witness.path / "witness.json").read_bytes())["mldsa44"]
    assert seed not in reply.text


def test_api_witness_whose_state_is_gone_signs_nothing_for_that_log(witness: Served) -> None:
    first, second = LOGS
    witness.folder.follow([*keys_of(first), *keys_of(second)])
    assert witness.post(request(0, 7)).status_code == 200
    for path in (witness.path / "state").iterdir():
        if b"log.example/1" in path.read_bytes():
            path.unlink()
    assert witness.post(request(0, 7)).status_code == 404
    assert witness.post(request(0, 7, signer=second)).status_code == 200
    with pytest.raises(WitnessStateLostError):
        witness.folder.follow(keys_of(first))


def test_api_witness_folder_refuses_what_would_lose_something(witness: Served, tmp_path: Path) -> None:
    witness.folder.follow(keys_of(LOGS[0]))
    before = (witness.path / "witness.json").read_bytes(), (witness.path / "logs.txt").read_bytes()
    with pytest.raises(KeyFileError):
        witness.folder.create(NAME)
    with pytest.raises(FormatError):
        witness.folder.follow(keys_of(MemorySigner(LOGS[0].origin, b"\x70" * 32, b"\x71" * 32)))
    assert witness.folder.follow(keys_of(LOGS[0])) == ()
    assert ((witness.path / "witness.json").read_bytes(), (witness.path / "logs.txt").read_bytes()) == before
    with pytest.raises(KeyFileError):
        WitnessFolder(tmp_path / "elsewhere").cosigner()
    (witness.path / "logs.txt").write_text("# a comment\n\nnot a key\n")
    with pytest.raises(WitnessFolderError) as caught:
        witness.folder.open()
    assert caught.value.facts == {"line": 3}


def broke(watch: Breaker) -> bool:
    """Whether the operation came to the step that the watch breaks."""
    return len(watch.steps) > watch.at


def test_api_witness_folder_every_crash_of_follow_can_be_repeated(tmp_path: Path, loop: Loop) -> None:
    points = 0
    for at, kept in product(range(MOST_STEPS), (False, True)):
        witness = Served(tmp_path / f"{at}-{kept}", loop)
        watch = Breaker(at, kept)
        try:
            WitnessFolder(witness.path, watch).follow(keys_of(LOGS[0]))
        except StoreError:
            points += 1
            witness.folder.follow(keys_of(LOGS[0]))
        assert [log.origin for log in witness.folder.logs()] == [LOGS[0].origin]
        assert witness.post(request(0, 7)).status_code == 200
    assert 12 <= points < 2 * MOST_STEPS


def test_api_witness_every_crash_of_a_request_never_signs_two_branches(tmp_path: Path, loop: Loop) -> None:
    """After each broken step the log that forked right there gets at most one branch cosigned."""
    points = 0
    for at, kept in product(range(MOST_STEPS), (False, True)):
        witness = Served(tmp_path / f"{at}-{kept}", loop)
        witness.folder.follow(keys_of(LOGS[0]))
        assert witness.post(request(0, 20)).status_code == 200
        watch = Breaker(at, kept)
        broken = WitnessFolder(witness.path, watch).open()
        client = httpx.Client(transport=AppTransport(create_application(broken), loop), base_url="http://witness.test")
        status = client.post("/add-checkpoint", content=request(20, 30)).status_code
        assert status == (500 if broke(watch) else 200)
        points += broke(watch)
        size = witness.last(LOGS[0].origin)
        assert size in ({20, 30} if broke(watch) else {30})
        forked = witness.post(request(20, 31, FORK)).status_code
        assert forked == (200 if size == 20 else 409)
        assert witness.post(request(20, 30)).status_code == 409
    assert 8 <= points < 2 * MOST_STEPS


def test_api_witness_two_processes_and_many_requests_at_once_cosign_one_branch(witness: Served) -> None:
    witness.folder.follow(keys_of(LOGS[0]))
    assert witness.post(request(0, 20)).status_code == 200
    clients = [witness.client(), witness.client()]
    asked = [(clients[n % 2], tree, request(20, 21 + n // 2 % 4, tree)) for n in range(16) for tree in (MAIN, FORK)]
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda one: one[0].post("/add-checkpoint", content=one[2]).status_code, asked))
    assert set(told) == {200, 409}
    assert told.count(200) == 1
    (won,) = [(tree, body) for (_, tree, body), status in zip(asked, told, strict=True) if status == 200]
    size = witness.last(LOGS[0].origin)
    assert size is not None
    assert SignedCheckpoint.parse(won[1].partition(b"\n\n")[2]).head.size == size
    assert witness.post(request(size, 30, won[0])).status_code == 200


@pytest.mark.attack("D7")
def test_api_witness_cosigns_nothing_of_a_log_that_was_taken_off_its_list(witness: Served) -> None:
    for one in LOGS[:2]:
        witness.folder.follow(keys_of(one))
    assert witness.post(request(0, 9)).status_code == 200
    # Its keys are stolen, and it has ended: a longer log of theirs forks nothing.
    assert witness.post(request(9, 12)).status_code == 200
    path, own = witness.path / "logs.txt", {key.encode() for key in keys_of(LOGS[0])}
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines() if line not in own))
    assert witness.post(request(12, 15)).status_code == 404
    assert witness.post(request(0, 15)).status_code == 404
    assert witness.post(request(0, 9, signer=LOGS[1])).status_code == 200


def driver(witness: Served) -> HttpWitness:
    return HttpWitness(NAME, "http://witness.test/", witness.transport())


def test_api_witness_driver_gives_lines_conflicts_and_refusals(witness: Served) -> None:
    witness.folder.follow(keys_of(LOGS[0]))
    signed = LOGS[0].sign(9, root_of(9, MAIN), NOW)
    (line,) = parse_signatures(driver(witness).add_checkpoint(0, (), signed).decode())
    verify_cosignature(SignedCheckpoint.parse(signed).head, line, witness.key)
    with pytest.raises(WitnessConflictError) as conflict:
        driver(witness).add_checkpoint(0, (), signed)
    assert conflict.value.size == 9
    with pytest.raises(WitnessRefusedError) as refused:
        driver(witness).add_checkpoint(9, (), LOGS[0].sign(9, root_of(9, FORK)[::-1], NOW))
    assert refused.value.facts == {"witness": NAME, "status": 422}


def test_api_witness_driver_gives_what_was_cosigned_last(witness: Served) -> None:
    assert driver(witness).last(LOGS[0].origin) is None
    witness.folder.follow(keys_of(LOGS[0]))
    assert driver(witness).last(LOGS[0].origin) is None
    for old, size in ((0, 9), (9, 12)):
        assert witness.post(request(old, size)).status_code == 200
        last = SignedCheckpoint.parse(driver(witness).last(LOGS[0].origin) or b"")
        assert (last.head.size, last.head.root) == (size, root_of(size, MAIN))
        line = last.note.by(witness.key)
        assert line is not None
        verify_cosignature(last.head, line, witness.key)
    for status in (204, 307, 500):
        transport = httpx.MockTransport(lambda _, status=status: httpx.Response(status))
        with pytest.raises(WitnessRefusedError) as refused:
            HttpWitness(NAME, "http://witness.test", transport).last(LOGS[0].origin)
        assert refused.value.facts == {"witness": NAME, "status": status}


@pytest.mark.parametrize("reply", [b"", b"-1\n", b"many\n", b"\xff\n", b"9" * 40, b"1 \n"])
def test_api_witness_driver_takes_no_conflict_without_a_size(reply: bytes) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(409, content=reply))
    with pytest.raises(WitnessRefusedError):
        HttpWitness(NAME, "http://witness.test", transport).add_checkpoint(0, (), b"x")


def test_api_witness_driver_gives_up_on_silence_floods_and_redirects(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silent")

    def flood(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter([b"x" * 1024] * 1_000))

    def drip(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter([b"x"] * 3))

    for answer in (silent, flood):
        with pytest.raises(WitnessUnreachableError):
            HttpWitness(NAME, "http://witness.test", httpx.MockTransport(answer)).add_checkpoint(0, (), b"x")
    redirect = httpx.MockTransport(lambda _: httpx.Response(307, headers={"location": "http://other.test/"}))
    with pytest.raises(WitnessRefusedError):
        HttpWitness(NAME, "http://witness.test", redirect).add_checkpoint(0, (), b"x")
    monkeypatch.setattr("voute.server.http_witness.TIME_LIMIT", -1.0)
    slow: Any = HttpWitness(NAME, "http://witness.test", httpx.MockTransport(drip))
    with pytest.raises(WitnessUnreachableError):
        slow.add_checkpoint(0, (), b"x")
