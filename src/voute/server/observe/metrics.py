"""Measurements for Prometheus: what the processes say, added up over all of them, and how the city is at the moment of asking.

Names, units and labels follow Prometheus's conventions; every label has few values that the code or the trust root names:
patterns of routes, never addresses or identifiers. The registry is our own: nothing else of the process gets in.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from typing_extensions import override

from voute.app.scrub import facts_of
from voute.core.ports_seen import DeliveryCount
from voute.core.values import MICROSECONDS
from voute.server.observe.overview import Counted, Overview
from voute.server.observe.signals import METHODS, OTHER, Signals
from voute.server.settings import SHARED_COUNTERS

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNMATCHED: Final = "none"
"""Stands for the route of what no route answers: whatever was asked for stays out."""


class PrometheusSignals(Signals):
    """Counts what the processes say."""

    def __init__(self) -> None:
        """Begin at zero, in this process's memory or in the folder that `SHARED_COUNTERS` names."""
        self.registry = CollectorRegistry()
        self._requests = self._counter("voute_http_requests", "Requests answered.", "method", "route", "status")
        self._seconds = Histogram(
            "voute_http_request_duration_seconds",
            "From a request to the end of its answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._refused = self._counter("voute_rate_limit_refusals", "Requests refused because too many came.", "limit")
        self._witnesses = self._counter("voute_witness_failures", "Checkpoints that a witness did not cosign.", "witness")
        self._work = self._counter("voute_work_failures", "Work beside the requests that failed and is done again.", "work")
        self._events = self._counter("voute_events_sequenced", "Events brought into the log by this server.")
        self._notices = self._counter("voute_notices_tried", "Notices handed to a mail server or push service.", "way", "outcome")

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self.registry)

    @override
    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request (`Signals.request`)."""
        known = method if method in METHODS else OTHER
        self._requests.labels(known, route or UNMATCHED, str(status)).inc()
        self._seconds.labels(route or UNMATCHED).observe(seconds)

    @override
    def refused(self, limit: str) -> None:
        """Note a refusal (`Signals.refused`)."""
        self._refused.labels(limit).inc()

    @override
    def witness_failed(self, name: str) -> None:
        """Note a witness (`Signals.witness_failed`)."""
        self._witnesses.labels(name).inc()

    @override
    def work_failed(self, work: str) -> None:
        """Note failed work (`Signals.work_failed`)."""
        self._work.labels(work).inc()

    @override
    def sequenced(self, events: int) -> None:
        """Note events (`Signals.sequenced`)."""
        self._events.inc(events)

    @override
    def notice(self, way: str, outcome: str) -> None:
        """Note a notice (`Signals.notice`)."""
        self._notices.labels(way, outcome).inc()


def all_of(signals: PrometheusSignals, overview: Callable[[], Overview]) -> CollectorRegistry:
    """Return the registry to be read: counters of all processes of this server, and the city as it is when it is read."""
    registry = CollectorRegistry()
    if SHARED_COUNTERS in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library leaves it without
    else:
        registry.register(signals.registry)
    registry.register(CityCollector(overview))
    return registry


class CityCollector(Collector):
    """How the city is, looked at anew each time; the same whichever process answers."""

    def __init__(self, overview: Callable[[], Overview]) -> None:
        """Take what looks."""
        self._overview = overview

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield every measurement."""
        seen = self._overview()
        yield _labelled("voute_build_info", "Release that runs.", "version", {seen.release: 1})
        answers = {"catalogue": seen.health.catalogue, "packs": seen.health.blobs, "log": seen.health.log}
        yield _labelled("voute_store_up", "Whether a store answers and is in order.", "store", answers)
        yield _labelled(
            "voute_witness_cosigned_timestamp_seconds",
            "When a witness cosigned the published checkpoint; 0: it did not.",
            "witness",
            {one.name: one.cosigned_at or 0 for one in seen.witnesses},
        )
        yield _one("voute_witness_quorum", "Witnesses that must cosign.", seen.quorum)
        end = 0 if seen.signs is None or seen.signs.until is None else seen.signs.until
        yield _one("voute_log_end_timestamp_seconds", "When the log that this city signs ends, or ended; 0: it goes on.", end)
        sizes = {one.name: one.size for one in seen.disks}
        yield _labelled("voute_disk_size_bytes", "Size of the file system of a folder.", "folder", sizes)
        free = {one.name: one.free for one in seen.disks}
        yield _labelled("voute_disk_free_bytes", "Room that is left there.", "folder", free)
        if seen.counted is not None:
            yield from _of_catalogue(seen.counted, seen.at)


def _of_catalogue(seen: Counted, at: int) -> Iterator[Metric]:
    yield _one("voute_log_entries", "Entries of the published log.", seen.entries)
    yield _time("voute_checkpoint_timestamp_seconds", "When the log was last published.", seen.published_at)
    yield _one("voute_events_unsequenced", "Events ready for the log that it does not show yet.", seen.unsequenced)
    oldest = at // MICROSECONDS if seen.oldest_unsequenced is None else seen.oldest_unsequenced
    lag = max(0, at // MICROSECONDS - oldest)
    yield _one("voute_sequencer_lag_seconds", "Since the event that waits longest for the log was made.", lag)
    columns = zip(
        DeliveryCount._fields,
        (
            ("voute_deliveries", "Deliveries by state."),
            ("voute_documents", "Documents in committed deliveries, deleted ones too."),
            ("voute_pack_bytes", "Bytes of the packs of committed deliveries, as they came."),
        ),
        strict=True,
    )
    for field, (name, words) in columns:
        values = {state: float(getattr(one, field)) for state, one in seen.deliveries.items()}
        yield _labelled(name, words, "state", values)
    yield _one("voute_documents_deleted", "Documents that their holders deleted.", seen.dead.documents)
    yield _one("voute_pack_dead_bytes", "Bytes of bodies of deleted documents.", seen.dead.size)
    yield _one("voute_pack_held_bytes", "Of these, bytes that are not given back to the disk yet.", seen.dead.held)
    work = {kind: one.waiting for kind, one in seen.jobs.items()}
    yield _labelled("voute_jobs_waiting", "Work left to be done.", "kind", work)
    ages = {kind: (at - one.oldest) / MICROSECONDS if one.waiting else 0 for kind, one in seen.jobs.items()}
    yield _labelled("voute_job_oldest_age_seconds", "Since the oldest of it was left.", "kind", ages)
    waiting = GaugeMetricFamily("voute_notices_waiting", "Notices to be sent.", labels=("way", "state"))
    for way, many in (("mail", seen.mails), ("device", seen.messages)):
        waiting.add_metric((way, "untried"), many.untried)
        waiting.add_metric((way, "tried"), many.tried)
    yield waiting
    yield _labelled("voute_notice_addresses", "Addresses for notices.", "state", seen.addresses)
    yield _labelled("voute_sessions", "Sessions that have not ended.", "kind", seen.sessions)
    yield _time("voute_scrub_timestamp_seconds", "When all bytes were last read and compared; 0: not yet.", seen.walk.ended_at)
    yield _one("voute_scrub_damaged", "Places that are known to be damaged.", facts_of(seen.walk)["damaged"])
    yield _one("voute_scrub_read_bytes", "Bytes read by the walk that is under way.", seen.walk.size)
    stamped = 0 if seen.stamp is None else seen.stamp.size
    yield _one("voute_timestamped_entries", "Entries of the last checkpoint that a timestamp authority stamped.", stamped)
    yield _time("voute_backup_timestamp_seconds", "Instant of the newest backup; 0: none yet.", seen.backup_at)


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _time(name: str, words: str, instant: int | None) -> Metric:
    return _one(name, words, 0 if instant is None else instant / MICROSECONDS)


def _labelled(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family
