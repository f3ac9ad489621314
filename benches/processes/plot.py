"""The plot of growth: what a command costs beside ever more certificates.

Drawn as SVG by hand: eight lines on two logarithmic axes need no library, and the file stays small,
the same for the same figures, and legible on light and on dark paper (its colours follow the reader's).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .summary import RowSummary

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 80, 170, 56, 64

#: After Okabe and Ito, for people who do not see all colours; the marks tell the lines apart too.
COLOURS = ("#1f83c8", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#1b9aaa", "#8a6fd1", "#777777")
MARKS = ("circle", "square", "diamond", "triangle")

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1b1b; }
.title { font-size: 16px; font-weight: 600; }
.axis { stroke: #1b1b1b; }
.grid { stroke: #d9d9d9; }
.paper { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #ededed; }
  .axis { stroke: #ededed; }
  .grid { stroke: #454545; }
  .paper { fill: #16181c; }
}
"""


@dataclass(frozen=True)
class Line:
    """One command: how many certificates there are, and the seconds of CPU that it takes."""

    name: str
    points: list[tuple[int, float]]


def lines(rows: Sequence[RowSummary]) -> list[Line]:
    """The rows that were measured at more than one size."""
    found = []
    for row in rows:
        medians = {side.name: side.cpu.median for side in row.sides if side.cpu is not None}
        points = sorted((size, medians[name]) for name, size in row.growth.items() if name in medians)
        if len(points) > 1:
            found.append(Line(row.name, points))
    return found


class Scale:
    """A logarithmic axis."""

    def __init__(self, least: float, most: float, begin: float, end: float) -> None:
        self.decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
        self.begin, self.end = begin, end

    def at(self, value: float) -> float:
        first, last = self.decades[0], self.decades[-1]
        part = (math.log10(value) - first) / max(last - first, 1)
        return self.begin + part * (self.end - self.begin)


def duration(decade: int) -> str:
    """A power of ten of a second."""
    unit, power = ("s", decade) if decade >= 0 else ("ms", decade + 3) if decade >= -3 else ("µs", decade + 6)
    return f"{10**power:,} {unit}"


def mark(kind: str, x: float, y: float, colour: str) -> str:
    """A point of a line."""
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    shapes = {
        "square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        "diamond": ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)),
        "triangle": ((0, -5.5), (5, 4), (-5, 4)),
    }
    corners = " ".join(f"{x + across:.1f},{y + down:.1f}" for across, down in shapes[kind])
    return f'<polygon points="{corners}" fill="{colour}"/>'


def spread_out(wanted: list[float], least: float) -> list[float]:
    """The labels at the end of lines, moved apart so that none covers another."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = list(wanted)
    for before, index in zip(order, order[1:], strict=False):
        placed[index] = max(placed[index], placed[before] + least)
    overflow = max(placed, default=0.0) - (HEIGHT - BOTTOM)
    if overflow > 0:
        for index in reversed(order):
            placed[index] -= overflow
            below = [placed[other] for other in order if placed[other] > placed[index]]
            if not below or min(below) - placed[index] >= least:
                break
    return placed


def svg(drawn: Sequence[Line]) -> str:
    """The plot."""
    sizes = [size for line in drawn for size, _ in line.points]
    costs = [cost for line in drawn for _, cost in line.points]
    across = Scale(min(sizes), max(sizes), LEFT, WIDTH - RIGHT)
    up = Scale(min(costs), max(costs), HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="CPU time of commands by the number of certificates">',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="30">What a command costs beside what is in the inventory</text>',
    ]
    for decade in across.decades:
        x = across.at(10**decade)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{10**decade:,}</text>')
    for decade in up.decades:
        y = up.at(10.0**decade)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{duration(decade)}</text>')
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP} V{bottom} H{right}"/>')
    middle = (LEFT + right) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 18}" text-anchor="middle">certificates in the inventory; crl: revoked</text>'
    )
    height = (TOP + bottom) / 2
    parts.append(
        f'<text x="20" y="{height}" text-anchor="middle" transform="rotate(-90 20 {height})">CPU, median</text>'
    )
    ends = spread_out([up.at(line.points[-1][1]) for line in drawn], 17)
    for number, (line, end) in enumerate(zip(drawn, ends, strict=False)):
        colour, kind = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        places = [(across.at(size), up.at(cost)) for size, cost in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.extend(mark(kind, x, y, colour) for x, y in places)
        (last_x, last_y), cost = places[-1], line.points[-1][1]
        parts.append(
            f'<path d="M{last_x + 6:.1f} {last_y:.1f} L{right + 18} {end:.1f}" fill="none" stroke="{colour}"/>'
        )
        parts.append(f'<text x="{right + 24}" y="{end + 4:.1f}">{escape(line.name)} {label(cost)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def label(cost: float) -> str:
    """What the last point stands for."""
    return f"{cost:.2f} s" if cost >= 1 else f"{cost * 1000:.1f} ms"
