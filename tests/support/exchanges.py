"""The exchanges of a delivery by name, and a hook that holds the first of a kind."""

from collections.abc import Callable
from threading import Event

from tests.support.proxy import Exchange


def is_draft(exchange: Exchange) -> bool:
    return exchange.method == "PUT" and exchange.path.endswith("/draft")


def is_pack(exchange: Exchange) -> bool:
    return exchange.method == "PUT" and not is_draft(exchange)


def is_commit(exchange: Exchange) -> bool:
    return exchange.path.endswith("/commit")


def is_receipts(exchange: Exchange) -> bool:
    return exchange.path.endswith("/receipts")


class Stop:
    """Holds the first exchange of a kind until the test has done what it does then."""

    def __init__(self, when: Callable[[Exchange], bool]) -> None:
        self.when = when
        self.reached, self.go_on = Event(), Event()

    def __call__(self, exchange: Exchange) -> None:
        if self.when(exchange) and not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(60)
