"""Builds a release twice, from what is committed, in two places that differ, and compares: `make release`.

build/release holds then the wheel with the pages inside, the packages that it was tested with (tools/pins.py), SHA256SUMS, and
what is inside it as CycloneDX, one file for Python and one for the pages. Whoever has the same commit runs the same command and
compares the sums: no secret, no clock and no path of a machine goes into a wheel.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools import pins

ROOT: Final = Path(__file__).resolve().parent.parent
OUT: Final = ROOT / "build" / "release"
BIN: Final = ROOT / ".venv" / "bin"
PAGES: Final = Path("src/voute/server/web")
"""Where the server finds the pages of an installed package (`voute.server.composition.PACKAGE_WEB`)."""
CONSTRAINTS: Final = "constraints.txt"
HASHES: Final = "hashes.txt"
SBOM_TOOL: Final = "cyclonedx-bom==7.5.0"
# Two machines: another clock, language, zone and mask of rights; the names of the folders differ as well.
MACHINES: Final[tuple[Mapping[str, str], ...]] = (
    {"TZ": "America/Toronto", "LC_ALL": "C.UTF-8"},
    {"TZ": "Pacific/Auckland", "LC_ALL": "C"},
)
MASKS: Final = (0o022, 0o077)


def build_wheel(commit: str, place: Path, machine: Mapping[str, str], mask: int) -> Path:
    """Build the wheel of a commit in a new folder; returns its path."""
    place.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, check=True, capture_output=True).stdout
    environment = {**os.environ, **machine, "PATH": f"{BIN}:{os.environ['PATH']}"}
    stamp = subprocess.run(["git", "log", "-1", "--format=%ct", commit], cwd=ROOT, check=True, capture_output=True, text=True)
    environment["SOURCE_DATE_EPOCH"] = stamp.stdout.strip()

    def run(*command: str | Path, cwd: Path = place, data: bytes | None = None) -> None:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            umask=mask,
        )
        if done.returncode:
            sys.exit(done.stdout.decode(errors="replace") + f"\nthis failed: {' '.join(map(str, command))}")

    run("tar", "-x", data=archive)
    run("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", cwd=place / "web")
    run("npm", "run", "--silent", "build", cwd=place / "web")
    shutil.copytree(place / "web" / "dist", place / PAGES)
    run(BIN / "python", "-m", "hatchling", "build", "--target", "wheel", "--directory", place / "out")
    (wheel,) = (place / "out").glob("*.whl")
    return wheel


def compare(wheels: list[Path]) -> str:
    """Return the sum that both have, or end with what differs."""
    sums = {hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels}
    if len(sums) != 1:
        kept = [shutil.copy(wheel, OUT / f"{number}-{wheel.name}") for number, wheel in enumerate(wheels, 1)]
        sys.exit(f"the two builds differ; compare them: {kept}")
    return sums.pop()


def pin(commit: str, version: str) -> None:
    """Write the packages that the commit was tested with, for `pip install`."""
    lock = subprocess.run(["git", "show", f"{commit}:requirements.lock"], cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = pins.of_release(lock.stdout)
    pins.write_constraints(OUT / CONSTRAINTS, version, wanted)
    pins.write_hashes(OUT / HASHES, version, wanted)


def install(wheel: Path, python: Path) -> None:
    """Install as docs/operate/install.md says; ends when pip brings anything else than what is pinned."""
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", OUT / HASHES, "--dry-run"], check=True)
    subprocess.run([*pip, "-c", OUT / CONSTRAINTS, wheel], check=True)
    listed: list[str | Path] = [python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"]
    found = json.loads(subprocess.run(listed, check=True, capture_output=True).stdout)
    strange = pins.strange({one["name"]: one["version"] for one in found}, (OUT / CONSTRAINTS).read_text("ascii"))
    if strange:
        sys.exit(f"pip brought what is not pinned: {', '.join(strange)}")


def list_contents(wheel: Path, place: Path) -> None:
    """Write what is inside: what pip really installs with the wheel, and what npm says of the pages' packages."""
    venv.create(place / "bare", with_pip=True)
    python = place / "bare" / "bin" / "python"
    install(wheel, python)
    venv.create(place / "tool", with_pip=True)
    tool = place / "tool" / "bin"
    subprocess.run([tool / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SBOM_TOOL], check=True)
    subprocess.run(
        [tool / "cyclonedx-py", "environment", "--output-reproducible", "-o", OUT / "sbom-python.json", python], check=True
    )
    said = subprocess.run(
        [BIN / "npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev"],
        cwd=ROOT / "web",
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    ).stdout
    (OUT / "sbom-pages.json").write_bytes(said)


def main() -> None:
    """Build, compare, list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commit", default="HEAD", help="what to build (default: HEAD)")
    parser.add_argument("--once", action="store_true", help="build once, compare nothing, list nothing")
    options = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / "one", Path(folder) / "another" / "place"]
        count = 1 if options.once else 2
        wheels = [build_wheel(options.commit, places[number], MACHINES[number], MASKS[number]) for number in range(count)]
        total = compare(wheels)
        wheel = Path(shutil.copy(wheels[0], OUT))
        wheel.chmod(0o644)
        if not options.once:
            pin(options.commit, wheel.name.split("-")[1])
            list_contents(wheel, Path(folder))
        sums = {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in OUT.iterdir() if one.suffix in {".whl", ".txt"}}
        (OUT / "SHA256SUMS").write_text("".join(f"{found}  {name}\n" for name, found in sorted(sums.items())))
    print(f"{total}  {wheel.name}  ({'built once' if options.once else 'built twice, the same'})")


if __name__ == "__main__":
    main()
