"""The wheel holds all that a city needs: installed elsewhere, with no checkout in sight, it serves one with its pages."""

import json
import os
import posixpath
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.support.command import environment, finish
from tests.support.project import ROOT, tracked_files
from tests.support.served_city import browser
from voute.cli.words import place_of_guides

BILLS = 23
"""As few as a demonstration can have."""
SHARED = ("deploy", "docs", "CHANGELOG.md", "SECURITY.md")
"""What the guide of installation takes from an installed package, and all that is to be read there."""
ELSEWHERE = ("vectors", "bench/results/")
"""What pages of the wheel lead to and only the source has: the pages say so."""
RUN = "import sys; from voute.cli import main; sys.argv[0] = 'voute'; main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Built as tools/build_release.py does, from what stands in this checkout, the pages included."""
    place = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, place)
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "web" / "dist", place / "src" / "voute" / "server" / "web")
    for name in SHARED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, place / name)
    command: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", place / "out"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    (made,) = (place / "out").glob("voute-*-py3-none-any.whl")
    yield made
    shutil.rmtree(place)


def test_cli_wheel_holds_pages_messages_fonts_templates_and_migrations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    kinds = {
        ".py",
        ".ftl",
        ".json",
        ".typ",
        ".ttf",
        ".otf",
        ".mako",
        ".txt",
        ".md",
        ".html",
        ".js",
        ".css",
        ".woff2",
        ".svg",
        ".bin",
    }
    wanted = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "voute").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix in kinds
    }
    pages = {
        f"voute/server/web/{path.relative_to(ROOT / 'web' / 'dist')}"
        for path in (ROOT / "web" / "dist").rglob("*")
        if path.is_file()
    }
    assert wanted - names == set()
    assert pages - names == set()
    shared = {name.split("/share/voute/")[1] for name in names if "/share/voute/" in name}
    tracked = {one.relative_to(ROOT).as_posix() for one in tracked_files()}
    assert shared == {name for name in tracked if name.split("/")[0] in SHARED}
    assert {name for name in names if "/tests/" in name or "__pycache__" in name} == set()


def test_cli_wheel_has_what_its_pages_lead_to(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        pages = {name.split("/share/voute/")[1]: name for name in archive.namelist() if "/share/voute/" in name}
        led = {
            posixpath.normpath(posixpath.join(posixpath.dirname(page), target.partition("#")[0] or posixpath.basename(page)))
            for page, name in pages.items()
            if page.endswith(".md")
            for target in re.findall(r"\]\(([^)\s]+)\)", archive.read(name).decode("utf-8"))
            if not re.match(r"[a-z]+:", target)
        }
    assert len(led) > 50, "the finder finds too little to be believed"
    folders = {parent.as_posix() for page in pages for parent in PurePosixPath(page).parents}
    assert {one for one in led - pages.keys() - folders if not one.startswith(ELSEWHERE)} == set()


def test_cli_help_says_where_the_guides_are(tmp_path: Path) -> None:
    assert place_of_guides(tmp_path) is None
    guides = tmp_path / "share" / "voute" / "docs"
    guides.mkdir(parents=True)
    assert str(guides) in (place_of_guides(tmp_path) or "")


def test_cli_wheel_installed_elsewhere_serves_a_city(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "site"
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        home,
        wheel,
    ]
    subprocess.run(pip, check=True, capture_output=True)
    env = environment(tmp_path, PYTHONPATH=str(home))
    where: list[str | Path] = [sys.executable, "-c", "import voute; print(voute.__file__)"]
    assert subprocess.run(where, env=env, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.startswith(str(home))
    command: list[str | Path] = [
        sys.executable,
        "-c",
        RUN,
        "demo",
        "--folder",
        tmp_path / "demo",
        "--count",
        str(BILLS),
        "--json",
    ]
    process = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, finish(process).said
        said = json.loads(line)
        assert Path(said["letter"]).read_bytes().startswith(b"%PDF")
        with browser(said["origin"]) as client:
            manifest = client.get("/release-manifest.json").raise_for_status()
            built = json.loads((ROOT / "web" / "dist" / "release-manifest.json").read_bytes())
            # The demonstration city has a coat of arms of its own.
            assert manifest.json()["files"].keys() - built["files"].keys() == {"city/arms.svg"}
            assert built["files"].items() <= manifest.json()["files"].items()
            assert b"<html" in client.get("/ouvrir").raise_for_status().content
            assert client.get("/health").raise_for_status().json()["status"] == "ok"
        os.kill(process.pid, signal.SIGINT)
        assert finish(process).code == 0
    finally:
        process.kill()
        process.wait()
