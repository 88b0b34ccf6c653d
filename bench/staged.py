"""One delivery that says when each of its phases begins: `python -m bench.staged HOME TABLE FILES`, for `bench.timeline`."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from typing_extensions import override

from bench.city import ISSUER
from voute.client.api import CityApi
from voute.client.deliver import DeliverOrder, Delivery
from voute.client.home import IssuerHome
from voute.client.outcome import Outcome
from voute.client.phases import Matched
from voute.client.preflight import Checked
from voute.client.spool import SentPack
from voute.client.targets import Targets
from voute.client.trust import PinnedTrust
from voute.client.unfinished import Unfinished
from voute.core.ids import Hash


def _mark(phase: str) -> None:
    print(json.dumps({"phase": phase, "at": time.monotonic()}), flush=True)


def _stage(stage: str, done: int, _total: int) -> None:
    if stage == "compare":
        _mark("match")
    if stage == "log":
        _mark("receipts" if done else "log")


class _Staged(Delivery):
    """A delivery as it is, its phases told."""

    @override
    def check_list(self, trust: PinnedTrust, table: bytes) -> Checked:
        _mark("check")
        return super().check_list(trust, table)

    @override
    def match(self, api: CityApi, trust: PinnedTrust, checked: Checked) -> Matched:
        _mark("known")
        return super().match(api, trust, checked)

    @override
    def begin(self, table_hash: Hash) -> Unfinished:
        _mark("pin")
        return super().begin(table_hash)

    @override
    def _seal(self, api: CityApi, run: Unfinished, targets: Targets, ready: Iterable[SentPack]) -> list[SentPack]:
        _mark("seal")
        packs = super()._seal(api, run, targets, ready)
        _mark("lists, commit")
        return packs

    @override
    def finish(self, run: Unfinished, sent: "dict[int, str]", deleted: int) -> Outcome:  # type: ignore[override]
        _mark("summary")
        return super().finish(run, sent, deleted)


def main(given: Sequence[str]) -> None:
    """Deliver, and say how it ended."""
    home, table, files = map(Path, given)
    _mark("sign in")
    outcome = _Staged(IssuerHome(home, ISSUER), DeliverOrder(table, files, table.stem), _stage).run()
    _mark("end")
    print(json.dumps({"documents": len(outcome.sent), "seconds": outcome.seconds}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
