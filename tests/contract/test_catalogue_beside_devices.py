"""Two devices turned on at once: the vault never has more than it may."""

from collections.abc import Iterator

import pytest

from tests.support.beside import Beside, beside
from tests.support.rows import vault
from voute.app.push import MAX_DEVICES, Subscription, keep_device
from voute.core.ports_store import Catalogue

VAULT = vault().vault_id


@pytest.fixture
def second(catalogue: Catalogue, catalogue_url: str) -> Iterator[Beside]:
    with beside(catalogue, catalogue_url) as made:
        yield made


def subscription(number: int) -> Subscription:
    endpoint = f"https://push.test/{number}"
    return Subscription(
        endpoint, b"p" * 65, b"a" * 16, language="fr", pace="once", hour=8, weekday=0, quiet_from=22, quiet_until=7
    )


def test_contract_beside_a_vault_never_has_more_devices_than_it_may(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        for number in range(MAX_DEVICES - 1):
            keep_device(tx, VAULT, subscription(number), number)
    # Room for one more, and two come.
    with catalogue.write() as tx:
        keep_device(tx, VAULT, subscription(MAX_DEVICES), 20)
        theirs = second.begin(lambda tx: keep_device(tx, VAULT, subscription(MAX_DEVICES + 1), 21))
        assert not theirs.done()
    theirs.result()
    with catalogue.read() as tx:
        kept = [row.endpoint for row in tx.devices.of(VAULT)]
    assert kept == [subscription(number).endpoint for number in (*range(1, MAX_DEVICES - 1), MAX_DEVICES, MAX_DEVICES + 1)]
