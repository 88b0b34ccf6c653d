"""Seals a run on all cores: few documents in this process, many in one process a core, each sending its own packs."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from typing import ClassVar

from voute.client.api import CityApi
from voute.client.matching import Target
from voute.client.sealing import PACK_TARGET, Sealer, SealerKit
from voute.client.spool import SentPack
from voute.client.workers import begin_worker, process_context
from voute.core.errors import StateError


class SealerDiedError(StateError):
    """A sealing process was killed, for instance for want of memory; the run can be resumed."""

    code: ClassVar[str] = "sealer-died"


def seal_all(kit: SealerKit, api: CityApi, targets: Sequence[Target], processes: int | None) -> Iterator[SentPack]:
    """Seal and send all targets: here when they are few, else in one process a core; yields acknowledged packs.

    Raises what sealing and sending raise, and `SealerDiedError`.
    """
    shares = list(_shares(targets))
    workers = min(processes or os.cpu_count() or 1, len(shares))
    if workers <= 1:
        with closing(Sealer(kit, api)) as sealer:
            for share in shares:
                yield from sealer.run(share)
        return
    context = process_context()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(kit, shares)) as pool:
        try:
            futures = [pool.submit(_seal_share, number) for number in range(len(shares))]
            for future in as_completed(futures):
                yield from future.result()
        except BrokenProcessPool as error:
            raise SealerDiedError("a sealing process ended") from error
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _shares(targets: Sequence[Target]) -> Iterator[list[Target]]:
    """Cut the work into shares of about one pack each."""
    share: list[Target] = []
    size = 0
    for target in targets:
        length = target.row.size
        if share and size + length > PACK_TARGET:
            yield share
            share, size = [], 0
        share.append(target)
        size += length
    if share:
        yield share


_worker: list[tuple[Sealer, Sequence[Sequence[Target]]]] = []


def _start_worker(kit: SealerKit, shares: Sequence[Sequence[Target]]) -> None:
    begin_worker()
    _worker.append((Sealer(kit, CityApi(kit.server, kit.token)), shares))


def _seal_share(number: int) -> list[SentPack]:
    sealer, shares = _worker[0]
    return list(sealer.run(shares[number]))
