"""Identifiers: sizes and hex, nothing else passes."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core import ids
from voute.core.errors import FormatError

SHORT: list[Callable[[bytes], bytes]] = [ids.document_id, ids.delivery_id, ids.method_id]
LONG: list[Callable[[bytes], bytes]] = [ids.vault_id, ids.lookup_id, ids.hash_of]


@pytest.mark.parametrize(("take", "size"), [*((one, 16) for one in SHORT), *((one, 32) for one in LONG)])
def test_ids_take_only_their_size(take: Callable[[bytes], bytes], size: int) -> None:
    assert take(bytes(size)) == bytes(size)
    for wrong in (0, size - 1, size + 1):
        with pytest.raises(FormatError):
            take(bytes(wrong))


@given(st.binary(max_size=40))
def test_ids_hex_reads_back(raw: bytes) -> None:
    assert ids.parse_hex(raw.hex(), len(raw)) == raw


@given(st.text(max_size=70), st.sampled_from([16, 32]))
def test_ids_hex_of_any_text_is_canonical_or_refused(text: str, size: int) -> None:
    try:
        raw = ids.parse_hex(text, size)
    except FormatError:
        return
    assert raw.hex() == text
