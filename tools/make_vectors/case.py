"""One case, one file: what goes in, what must come out, or the code of the error that must be raised."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voute.core.errors import VouteError

Values = Mapping[str, Any]
Runner = Callable[[Values], Values]


@dataclass(frozen=True)
class Case:
    """A case of a folder; `verdict` is `ok` or an error code, written down by hand, never computed."""

    folder: str
    name: str
    kind: str
    verdict: str
    input: Values
    expect: Values = field(default_factory=dict)
    """Outputs that are known from elsewhere (an RFC, arithmetic by hand); the runner must give them."""

    @property
    def path(self) -> str:
        """The file's path below `vectors/`."""
        return f"{self.folder}/{self.name}.json"


class VectorError(Exception):
    """The product does not do what a case says."""


def run(runner: Runner, values: Values) -> tuple[str, Values]:
    """Run one input; returns the verdict and the output: after an error, only the number of the `step` or `check`."""
    try:
        return "ok", runner(values)
    except VouteError as error:
        return error.code, {key: error.facts[key] for key in ("step", "check") if key in error.facts}


def render(case: Case, runners: Mapping[str, Runner]) -> bytes:
    """Write a case's file; raises `VectorError` when the product gives another verdict or another output."""
    verdict, output = run(runners[case.kind], case.input)
    if verdict != case.verdict:
        raise VectorError(f"{case.path}: {verdict}, expected {case.verdict}")
    for key, value in case.expect.items():
        if output.get(key) != value:
            raise VectorError(f"{case.path}: {key} is {output.get(key)!r}, expected {value!r}")
    content = {"case": case.name, "kind": case.kind, "verdict": verdict, "input": case.input, "output": output}
    return json.dumps(content, indent=1, sort_keys=True).encode("ascii") + b"\n"
