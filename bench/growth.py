"""How a delivery grows: what a document costs among 2,000, 20,000 and 200,000, out of the deliveries that were measured."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.bars import draw_lines

WANTED: Final = 1.10
"""Time a document at 200,000, at most, to that at 20,000."""


def growth_figures(deliveries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put deliveries of several sizes, smallest first, beside one another."""
    points = [
        {
            "documents": one["documents"],
            "us_per_document": round(one["seconds"]["median"] / one["documents"] * 1e6, 1),
            "client_cpu_us_per_document": one["client_cpu_us_per_document"]["median"],
            "server_cpu_us_per_document": one["server_cpu_us_per_document"]["median"],
            "client_mb": one["peak_together_client_mb"],
            "server_mb": one["peak_together_server_mb"],
            "commit": one["machine"]["commit"],
            "load": one["machine"]["load_1_5_15_minutes"][0],
        }
        for one in deliveries
    ]
    last, before = points[-1], points[-2] if len(points) > 1 else points[-1]

    def growth(figure: str) -> float:
        return round(float(last[figure]) / float(before[figure]), 3)

    return {
        "points": points,
        "last_to_before": {figure: growth(figure) for figure in ("us_per_document", "client_mb", "server_mb")},
        "wanted": WANTED,
    }


def growth_pictures(figures: Mapping[str, Any]) -> dict[str, str]:
    """Draw them: each picture by its name."""
    points = figures["points"]

    def line(figure: str) -> list[tuple[float, float]]:
        return [(one["documents"], one[figure]) for one in points]

    times = {
        "by the clock": line("us_per_document"),
        "client's processor time": line("client_cpu_us_per_document"),
        "server's processor time": line("server_cpu_us_per_document"),
    }
    memory = {"client": line("client_mb"), "server": line("server_mb")}
    return {
        "growth-time.svg": draw_lines("A document's time, by documents delivered", times, "µs"),
        "growth-memory.svg": draw_lines("Peak memory, by documents delivered", memory, "MB"),
    }
