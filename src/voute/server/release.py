"""Which release of the product this is."""

from importlib.metadata import version
from typing import Final

RELEASE: Final = version("voute")
