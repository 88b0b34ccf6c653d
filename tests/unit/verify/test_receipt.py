"""The verdict on a receipt: which step fails, and that nothing else than our errors leaves."""

import hashlib
import io
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from tools.make_vectors import city
from tools.make_vectors.receipt import DOCUMENT, INDEX, SIZE, World, manifest
from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash
from voute.tlog.policy import NoQuorumError
from voute.verify.receipt import STEPS, digest, digest_bytes, verify_receipt

WORLD = World(manifest())
GOOD = WORLD.receipt()
RAW = GOOD.encode()
ROOT = city.trust_root()
BILL = digest_bytes(DOCUMENT)


def test_receipt_good_one_says_who_what_and_when() -> None:
    verdict = verify_receipt(BILL, RAW, ROOT, require_witnessed=True)
    assert (verdict.state, verdict.issuer, verdict.names.fr) == ("witnessed", "finances", "Service des finances")
    assert (verdict.title, verdict.issued_at, verdict.event_time) == ("Compte de taxes 2026", city.ISSUED, city.DELIVERED)
    # Three witnesses cosigned at 60, 120 and 180 seconds: the median is the second.
    assert verdict.witnessed_at == city.COSIGNED + 120
    assert verdict.steps == tuple(enumerate(STEPS))
    assert (verdict.document_id, verdict.index, verdict.tree_size) == (WORLD.manifest.document_id, INDEX, SIZE)


def test_receipt_below_the_quorum_is_logged_unless_more_is_asked_for() -> None:
    raw = replace(WORLD, witnesses=1).receipt().encode()
    verdict = verify_receipt(BILL, raw, ROOT)
    assert (verdict.state, verdict.witnessed_at) == ("logged", None)
    with pytest.raises(NoQuorumError) as caught:
        verify_receipt(BILL, raw, ROOT, require_witnessed=True)
    assert caught.value.facts == {"have": 1, "need": 2, "step": 7}


def test_receipt_document_is_hashed_in_pieces() -> None:
    large = bytes(3 * 1024 * 1024 + 5)
    assert digest(io.BytesIO(large)) == digest_bytes(large)
    assert digest(io.BytesIO(b"")) == digest_bytes(b"")
    assert (digest_bytes(b"x").sha256, digest_bytes(b"x").size) == (hashlib.sha256(b"x").digest(), 1)


def test_receipt_document_of_any_size_takes_little_memory() -> None:
    class Watched(io.BytesIO):
        """Remembers how much was asked for at once."""

        asked: ClassVar[list[int | None]] = []

        @override
        def read(self, size: int | None = -1, /) -> bytes:
            self.asked.append(size)
            return super().read(size)

    digest(Watched(bytes(2 * 1024 * 1024 + 5)))
    assert Watched.asked == [1024 * 1024] * 4


@pytest.mark.parametrize(
    ("change", "step", "code"),
    [
        ({"manifest": None}, 0, "format"),
        ({"proof": "\ud800"}, 0, "format"),
        ({"city": "autre"}, 1, "wrong-city"),
        ({"salt": Hash(bytes(32))}, 5, "not-in-log"),
    ],
)
def test_receipt_error_names_its_step(change: dict[str, object], step: int, code: str) -> None:
    if change.get("proof"):
        raw = RAW.replace(GOOD.proof.split("\n", maxsplit=1)[0].encode(), b"\\ud800", 1)
    else:
        raw = replace(GOOD, **change).encode()  # type: ignore[arg-type]
    with pytest.raises(VouteError) as caught:
        verify_receipt(BILL, raw, ROOT)
    assert (caught.value.code, caught.value.facts["step"]) == (code, step)


@given(st.data())
def test_receipt_changed_is_refused(data: st.DataObject) -> None:
    raw = bytearray(RAW)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VouteError):
        verify_receipt(BILL, bytes(raw), ROOT, require_witnessed=True)


@given(st.data())
def test_receipt_cut_is_refused(data: st.DataObject) -> None:
    with pytest.raises(FormatError):
        verify_receipt(BILL, RAW[: data.draw(st.integers(0, len(RAW) - 1))], ROOT)


@given(st.binary(max_size=200))
def test_receipt_of_any_bytes_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        verify_receipt(BILL, raw, ROOT)
