"""Bars in SVG, without a library: a name, a bar, its figure; readable on light and dark pages."""

from collections.abc import Sequence
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
