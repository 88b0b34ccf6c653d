"""Traces of requests and of the store's flushes inside them, sent by OTLP to the address that the settings name.

A span holds a pattern of a route, a status, the request's id, the name of a step. Nothing of a path, a query, a header, a
statement's values or an error's text; what a client sends as a trace of its own is not taken over.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import local
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span as OpenSpan
from opentelemetry.trace import Tracer, format_trace_id
from typing_extensions import override

from voute.server.observe.signals import METHODS, OTHER, Signals, Span
from voute.server.release import RELEASE
from voute.store.watch import StepCounter

PATIENCE: Final = 5
"""Seconds that a batch of spans may take on its way; then it is lost, and nobody waits."""
STEPS: Final = frozenset({"fsync", "fsync-folder", "sql-commit", "sql-commit-light"})
"""Steps of the store that take time: each flush of a file, each commit."""
_NAMES: Final = {
    "id": "voute.request.id",
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
}


def exporter(address: str) -> SpanExporter:
    """Make what sends spans to an address."""
    return OTLPSpanExporter(endpoint=address, timeout=PATIENCE)


class Traces(Signals):
    """Traces so many of a hundred pieces of work, and sends them beside it; also the thread that does so."""

    def __init__(self, sender: SpanExporter, percent: int) -> None:
        """Take what sends spans, and how many of a hundred traces are made."""
        # Nothing of the machine: no host name, no command line.
        resource = Resource({"service.name": "voute", "service.version": RELEASE})
        self._provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(min(percent, 100) / 100)), resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(sender))
        self._tracer = self._provider.get_tracer("voute", RELEASE)
        self.steps = TracedSteps(self._tracer)

    def start(self) -> None:
        """Begin: its thread began with it."""

    def stop(self) -> None:
        """Send what is left, for a few seconds at most."""
        self._provider.shutdown()

    @override
    @contextmanager
    def span(self, name: str) -> Iterator[Span]:
        """Trace the block (`Signals.span`)."""
        # The text of an error may hold what somebody sent: it stays out.
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as one:
            yield _Traced(one)


class _Traced(Span):
    def __init__(self, span: OpenSpan) -> None:
        self._span = span
        context = span.get_span_context()
        self.trace = format_trace_id(context.trace_id) if context.trace_flags.sampled else ""

    @override
    def called(self, name: str, facts: Mapping[str, str | int | float]) -> None:
        method = str(facts.get("method", ""))
        known = {**facts, "method": method if method in METHODS else OTHER}
        self._span.update_name(name.replace(method, str(known["method"]), 1) if method else name)
        for key, value in known.items():
            if key in _NAMES:
                self._span.set_attribute(_NAMES[key], value)


class TracedSteps(StepCounter):
    """Counts the store's steps, and makes a span of each flush and commit inside a traced request."""

    def __init__(self, tracer: Tracer) -> None:
        """Take the tracer."""
        super().__init__()
        self._tracer = tracer
        self._here = local()

    @override
    def before(self, step: str, *paths: Path) -> None:
        """Begin a span (`Watch.before`)."""
        if step in STEPS:
            # One that failed never came to its end: it is dropped here, unsent.
            self._here.span = self._tracer.start_span(f"store.{step}")

    @override
    def after(self, step: str, *paths: Path) -> None:
        """End it (`Watch.after`)."""
        super().after(step, *paths)
        span = getattr(self._here, "span", None)
        if step in STEPS and span is not None:
            span.end()
            self._here.span = None
