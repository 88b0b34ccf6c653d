"""What must not stand in any tracked file: registries' hosts, paths of one machine, unfinished work."""

import re
from pathlib import Path

from tests.support.project import ROOT, tracked_files

BINARY_SUFFIXES = frozenset({".png", ".pdf", ".ttf", ".otf", ".woff2", ".age", ".ico", ".gz", ".zip", ".pack", ".side"})

# Written in parts, or this file would find itself.
HOSTS = re.compile("|".join((r"registry\.npm" + "js", r"py" + r"pi\.org", r"python" + "hosted", r"\+" + "https?://")))
MACHINE_PATHS = re.compile(r"(?<![\w.~$}-])/(?:" + "|".join(("wor" + "k", "roo" + "t", "User" + "s")) + r")/\w")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
CODE_SUFFIXES = frozenset({".py", ".ts", ".svelte", ".js", ".ftl", ".typ", ".sh", ".css", ".html"})


def read_texts() -> list[tuple[str, str]]:
    texts = []
    for path in tracked_files():
        if path.suffix in BINARY_SUFFIXES or path.is_relative_to(ROOT / "vectors"):
            continue
        texts.append((path.relative_to(ROOT).as_posix(), path.read_text("utf-8", errors="replace")))
    return texts


def find(pattern: re.Pattern[str], texts: list[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_structure_tracked_files_name_no_registry() -> None:
    assert find(HOSTS, read_texts()) == []


def test_structure_tracked_files_hold_no_path_of_one_machine() -> None:
    assert find(MACHINE_PATHS, read_texts()) == []


def test_structure_code_holds_no_unfinished_work() -> None:
    code = [(name, text) for name, text in read_texts() if Path(name).suffix in CODE_SUFFIXES]
    assert find(UNFINISHED, code) == []


def test_structure_lock_holds_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


def test_structure_lock_agrees_with_the_project_file() -> None:
    wanted = set(re.findall(r'^  "([A-Za-z0-9._-]+==[^"]+)",', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE))
    locked = {line.lower() for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()}
    assert {pin for pin in wanted if pin.lower() not in locked} == set()
