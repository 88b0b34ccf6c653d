"""Every shared case gives its verdict and its output, and the files are exactly what their tool writes."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tools.make_vectors import __main__ as tool
from tools.make_vectors.case import run

FILES = sorted(tool.present())
MIN_REFUSED = 8


@pytest.fixture(scope="module")
def rendered() -> Mapping[str, bytes]:
    return tool.rendered()


@pytest.mark.parametrize("path", FILES)
def test_vectors_case_gives_verdict(path: str) -> None:
    case: Mapping[str, Any] = json.loads((tool.VECTORS / path).read_bytes())
    verdict, output = run(tool.RUNNERS[case["kind"]], case["input"])
    assert (verdict, output) == (case["verdict"], case["output"])


def test_vectors_files_are_what_the_tool_writes(rendered: Mapping[str, bytes]) -> None:
    assert sorted(rendered) == FILES
    changed = [path for path, content in rendered.items() if (tool.VECTORS / path).read_bytes() != content]
    assert changed == []


@pytest.mark.parametrize("folder", sorted({module.FOLDER for module in tool.MODULES}))
def test_vectors_folder_refuses_enough(folder: str) -> None:
    verdicts = [json.loads((tool.VECTORS / path).read_bytes())["verdict"] for path in FILES if path.startswith(f"{folder}/")]
    refused = [verdict for verdict in verdicts if verdict != "ok"]
    assert len(refused) >= MIN_REFUSED
