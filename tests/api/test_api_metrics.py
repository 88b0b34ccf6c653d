"""Measurements and traces as they leave a server: added up over processes, at an address of their own, naming nobody."""

import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs
from typing_extensions import override

from tests.api.test_api_serve import department, make_bills, wait_until_visible
from tests.support.city import DemoCity, check
from tests.support.issuer import Department, Pack
from tests.support.live import live_settings, running
from tests.support.ports import free_port
from tests.support.waiting import wait_for
from voute.app.health import MAX_BEHIND, check_health
from voute.core.ids import Hash
from voute.core.rows import NumberedEvent
from voute.core.values import MICROSECONDS
from voute.server.http import packs
from voute.server.http.application import ROUTES, create_application
from voute.server.http.pages import WebFiles
from voute.server.observe.listener import OURS, MetricsListener
from voute.server.observe.metrics import PrometheusSignals, all_of
from voute.server.observe.overview import look
from voute.server.observe.traces import Traces
from voute.server.observe.verdict import Level, judge

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def pattern(path: str) -> str:
    """A route as requests name it: without the kinds of its parameters."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


class Collector:
    """What an OTLP collector gets."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def text(self) -> str:
        return "\n".join(str(self.parsed(body)) for body in self.bodies)

    @staticmethod
    def parsed(body: bytes) -> ExportTraceServiceRequest:
        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        return request

    def names(self) -> set[str]:
        requests = map(self.parsed, self.bodies)
        return {span.name for one in requests for part in one.resource_spans for own in part.scope_spans for span in own.spans}


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.bodies.append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield collector, f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
        server.shutdown()


def test_api_metrics_of_two_processes_are_one_servers(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    port = free_port()
    with collecting() as (collector, address):
        settings = replace(settings, metrics=str(port), traces=address, trace_percent=100, workers=2)
        with running(settings, root, tmp_path / "server.log") as server, server.client() as client:
            there = f"http://127.0.0.1:{port}"

            def read() -> Samples:
                try:
                    return samples(httpx.get(f"{there}/metrics").text)
                except httpx.TransportError:
                    return {}

            issuer = department(server, client)
            delivery = issuer.deliver(client, make_bills(issuer, 3))
            wait_until_visible(client, issuer, delivery)
            wait_for(lambda: bool(read()))
            about = {"method": "GET", "route": "/api/about", "status": "200"}
            before = value(read(), "voute_http_requests_total", **about)
            for _ in range(40):
                # A connection each: the kernel gives them to both processes.
                check(httpx.get(f"{server.address}/api/about"))
            # A request is counted when its answer has left: a reader may be faster.
            wait_for(lambda: value(read(), "voute_http_requests_total", **about) == before + 40)
            found = read()
            assert value(found, "voute_deliveries", state="visible") == 1
            assert value(found, "voute_documents", state="visible") == 3
            assert value(found, "voute_events_sequenced_total") == value(found, "voute_log_entries") == 3
            assert value(found, "voute_store_up", store="log") == 1
            assert client.get("/metrics").status_code == httpx.codes.NOT_FOUND
            assert httpx.get(f"{there}/health").status_code == httpx.codes.NOT_FOUND
            assert httpx.post(f"{there}/metrics").status_code == httpx.codes.NOT_IMPLEMENTED
            text = httpx.get(f"{there}/metrics").text
            assert server.stop() == 0
    assert delivery.hex() not in text + collector.text()
    names = collector.names()
    assert {"GET /api/about", "store.sql-commit", "store.fsync"} <= names
    puts = (f"PUT {pattern(path)}" for one in (packs.put_pack, packs.put_draft) for path in one.paths)
    assert {name for name in names if name.startswith("PUT ")} == set(puts)
    assert {line["event"] for line in server.lines()} == {"request"}
    assert all(re.fullmatch(r"[0-9a-f]{32}", line["trace"]) for line in server.lines())


@pytest.mark.parametrize("ours", [False, True])
def test_api_metrics_address_that_another_program_has_is_said_once(ours: bool) -> None:  # noqa: FBT001
    asked = threading.Event()

    class Other(BaseHTTPRequestHandler):
        server_version = OURS if ours else "nginx"

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()
            asked.set()

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other, capture_logs() as said:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        listener = MetricsListener(CollectorRegistry(), ("127.0.0.1", other.server_address[1]))
        listener.start()
        assert asked.wait(60)
        listener.stop()
        other.shutdown()
    assert [one["code"] for one in said] == ([] if ours else ["address-held"])


@pytest.fixture
def observed(demo: DemoCity) -> tuple[DemoCity, PrometheusSignals]:
    signals = PrometheusSignals()
    application = create_application(
        demo.city, replace(demo.settings, limit_factor=1), WebFiles(demo.settings.web), signals=signals
    )
    return replace(demo, application=application), signals


def test_api_metrics_labels_come_from_the_code_whatever_is_asked_for(observed: tuple[DemoCity, PrometheusSignals]) -> None:
    demo, signals = observed
    demo.clock.freeze()
    with demo.client() as client:
        for path in ("/api/documents/" + "5a" * 16, "/.env", "/documents/who?name=marie", "/log/tile/9/999"):
            client.get(path)
        client.request("BREW" + "x" * 40, "/api/about")
        refused = [client.post("/api/claims/lookup", json={"lookup_id": "00" * 32}).status_code for _ in range(200)]
    assert refused.count(httpx.codes.TOO_MANY_REQUESTS) > 0
    labels = {pair for _, pairs in samples_of(signals, demo) for pair in pairs}
    routes = {pattern(path) for handler in ROUTES for path in getattr(handler, "paths", ())}
    assert {label for key, label in labels if key == "route"} <= routes | {"none"}
    assert {label for key, label in labels if key == "method"} == {"GET", "POST", "other"}
    assert {label for key, label in labels if key == "limit"} == {"claim-lookup"}
    text = str(labels)
    for word in ("5a5a", "marie", ".env", "BREW", "192.0.2.7"):
        assert word not in text


def samples_of(signals: PrometheusSignals, demo: DemoCity) -> Samples:
    registry = all_of(signals, lambda: look(demo.city, demo.settings))
    return samples(generate_latest(registry).decode())


def test_api_events_with_a_place_that_is_not_published_are_counted_as_waiting(
    demo: DemoCity, client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    """A disk that fills while the log is written leaves them so: the city is not well, and says how many wait."""
    delivery, pack = drafted
    check(issuer.commit(client, delivery, 3, [pack]))
    for gives_places in (False, True):
        if gives_places:
            with demo.city.catalogue.write() as tx:
                rows, first = tx.events.pending(100), tx.events.next_index()
                tx.events.number([NumberedEvent(row.event_id, Hash(bytes(32)), first + n) for n, row in enumerate(rows)])
                assert tx.counts.unsequenced() == 0
        counted = look(demo.city, demo.settings).counted
        assert counted is not None
        assert (counted.unsequenced, counted.oldest_unsequenced is None) == (3, False)
    assert check_health(demo.city).log
    demo.clock.ahead += 2 * MAX_BEHIND * MICROSECONDS
    seen = look(demo.city, demo.settings)
    found = {one.name: one for one in judge(seen, is_served=True)}
    assert (found["log"].level, found["log"].facts["waiting"]) == (Level.NOW, 3)


def test_api_traces_hold_the_route_and_the_requests_id_and_nothing_that_was_sent(demo: DemoCity) -> None:
    kept = InMemorySpanExporter()
    traces = Traces(kept, 100)
    application = create_application(demo.city, demo.settings, WebFiles(demo.settings.web), signals=traces)
    seen = replace(demo, application=application)
    theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with seen.client() as client:
        reply = client.get("/api/documents/" + "5a" * 16 + "?name=marie", headers={"traceparent": theirs, "cookie": "a=secret"})
        client.request("BREW", "/api/about")
        with pytest.raises(httpx.HTTPStatusError):
            client.post("/api/sessions", content=b"{]marie").raise_for_status()
    traces.stop()
    spans = kept.get_finished_spans()
    assert [span.name for span in spans] == ["GET /api/documents/{document}", "other ", "POST /api/sessions"]
    assert spans[0].attributes is not None
    assert spans[0].attributes["voute.request.id"] == reply.headers["x-request-id"]
    assert spans[0].attributes["http.response.status_code"] == httpx.codes.UNAUTHORIZED
    text = "".join(span.to_json() for span in spans)
    for word in ("5a5a", "marie", "secret", "0af7651916cd43dd8448eb211c80319c", "192.0.2.7", "BREW"):
        assert word not in text


def test_api_traces_of_few_in_a_hundred_leave_the_others_unwritten() -> None:
    kept = InMemorySpanExporter()
    traces = Traces(kept, 1)
    for _ in range(500):
        with traces.span("request") as span:
            span.called("GET /", {"method": "GET"})
    traces.stop()
    assert 0 <= len(kept.get_finished_spans()) < 50
