"""A trust root that waits for its time is told to departments, with each delivery and by itself, and never used."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Department
from tests.support.command import Ran
from tests.support.proxy import Exchange, Message
from voute.client.trust import read_pinned
from voute.core.values import time_text, unix_time
from voute.format import dsse
from voute.format.trust_root import TrustRoot, sign_trust_root

WEEK = 7 * 86_400


@pytest.fixture
def beside(office: Department) -> Iterator[Path]:
    """Where a city looks for the root that waits; one city serves the whole suite."""
    path = office.city.trust_root_file.with_name("trust-root.next.json")
    yield path
    path.unlink(missing_ok=True)


def following(office: Department) -> TrustRoot:
    known = read_pinned(office.home.trust_root_path).trusted
    later = unix_time(int(time.time()) + WEEK)
    return replace(known.root, number=known.root.number + 1, previous=known.hash, effective_at=later)


def without(root: TrustRoot, issuer: str) -> TrustRoot:
    """The same root, in which the keys of one department end."""
    ended = [
        replace(one, keys=tuple(replace(key, until=1_000_000) for key in one.keys)) if one.id == issuer else one
        for one in root.issuers
    ]
    return replace(root, issuers=tuple(ended))


def status(office: Department, *args: str) -> Ran:
    return office.voute("status", "--as", office.home.issuer, "--home", office.home.home, *args)


def test_cli_next_root_is_told_and_not_used(office: Department, beside: Path) -> None:
    table = office.bills("r-1")
    pinned = office.home.trust_root_path.read_bytes()
    assert office.deliver(table).ended(0).json["trust_root_waiting"] is None
    assert status(office, "--json").ended(0).json["trust_root_waiting"] is None
    root = following(office)
    beside.write_bytes(sign_trust_root(root, office.city.officers))
    for ran in (office.deliver(office.bills("r-2")), office.deliver(table, "--dry-run"), status(office, "--json")):
        told = ran.ended(0).json["trust_root_waiting"]
        assert (told["number"], told["effective_at"], told["lists_us"]) == (root.number, time_text(root.effective_at), True)
        assert told["signed_by"] == sorted(dsse.keyid(one.public) for one in office.city.officers)
    for ran in (office.deliver(office.bills("r-3"), json=False), status(office)):
        assert f"Une racine de confiance attend\xa0: la no\xa0{root.number}" in ran.ended(0).said
        assert "ne connaît plus" not in ran.said
    assert office.home.trust_root_path.read_bytes() == pinned


def test_cli_next_root_that_ends_the_department_says_so(office: Department, beside: Path) -> None:
    beside.write_bytes(sign_trust_root(without(following(office), office.home.issuer), office.city.officers))
    ran = office.deliver(office.bills("r-1"), json=False).ended(0)
    assert f"ne connaît plus la clé de signature de {office.home.issuer}" in ran.said
    assert office.deliver(office.bills("r-2")).ended(0).json["trust_root_waiting"]["lists_us"] is False


def test_cli_next_root_that_does_not_hold_is_named_and_stops_nothing(office: Department, beside: Path) -> None:
    """A city that shows one that its officers have not signed; its own server would not."""
    raw = sign_trust_root(following(office), office.city.officers[:1])

    def lie(exchange: Exchange) -> Message | None:
        assert exchange.reply is not None
        return exchange.reply.with_body(raw) if exchange.path == "/api/trust-root/next" else None

    assert not beside.exists()
    with office.city.proxy.hooks(after=lie):
        ran = office.deliver(office.bills("r-1")).ended(0)
        assert (ran.json["sent"], ran.json["trust_root_waiting"]) == (1, {"problem": "trust-root-quorum"})
        assert "trust-root-quorum" in status(office).ended(0).said
