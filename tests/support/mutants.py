"""Clients and servers of ours with exactly one check taken out, so that each attack's test is seen to fail.

Never product code. A mutant is a name in the code and what stands there instead: `become` replaces it for good in a
process of its own (`tests/support/command_forks.py`), `mutated` for as long as a test's context lasts.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from voute.client.matching import Matcher
from voute.format.dsse import Envelope, Kind, keyid
from voute.format.registry import EntryState

Anything = Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """One check that is gone: where it is called from, by what name, and what is called instead."""

    module: str
    name: str
    instead: Anything

    @property
    def place(self) -> tuple[Any, str]:
        owner: Any = importlib.import_module(self.module)
        *path, last = self.name.split(".")
        for one in path:
            owner = getattr(owner, one)
        return owner, last


def _nothing(*_args: object, **_named: object) -> None:
    """Check nothing."""


def _first_key(envelope: Envelope, _kind: Kind, keys: Iterable[bytes]) -> bytes:
    """Believe a signature because of its keyid, or without one."""
    (only,) = envelope.signatures
    trusted = list(keys)
    return next((key for key in trusted if keyid(key) == only.keyid), trusted[0])


_place = Matcher._place  # noqa: SLF001 -- a mutant is made of what it mutates


def _place_denied(self: Matcher, row: Any, entry: Any, *rest: Any) -> None:  # noqa: ANN401 -- what the original takes
    """Forget that the registry has a vault for this code."""
    _place(self, row, replace(entry, state=EntryState.ISSUED, binding=None), *rest)


MUTANTS: dict[str, Mutant] = {
    # A department
    "believes any bind": Mutant("voute.client.matching", "check_bind", _nothing),
    "asks no witness": Mutant("voute.tlog.policy", "CheckpointVerdict.require_quorum", _nothing),
    "believes any record": Mutant("voute.format.vault_record", "dsse.verify", _first_key),
    "forgets the head that it pinned": Mutant("voute.client.matching", "expect_extends", _nothing),
    "seals to the code again": Mutant("voute.client.matching", "Matcher._place", _place_denied),
}


def become(name: str) -> None:
    """Turn this process into a mutant, for good."""
    mutant = MUTANTS[name]
    owner, last = mutant.place
    # A check that was renamed must not make a mutant of nothing.
    assert hasattr(owner, last), name
    setattr(owner, last, mutant.instead)


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """Be a mutant for as long as the context lasts."""
    owner, last = MUTANTS[name].place
    kept = getattr(owner, last)
    become(name)
    try:
        yield
    finally:
        setattr(owner, last, kept)
