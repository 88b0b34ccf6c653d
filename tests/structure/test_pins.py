"""The pins of a release: all that the wheel leads to, at the versions of the lock, and nothing of development."""

import re
from importlib.metadata import distributions, version

import pytest
from packaging.utils import canonicalize_name

from tests.support.project import ROOT
from tools.pins import EXTRAS, MACHINES, NAME, closure, installed, of_release, read_pins, strange

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
DEVELOPMENT = {
    "pytest",
    "mypy",
    "ruff",
    "hypothesis",
    "playwright",
    "atheris",
    "hatchling",
    "reportlab",
    "schemathesis",
    "coverage",
}


def test_structure_pins_are_what_stands_here() -> None:
    """What was tested is what the lock says, so that a pin is no promise about something else."""
    pins = read_pins("\n".join(of_release(LOCK)))
    assert {name: f"{pin.partition('==')[0]}=={version(name)}" for name, pin in pins.items()} == pins


def test_structure_pins_are_closed_and_hold_no_tool_of_development() -> None:
    pins = read_pins("\n".join(of_release(LOCK)))
    # Walked here by the shortest way, without markers of machines: whatever any of them asks for, where it is installed.
    here = {canonicalize_name(one.metadata["Name"]) for one in distributions()}
    for name in pins:
        asked = {re.split(r"[^\w.-]", line)[0] for line in installed(name) if "extra ==" not in line}
        assert {canonicalize_name(one) for one in asked} & here <= pins.keys(), name
    direct = {re.split(r"[^\w.-]", line)[0] for line in installed(NAME) if not re.search(r"extra == .dev", line)}
    assert {canonicalize_name(one) for one in direct} <= pins.keys()
    assert DEVELOPMENT & pins.keys() == set()


def test_structure_extras_of_a_release_are_all_but_development() -> None:
    extras = {found[1] for line in installed(NAME) if (found := re.search(r"extra == .(\w+)", line))}
    assert set(EXTRAS) == extras - {"dev"}


def test_structure_pins_follow_packages_extras_and_machines() -> None:
    needs = {
        "voute": ["One>=1", "two; extra == 's3'", "never; extra == 'dev'"],
        "one": ["deep[fast]; python_version < '3.12'", "other-system; sys_platform == 'win32'"],
        "deep": ["quick; extra == 'fast'", "One", "absent; extra == 'slow'"],
        **{name: [] for name in ("two", "quick")},
    }
    old, *_, new = MACHINES
    assert closure("voute", (), old, needs.__getitem__) == {"one", "deep", "quick"}
    assert closure("voute", ("s3",), new, needs.__getitem__) == {"one", "two"}


def test_structure_a_package_without_a_pin_stops_a_release() -> None:
    with pytest.raises(KeyError, match="anyio"):
        of_release("\n".join(line for line in LOCK.splitlines() if not line.startswith("anyio==")))
    assert strange({"anyio": "1.0", "segno": version("segno"), "stranger": "2", "pip": "23"}, LOCK) == ["anyio 1.0", "stranger 2"]
