"""The trust root that the departments of one home share: none of them takes back what another has pinned meanwhile."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools.make_vectors import city
from voute.client.trust import pin, read_pinned
from voute.format.dsse import statement_hash
from voute.format.trust_root import TrustRoot, sign_trust_root
from voute.verify.trust import TrustRootRollbackError

KEYS = city.city_keys()


def following(root: TrustRoot) -> TrustRoot:
    return replace(root, number=root.number + 1, previous=statement_hash(root.encode()))


FIRST = city.trust_root()
SECOND = following(FIRST)
THIRD = following(SECOND)
FOURTH = following(THIRD)
RAW = {root.number: sign_trust_root(root, KEYS[:2]) for root in (FIRST, SECOND, THIRD, FOURTH)}


@pytest.mark.attack("A1")
def test_shared_pin_is_not_taken_back_by_a_department_that_the_city_made_wait(tmp_path: Path) -> None:
    path = tmp_path / "home" / "trust-root.json"
    pin(path, RAW[1])

    def wait(number: int) -> bytes:
        # The city lets the first department wait for a root in between; the second one follows to the newest.
        pin(path, RAW[4], between=RAW.get)
        return RAW[number]

    with pytest.raises(TrustRootRollbackError):
        pin(path, RAW[3], between=wait)
    assert path.read_bytes() == RAW[4]


@pytest.mark.control("A1")
def test_shared_pin_that_another_has_brought_as_far_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "trust-root.json"
    pin(path, RAW[1])

    def wait(number: int) -> bytes:
        pin(path, RAW[3], between=RAW.get)
        return RAW[number]

    assert pin(path, RAW[3], between=wait).root == THIRD
    assert pin(path, RAW[4], between=RAW.get).root == FOURTH
    assert read_pinned(path).root == FOURTH
