"""Every line that is taken out of the coverage measure is counted here, with its reason."""

import re
from collections import Counter

from tests.support.project import source_modules

PRAGMA = re.compile(r"#\s*pragma:\s*no\s*(?:cover|branch)")

# Module → how many pragmas it may hold; the comment beside each pragma gives the reason.
ALLOWED: dict[str, int] = {}


def test_structure_coverage_pragmas_are_listed() -> None:
    found = Counter({module.name: len(PRAGMA.findall(module.text)) for module in source_modules()})
    assert {name: count for name, count in found.items() if count} == ALLOWED
