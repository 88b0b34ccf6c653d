"""Dashboard, alerts and page name measurements that a server gives, with labels that these have; names follow the conventions."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.overviews import everything
from tests.support.project import ROOT

PAGE = ROOT / "docs" / "operate" / "monitoring.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "voute.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"

# What a name may end in (https://prometheus.io/docs/practices/naming, base units).
UNITS = ("_seconds", "_bytes", "_total", "_info")
# Counts of things: the thing itself is the unit.
THINGS = frozenset(
    {
        "voute_store_up",
        "voute_witness_quorum",
        "voute_log_entries",
        "voute_events_unsequenced",
        "voute_deliveries",
        "voute_documents",
        "voute_documents_deleted",
        "voute_jobs_waiting",
        "voute_notices_waiting",
        "voute_notice_addresses",
        "voute_sessions",
        "voute_scrub_damaged",
        "voute_timestamped_entries",
    }
)
# Labels that Prometheus itself gives to all that it reads, and those of a histogram.
GIVEN = frozenset({"instance", "job", "le"})
_NAME = re.compile(r"\bvoute_[a-z_]+\b")
_WITH_LABELS = re.compile(r"\b(voute_[a-z_]+)(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"\bby \(([^)]*)\)")


@cache
def exported() -> dict[str, frozenset[str]]:
    """Every name that can be asked for, with its labels."""
    found: dict[str, frozenset[str]] = {}
    for family in text_string_to_metric_families(generate_latest(everything()).decode()):
        for sample in family.samples:
            if not sample.name.endswith("_created"):
                found[sample.name] = found.get(sample.name, frozenset()) | frozenset(sample.labels)
    return found


def expressions() -> Iterator[tuple[str, str]]:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"]
    for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]:
        for rule in group["rules"]:
            yield f"alert {rule['alert']}", rule["expr"]


def faults(expression: str) -> list[str]:
    """What an expression asks for that is not there."""
    found = [name for name in _NAME.findall(expression) if name not in exported()]
    labels: set[str] = set(GIVEN)
    for name, chosen in _WITH_LABELS.findall(expression):
        own = exported().get(name, frozenset())
        labels |= own
        found += [f"{name}{{{one}}}" for one in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen) if one not in own]
    for names in _GROUPED.findall(expression):
        found += [f"by {one}" for one in re.split(r",\s*", names) if one not in labels]
    return found


@pytest.mark.parametrize(("place", "expression"), list(expressions()))
def test_monitoring_every_expression_asks_for_what_there_is(place: str, expression: str) -> None:
    assert faults(expression) == [], place
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("rate(voute_http_request_total[5m])", "voute_http_request_total"),
        ('voute_http_requests_total{code="200"}', "voute_http_requests_total{code}"),
        ("sum by (vault) (voute_sessions)", "by vault"),
    ],
)
def test_monitoring_the_check_itself_finds_what_is_wrong(expression: str, fault: str) -> None:
    assert fault in faults(expression)


def test_monitoring_names_follow_the_conventions() -> None:
    for name in exported():
        assert re.fullmatch(r"voute_[a-z]+(?:_[a-z]+)*", name), name
        base = re.sub(r"_(?:bucket|count|sum)$", "", name)
        assert base.endswith(UNITS) or base in THINGS, name


def test_monitoring_page_explains_every_measurement_and_no_other() -> None:
    families = {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in exported()}
    rows = re.findall(r"^\| `(voute_[a-z_]+)`", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == families


def test_monitoring_page_explains_every_alert() -> None:
    text = PAGE.read_text("utf-8")
    rules = [rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]]
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in text] == []
    assert all(rule["labels"]["severity"] in {"now", "soon"} and rule["annotations"]["summary"] for rule in rules)


def test_monitoring_panels_lie_beside_each_other() -> None:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(numbers) == len(set(numbers))
