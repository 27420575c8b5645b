# SPDX-License-Identifier: BSD-3-Clause
"""Curves side by side as an SVG, each with its own x axis and all with one y axis from zero."""

from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, GAP = 200, 160, 48, 28, 36


@dataclass
class Curve:
    name: str
    points: list[tuple[float, float]]


def _ceiling(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ... that is no less."""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if factor * step >= value:
                return factor * step
        step *= 10


def _panel(curve: Curve, left: float, most: float) -> list[str]:
    lines = [f'<text x="{left + WIDTH / 2}" y="{TOP - 10}" class="name">{curve.name}</text>',
             f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" class="frame"/>']
    places = []
    last = max(len(curve.points) - 1, 1)
    for i, (x, y) in enumerate(curve.points):
        across = left + 16 + (WIDTH - 32) * i / last
        up = TOP + HEIGHT * (1 - y / most)
        places.append(f"{across:.1f},{up:.1f}")
        lines.append(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3"/>')
        lines.append(f'<text x="{across:.1f}" y="{up - 8:.1f}">{y:.3g}</text>')
        lines.append(f'<text x="{across:.1f}" y="{TOP + HEIGHT + 16}">{x:g}</text>')
    lines.append(f'<polyline points="{" ".join(places)}"/>')
    return lines


def draw(curves: list[Curve], unit: str) -> str:
    most = _ceiling(1.1 * max(y for curve in curves for _, y in curve.points))
    width = LEFT + len(curves) * (WIDTH + GAP)
    height = TOP + HEIGHT + 28
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        "<style>text{text-anchor:middle;fill:#333}.name{font-weight:bold}.frame{fill:none;stroke:#bbb}"
        "circle{fill:#1f6feb}polyline{fill:none;stroke:#1f6feb;stroke-width:1.5}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text transform="translate(14 {TOP + HEIGHT / 2}) rotate(-90)">{unit}</text>',
        f'<text x="{LEFT - 12}" y="{TOP + 8}">{most:g}</text>',
        f'<text x="{LEFT - 12}" y="{TOP + HEIGHT}">0</text>',
    ]
    for i, curve in enumerate(curves):
        lines += _panel(curve, LEFT + i * (WIDTH + GAP), most)
    return "\n".join([*lines, "</svg>", ""])
