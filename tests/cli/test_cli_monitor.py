"""`voute monitor` at a desk: one line a look, exit codes, again and again until it is stopped."""

import signal
import time
from pathlib import Path

from tests.cli.conftest import Department
from tests.support.command import environment, finish, start
from tests.support.ports import free_port
from tests.support.tsa import serving_authority
from voute.client.monitor_state import read_state, write_state
from voute.format.ed25519 import SigningKey
from voute.store.posix_log import PosixTiles
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.note import ED25519, VerifierKey
from voute.tlog.timestamp import LATEST, Query, Stamped


def test_cli_monitor_says_in_one_line_that_all_is_well(office: Department) -> None:
    args = ["monitor", office.city.origin, "--home", str(office.home.home)]
    first = office.voute(*args, "--once", "--json").ended(0).json
    assert (first["problems"], first["quorum"], first["witnesses"]) == ([], 1, ["localhost/ville/witness"])
    assert first["addresses"] > 10
    assert first["size"] == first["new"] > 0
    again = office.voute(*args, env=environment(office.folder, "en_CA.UTF-8")).ended(0)
    (line,) = again.out.splitlines()
    assert "all is well" in line
    assert office.city.origin in line


def test_cli_monitor_says_in_one_line_what_is_wrong(office: Department) -> None:
    stranger = VerifierKey("log.example", ED25519, SigningKey(b"s" * 32).public).encode()
    ran = office.voute("monitor", f"{office.city.origin}/log", "--log-key", stranger, "--json").ended(1)
    assert [one["error"] for one in ran.json["problems"]] == ["unknown-log"]
    said = office.voute("monitor", f"{office.city.origin}/log", "--log-key", stranger).ended(1)
    assert len(said.out.splitlines()) == 1
    silent = office.voute("monitor", f"http://localhost:{free_port()}", "--home", office.home.home).ended(4)
    assert len(silent.out.splitlines()) == 1
    assert "ce tour n'a rien appris" in silent.out
    bare = office.voute("monitor", "localhost:8100", "--home", office.home.home).ended(2)
    assert "https://" in bare.said


def test_cli_monitor_says_where_the_proof_is_of_a_log_that_went_back(office: Department, tmp_path: Path) -> None:
    state = tmp_path / "watch.json"
    args = ["monitor", office.city.origin, "--home", str(office.home.home), "--state", str(state)]
    size = office.voute(*args, "--json").ended(0).json["size"]
    seen = read_state(state)
    (known,) = seen.checkpoints
    larger = SignedCheckpoint.parse(known.encode().replace(f"\n{size}\n".encode(), f"\n{size + 1000}\n".encode(), 1))
    write_state(state, seen.with_checkpoint(larger, None))
    (line,) = office.voute(*args).ended(1).out.splitlines()
    (proof,) = tmp_path.glob("watch-evidence-*.txt")
    assert proof.read_bytes().startswith(larger.encode())
    assert line.endswith(str(proof))


def test_cli_monitor_once_and_every_together_are_refused(office: Department) -> None:
    args = ["monitor", office.city.origin, "--home", str(office.home.home)]
    assert office.voute(*args, "--once", "--every", "5").ended(2).out == ""


def test_cli_monitor_looks_again_until_it_is_stopped(office: Department) -> None:
    process = start(office.folder, "monitor", office.city.origin, "--home", office.home.home, "--every", "1", "--json")
    assert process.stdout is not None
    for _ in range(2):
        assert b'"problems": []' in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 130


def test_cli_monitor_asks_for_the_timestamp_of_the_log_when_it_is_told_by_whom(office: Department, tmp_path: Path) -> None:
    with serving_authority(tmp_path / "tsa") as authority:
        args = ["monitor", office.city.origin, "--home", str(office.home.home), "--tsa", str(authority.certificates), "--json"]
        missing = office.voute(*args).ended(1).json
        assert [one["error"] for one in missing["problems"]] == ["tile-missing"]
        tiles = PosixTiles(office.city.server.settings.log_folder)
        checkpoint = SignedCheckpoint.parse(tiles.get("checkpoint"))
        answer = authority.answer(Query.about(checkpoint.head).body)
        tiles.put_mutable(LATEST, Stamped(answer, checkpoint).encode())
        said = office.voute(*args).ended(0).json
    assert abs(said["stamped_at"] - time.time()) < 600
