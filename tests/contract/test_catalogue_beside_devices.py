"""Two devices turned on at once: the vault never has more than it may, and a browser is one vault's."""

from collections.abc import Iterator

import pytest

from tests.support.beside import Beside, beside
from tests.support.rows import hash_of, vault
from voute.app.push import MAX_DEVICES, Subscription, keep_device
from voute.core.ids import VaultId
from voute.core.ports_store import Catalogue

VAULT = vault().vault_id
NEIGHBOUR = vault()._replace(vault_id=VaultId(hash_of("neighbour")), v=8)
STRANGER = vault()._replace(vault_id=VaultId(hash_of("stranger")), v=9)


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


@pytest.mark.parametrize("was_known", [False, True], ids=["new", "known"])
def test_contract_beside_two_vaults_turn_one_browser_on_and_the_last_has_it(
    catalogue: Catalogue, second: Beside, *, was_known: bool
) -> None:
    with catalogue.write() as tx:
        for row in (vault(), NEIGHBOUR, STRANGER):
            tx.vaults.add(row)
        if was_known:
            keep_device(tx, STRANGER.vault_id, subscription(1), 1)
    with catalogue.write() as tx:
        keep_device(tx, VAULT, subscription(1), 20)
        theirs = second.begin(lambda tx: keep_device(tx, NEIGHBOUR.vault_id, subscription(1), 21))
        # Another browser waits for nobody but on SQLite, which has one writer.
        assert not theirs.done()
    theirs.result()
    with catalogue.read() as tx:
        assert [tx.devices.of(one) for one in (VAULT, STRANGER.vault_id)] == [(), ()]
        (device,) = tx.devices.of(NEIGHBOUR.vault_id)
        assert tx.devices.at(subscription(1).endpoint) == device
        # One greeting waits: what was left for the device that is gone went with it.
        assert [(one.device_id, one.kind) for one in tx.devices.due(100, 10)] == [(device.device_id, "hello")]
