"""Bars and lines in SVG, without a library: each with its name and its figures; readable on light and dark pages."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

_WIDTH: Final = 720
_NAMES: Final = 240
_FIGURES: Final = 110
_ROW: Final = 34
_TOP: Final = 44
_INK: Final = "#1f2937"
_OURS: Final = "#0b5cad"
_OTHERS: Final = "#8a94a3"
_LINES: Final = ("#0b5cad", "#b4530a", "#3f7d20")
_PLOT: Final = (64, 60, 500, 300)
"""Left, top, right, bottom of what lines are drawn in."""
_HEIGHT: Final = 340
_NAME: Final = 20
_ROOM: Final = 1.15
"""Above the highest point."""


def draw(title: str, rows: Sequence[tuple[str, float, bool]], unit: str) -> str:
    """Draw rows of (name, value, whether it is ours); the text is in it, so that it needs no legend."""
    most = max(value for _, value, _ in rows)
    room = _WIDTH - _NAMES - _FIGURES
    height = _TOP + _ROW * len(rows) + 12
    said = "; ".join(f"{name}: {value:,.0f} {unit}" for name, value, _ in rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" font-family="sans-serif">',
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>",
        f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
        f'<text x="16" y="28" font-size="16" font-weight="600" fill="{_INK}">{escape(title)}</text>',
    ]
    for place, (name, value, is_ours) in enumerate(rows):
        y = _TOP + place * _ROW
        length = max(2, round(room * value / most))
        parts += [
            f'<text x="{_NAMES - 10}" y="{y + 19}" text-anchor="end" font-size="14" fill="{_INK}">{escape(name)}</text>',
            f'<rect x="{_NAMES}" y="{y + 4}" width="{length}" height="22" rx="3" fill="{_OURS if is_ours else _OTHERS}"/>',
            f'<text x="{_NAMES + length + 8}" y="{y + 20}" font-size="14" fill="{_INK}">{value:,.0f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def draw_lines(title: str, lines: Mapping[str, Sequence[tuple[float, float]]], unit: str) -> str:
    """Draw lines of (how many, value) points; how many goes by powers of ten, values from nothing; names stand at their ends."""
    many = [x for points in lines.values() for x, _ in points]
    most = max(y for points in lines.values() for _, y in points) * _ROOM
    left, top, right, bottom = _PLOT
    lowest, highest = math.log10(min(many)), math.log10(max(many))
    width = highest - lowest or 1.0

    def at(x: float, y: float) -> tuple[int, int]:
        return round(left + (math.log10(x) - lowest) / width * (right - left)), round(bottom - y / most * (bottom - top))

    said = "; ".join(f"{name}: " + ", ".join(f"{x:,.0f}: {y:,.0f} {unit}" for x, y in points) for name, points in lines.items())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="sans-serif">',
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#ffffff"/>',
        f'<text x="16" y="28" font-size="16" font-weight="600" fill="{_INK}">{escape(title)}, {escape(unit)}</text>',
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{_OTHERS}"/>',
    ]
    for x in sorted(set(many)):
        place, _ = at(x, 0)
        parts.append(f'<text x="{place}" y="{bottom + 22}" text-anchor="middle" font-size="13" fill="{_INK}">{x:,.0f}</text>')
    ends = _apart([at(*points[-1])[1] for points in lines.values()])
    for (name, points), colour, end in zip(lines.items(), _LINES, ends, strict=False):
        places = [at(*point) for point in points]
        drawn = "L".join(f"{x} {y}" for x, y in places)
        parts.append(f'<path d="M{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in places]
        for (x, y), (_, value) in zip(places[:-1], points[:-1], strict=True):
            parts.append(f'<text x="{x}" y="{y - 9}" text-anchor="middle" font-size="12" fill="{colour}">{value:,.0f}</text>')
        label = f"{points[-1][1]:,.0f} {escape(name)}"
        parts.append(f'<text x="{right + 12}" y="{end + 5}" font-size="13" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _apart(heights: Sequence[int]) -> list[int]:
    """Move names that would stand on one another up; the lowest stays, for the axis is below it."""
    placed: dict[int, int] = {}
    last = _HEIGHT
    for index in sorted(range(len(heights)), key=lambda one: -heights[one]):
        last = min(heights[index], last - _NAME)
        placed[index] = last
    return [placed[index] for index in range(len(heights))]
