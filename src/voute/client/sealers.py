"""Seals a run on all cores: few documents in this process, many in a process a core and one more, each sending its packs."""

import os
from array import array
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import islice
from typing import ClassVar, Final

from voute.client.api import CityApi
from voute.client.sealing import PACK_DOCUMENTS, PACK_TARGET, Sealer, SealerKit
from voute.client.spool import SentPack
from voute.client.targets import RawTarget, Targets
from voute.client.workers import begin_worker, process_context
from voute.core.errors import StateError

_AHEAD: Final = 2
"""Shares for each sealer that are under way or wait: none rests while this process writes down what another has done."""

_MORE: Final = 1
"""Sealers beyond one a core: each waits for its disk and for the city's, and a core would be idle meanwhile. What it takes, some
50 MB, is there since the list lies in a file (docs/adr/0058, 0062)."""


class SealerDiedError(StateError):
    """A sealing process was killed, for instance for want of memory; the run can be resumed."""

    code: ClassVar[str] = "sealer-died"


def seal_all(
    kit: SealerKit, api: CityApi, targets: Targets, processes: int | None, done: Container[int] = frozenset()
) -> Iterator[SentPack]:
    """Seal and send all targets but those whose lines are done; yields acknowledged packs.

    Few are sealed here, many in one process a core and one more. Raises what sealing and sending raise, and `SealerDiedError`.
    """
    shares = list(_shares(targets, done))
    workers = min(processes or (os.cpu_count() or 1) + _MORE, len(shares))
    if workers <= 1:
        with closing(Sealer(kit, api)) as sealer:
            for share in shares:
                yield from sealer.run(targets[number] for number in share)
        return
    with ProcessPoolExecutor(workers, mp_context=process_context(), initializer=_start_worker, initargs=(kit,)) as pool:
        try:
            yield from _hand_out(pool, ([targets.raw(number) for number in share] for share in shares), workers * _AHEAD)
        except BrokenProcessPool as error:
            raise SealerDiedError("a sealing process ended") from error
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _hand_out(pool: ProcessPoolExecutor, shares: Iterator[list[RawTarget]], ahead: int) -> Iterator[SentPack]:
    """Give the sealers their shares, a few ahead of them: what is given waits in this process's memory."""
    waiting = {pool.submit(_seal_share, share) for share in islice(shares, ahead)}
    while waiting:
        ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        waiting |= {pool.submit(_seal_share, share) for share in islice(shares, len(ended))}
        for future in ended:
            yield from future.result()


def _shares(targets: Targets, done: Container[int]) -> Iterator["array[int]"]:
    """Cut the work into shares of about one pack each: the numbers of its targets."""
    share, size = array("Q"), 0
    for number in range(len(targets)):
        if targets.line(number) in done:
            continue
        length = targets.size(number)
        if share and (size + length > PACK_TARGET or len(share) == PACK_DOCUMENTS):
            yield share
            share, size = array("Q"), 0
        share.append(number)
        size += length
    if share:
        yield share


_worker: list[Sealer] = []


def _start_worker(kit: SealerKit) -> None:
    begin_worker()
    _worker.append(Sealer(kit, CityApi(kit.server, kit.token)))


def _seal_share(share: Sequence[RawTarget]) -> list[SentPack]:
    return list(_worker[0].run(raw.read() for raw in share))
