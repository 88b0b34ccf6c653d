"""What a release was tested with, for pip: every package that the wheel leads to, at the version of requirements.lock.

The wheel names the packages that it imports itself, and these leave the versions of their own open. Two files close that:
`constraints.txt` for `pip install -c`, whatever the machine, and `hashes.txt` for `pip install --require-hashes -r`, which
refuses a file that is not one of those we saw. Constraints with sums in them are refused by pip itself.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import requires
from pathlib import Path
from typing import Final, NamedTuple

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NAME: Final = "voute"
EXTRAS: Final = ("pkcs11", "postgres", "s3", "traces")
"""The optional parts that a city installs; `dev` is none of them."""


class Machine(NamedTuple):
    """A machine whose wheels get their sums: Linux with glibc, as Debian 12 and 13 and what lies between them."""

    python: str
    processor: str


MACHINES: Final = tuple(Machine(python, processor) for python in ("3.11", "3.12", "3.13") for processor in ("x86_64", "aarch64"))
_GLIBC: Final = ("manylinux2014", *(f"manylinux_2_{minor}" for minor in (17, 24, 26, 27, 28, 31, 34, 35)))
"""Names of what Debian 12 (glibc 2.36) can run, in wheels: an exact name is wanted by pip, and few are in use."""

Requires = Callable[[str], Iterable[str]]


def installed(name: str) -> Iterable[str]:
    """What the metadata of an installed distribution asks for."""
    return requires(name) or ()


def closure(root: str, extras: Iterable[str], machine: Machine, needs: Requires = installed) -> frozenset[str]:
    """Return the normal names of all that a distribution with these extras leads to on a machine, itself not among them.

    Raises:
        PackageNotFoundError: one of them is not installed here, so its needs aren't known.
    """
    base: dict[str, str] = {key: str(value) for key, value in default_environment().items()}
    base |= {
        "python_version": machine.python,
        "python_full_version": f"{machine.python}.0",
        "platform_machine": machine.processor,
    }
    base |= {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    seen: set[tuple[str, str]] = set()
    ahead = [(canonicalize_name(root), extra) for extra in ("", *extras)]
    while ahead:
        name, extra = at = ahead.pop()
        if at in seen:
            continue
        seen.add(at)
        for line in needs(name):
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({**base, "extra": extra}):
                ahead += [(canonicalize_name(wanted.name), one) for one in ("", *wanted.extras)]
    return frozenset(name for name, _ in seen) - {canonicalize_name(root)}


def read_pins(lock: str) -> Mapping[str, str]:
    """Return the lines of a lock by their normal names."""
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(Requirement(line).name): line for line in lines}


def of_release(lock: str) -> list[str]:
    """Return the pins of all that a city can install, on any of the machines, in order.

    Raises:
        KeyError: something that the wheel leads to is not in the lock.
    """
    pins = read_pins(lock)
    return [pins[name] for name in sorted(frozenset().union(*(closure(NAME, EXTRAS, one) for one in MACHINES)))]


def strange(found: Mapping[str, str], pins: str) -> list[str]:
    """Return what stands in an environment, versions by name, and is not of the pins; a venv's own tools are left out."""
    wanted = {name: Requirement(pin).specifier for name, pin in read_pins(pins).items()}
    named = {canonicalize_name(name): version for name, version in found.items()}
    others = {NAME, "pip", "setuptools", "wheel"}
    return [
        f"{name} {named[name]}" for name in sorted(named.keys() - others) if name not in wanted or named[name] not in wanted[name]
    ]


def write_constraints(target: Path, version: str, pins: Iterable[str]) -> None:
    """Write what `pip install -c` reads."""
    head = f"# What {NAME} {version} was tested with: pip install -c constraints.txt ./{NAME}-{version}-py3-none-any.whl\n"
    target.write_text(head + "".join(f"{pin}\n" for pin in pins), "ascii")


def write_hashes(target: Path, version: str, pins: list[str]) -> None:
    """Write the same with the sums of the wheels for each of the machines, as the registry that pip asks has them."""
    sums: dict[str, set[str]] = {name: set() for name in read_pins("\n".join(pins))}
    everywhere: set[str] = set()
    for machine in MACHINES:
        wanted = closure(NAME, EXTRAS, machine) - everywhere
        for file in _wheels(machine, [pin for name, pin in read_pins("\n".join(pins)).items() if name in wanted]):
            sums[file.name].add(file.sha256)
            if file.is_for_all:
                everywhere.add(file.name)
    machines = f"Linux with glibc, Python {MACHINES[0].python} to {MACHINES[-1].python}, x86_64 and aarch64"
    head = f"# The packages of {NAME} {version} with their sums ({machines}): pip install --require-hashes -r hashes.txt\n"
    lines = (
        " \\\n    ".join([pin, *(f"--hash=sha256:{one}" for one in sorted(found))])
        for pin, found in zip(pins, sums.values(), strict=True)
    )
    target.write_text(head + "".join(f"{line}\n" for line in lines), "ascii")


class _Wheel(NamedTuple):
    name: str
    sha256: str
    is_for_all: bool


def _wheels(machine: Machine, pins: list[str]) -> Iterator[_Wheel]:
    """Ask pip what it would install on a machine; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        list_of_pins = Path(folder) / "pins.txt"
        list_of_pins.write_text("\n".join(pins), "ascii")
        platforms = [word for one in _GLIBC for word in ("--platform", f"{one}_{machine.processor}")]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-"]
        where = ["--only-binary", ":all:", "--python-version", machine.python, *platforms, "--target", f"{folder}/none"]
        said = subprocess.run([*pip, *where, "-r", list_of_pins], check=True, stdout=subprocess.PIPE).stdout
    for one in json.loads(said)["install"]:
        found = one["download_info"]
        name = canonicalize_name(one["metadata"]["name"])
        yield _Wheel(name, found["archive_info"]["hashes"]["sha256"], found["url"].endswith("-none-any.whl"))
