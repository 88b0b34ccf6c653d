"""Which document each line of a list has become: 20 bytes a line, where a dict of texts takes ten times that."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from typing_extensions import override

from voute.core.ids import ID_SIZE, DocumentId

_LINE: Final = 8


class DocumentIds(Mapping[int, str]):
    """Document id (hex) by line, lines rising."""

    def __init__(self, sent: Iterable[tuple[int, DocumentId]]) -> None:
        """Take lines and ids in any order."""
        pairs = sorted(line.to_bytes(_LINE, "big") + document_id for line, document_id in sent)
        self._lines = array("Q", (int.from_bytes(pair[:_LINE], "big") for pair in pairs))
        self._ids = b"".join(pair[_LINE:] for pair in pairs)

    @override
    def __getitem__(self, line: int) -> str:
        place = bisect_left(self._lines, line)
        if place == len(self._lines) or self._lines[place] != line:
            raise KeyError(line)
        return self._ids[place * ID_SIZE : (place + 1) * ID_SIZE].hex()

    @override
    def __iter__(self) -> Iterator[int]:
        return iter(self._lines)

    @override
    def __len__(self) -> int:
        return len(self._lines)
