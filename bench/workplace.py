"""Where measurements keep their files, and the environment in which they start the product."""

import os
from pathlib import Path
from typing import Final

WORK: Final = Path("var/bench").absolute()
"""On the file system of the checkout, kept out of git."""


def environment() -> dict[str, str]:
    """Return the variables of a process of the product: no settings from outside, compiled modules kept.

    An installed product has its modules compiled; a checkout under `make` has not, and would compile them at each start.
    """
    ours = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_") and key != "PYTHONDONTWRITEBYTECODE"}
    return ours | {"PYTHONPYCACHEPREFIX": str(WORK / "bytecode")}
