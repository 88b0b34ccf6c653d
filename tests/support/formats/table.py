"""The table of all formats, and the few parsers that stand in it under another's name or not at all."""

from tests.support.formats.format import Format
from tests.support.formats.log import LOG
from tests.support.formats.pictures import PICTURES
from tests.support.formats.proofs import PROOFS
from tests.support.formats.sealed import SEALED
from tests.support.formats.signatures import SIGNATURES
from tests.support.formats.statements import STATEMENTS
from tests.support.formats.values import VALUES

FORMATS: dict[str, Format] = {one.name: one for one in (*VALUES, *STATEMENTS, *PROOFS, *SEALED, *LOG, *SIGNATURES, *PICTURES)}
TWINS: dict[str, Format] = {name: one for name, one in FORMATS.items() if one.twin}
ALONE: dict[str, Format] = {name: one for name, one in FORMATS.items() if not one.twin}
"""Formats that no page reads: there is no second parser to compare with."""
