"""The two independent age implementations: the reference command and the npm package."""

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.project import ROOT

AGE = ROOT / ".make" / "age" / "usr" / "bin" / "age"
AGE_KEYGEN = AGE.with_name("age-keygen")
NODE = ROOT / ".venv" / "bin" / "node"
ORACLE = Path(__file__).with_name("age_oracle.mjs")
TIMEOUT = 60


@dataclass(frozen=True)
class Job:
    """A file to open with one identity string."""

    identity: str
    file: bytes


def age_opens(identity: str, file: bytes, folder: Path) -> bytes | None:
    """Open a file with the command; None if it refuses, whatever it printed before."""
    key = folder / "identity.txt"
    key.write_text(identity + "\n")
    result = subprocess.run([AGE, "-d", "-i", key], input=file, capture_output=True, check=False, timeout=TIMEOUT)
    return result.stdout if result.returncode == 0 else None


def age_seals(recipients: Sequence[str], plaintext: bytes) -> bytes:
    command: list[str | Path] = [AGE, "-e"]
    for recipient in recipients:
        command += ["-r", recipient]
    return subprocess.run(command, input=plaintext, capture_output=True, check=True, timeout=TIMEOUT).stdout


def age_recipient(identity: str) -> str:
    """Let the command compute the recipient of an identity."""
    result = subprocess.run([AGE_KEYGEN, "-y"], input=identity.encode(), capture_output=True, check=True, timeout=TIMEOUT)
    return result.stdout.decode().strip()


def age_makes_identity() -> str:
    result = subprocess.run([AGE_KEYGEN, "-pq"], capture_output=True, check=True, timeout=TIMEOUT)
    return result.stdout.decode().strip().split("\n")[-1]


def _ask(keys: int, opens: Sequence[Job], seals: Sequence[tuple[Sequence[str], bytes]]) -> dict[str, list[object]]:
    jobs = {
        "keys": keys,
        "open": [{"identity": job.identity, "file": b64encode(job.file).decode()} for job in opens],
        "seal": [{"recipients": list(to), "plaintext": b64encode(plain).decode()} for to, plain in seals],
    }
    result = subprocess.run([NODE, ORACLE], input=json.dumps(jobs).encode(), capture_output=True, check=True, timeout=TIMEOUT)
    answer: dict[str, list[object]] = json.loads(result.stdout)
    return answer


def npm_opens(jobs: Sequence[Job]) -> list[bytes | None]:
    """Open files with the npm package; None for each that it refuses."""
    return [b64decode(item) if isinstance(item, str) else None for item in _ask(0, jobs, [])["open"]]


def npm_seals(jobs: Sequence[tuple[Sequence[str], bytes]]) -> list[bytes]:
    return [b64decode(str(item)) for item in _ask(0, [], jobs)["seal"]]


def npm_makes_identities(count: int) -> list[tuple[str, str]]:
    """Make identities with the npm package; returns each with its recipient."""
    found = _ask(count, [], [])["keys"]
    return [(item["identity"], item["recipient"]) for item in found if isinstance(item, dict)]
