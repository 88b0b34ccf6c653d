"""The page of figures is made from the results alone, its pictures are XML that says what it shows."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import dovecot, page, peers
from bench.bars import draw, draw_lines
from bench.report import RESULTS


def test_bench_page_is_made_from_the_results_that_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a country would need has a page of its own (docs/operate/scale.md).
    kept = [path for path in RESULTS.glob("*.json") if not path.name.startswith("scale")]
    pictures = {path.name: path.read_bytes() for path in RESULTS.glob("*.svg")}
    for path in kept:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = page.PAGE.read_text("utf-8")
    monkeypatch.setattr(page, "RESULTS", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    assert page.write_page().read_text("utf-8") == text
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.svg")} == pictures
    assert text.count("\nAgain: `python -m bench") == len(kept) > 0


def test_bench_bars_are_as_long_as_their_figures() -> None:
    root = ET.fromstring(draw("A & B", [("most", 400.0, False), ("half <of it>", 200.0, True)], "a second"))  # noqa: S314
    bars = [int(one.attrib["width"]) for one in root.iter() if one.tag.endswith("rect")][1:]
    assert bars[0] == pytest.approx(2 * bars[1], abs=1)
    assert "half <of it>: 200 a second" in "".join(root.itertext())


def test_bench_missing_peers_are_named_with_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(dovecot, "NEEDED", (Path("/nowhere"),))
    assert [note.rpartition(" ")[2] for note in peers.missing()] == ["restic", "borgbackup", "dovecot-imapd"]


def test_bench_lines_go_by_powers_of_ten_and_are_said() -> None:
    points = [(10.0, 50.0), (100.0, 100.0), (1_000.0, 0.0)]
    root = ET.fromstring(draw_lines("A & B", {"one": points, "other": [(10.0, 50.0)]}, "ms"))  # noqa: S314
    dots = [(int(one.attrib["cx"]), int(one.attrib["cy"])) for one in root.iter() if one.tag.endswith("circle")]
    assert dots[1][0] - dots[0][0] == dots[2][0] - dots[1][0] > 0
    assert dots[1][1] < dots[0][1] < dots[2][1]
    assert dots[3] == dots[0]
    names = [int(one.attrib["y"]) for one in root.iter() if one.text in {"0 one", "50 other"}]
    assert len(names) == 2
    assert abs(names[0] - names[1]) >= 20
    assert "one: 10: 50 ms, 100: 100 ms, 1,000: 0 ms; other: 10: 50 ms" in "".join(root.itertext())
