"""The tables, as Markdown and as text."""

from __future__ import annotations

from collections.abc import Sequence

from .row import Figure
from .summary import BoundSummary, RowSummary, SideSummary, Spread

Cells = list[str]


def seconds(value: float) -> str:
    """Three figures, in the unit that suits."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms")):
        if value >= scale:
            return f"{figures(value / scale)} {unit}"
    return f"{figures(value / 1e-6)} µs"


def figures(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size(value: float) -> str:
    """Bytes."""
    return f"{value / 1024**2:.1f} MiB"


def spread(value: Spread | None) -> str:
    """The median, and between which quartiles."""
    if value is None:
        return "–"
    return f"{seconds(value.median)} ({seconds(value.lower)} – {seconds(value.upper)})"


def amount(figure: str, value: float | None) -> str:
    """What a bound is about."""
    if value is None:
        return "–"
    return size(value) if figure == Figure.PEAK.value else seconds(value)


def answer(bound: BoundSummary) -> str:
    """Whether it holds."""
    if bound.value is None:
        return "not there"
    return "not known" if bound.holds is None else "yes" if bound.holds else "NO"


FIGURES = {"cpu": "CPU", "wall": "wall", "peak": "memory"}


def bound_cells(row: RowSummary, bound: BoundSummary) -> Cells:
    ratio = "–" if bound.ratio is None else f"{bound.ratio:.2f}"
    which = "" if bound.ours == "certmint" else f" ({bound.ours.removeprefix('certmint, ')})"
    return [
        f"{row.title}{which}",
        FIGURES[bound.figure],
        amount(bound.figure, bound.value),
        f"{amount(bound.figure, bound.most)}: {bound.words}",
        ratio,
        answer(bound),
    ]


def side_cells(row: RowSummary, side: SideSummary, first: bool) -> Cells:
    return [
        row.title if first else "",
        side.name,
        str(side.runs),
        spread(side.cpu),
        spread(side.wall),
        "–" if side.peak is None else size(side.peak),
        "–" if side.syncs is None else str(side.syncs),
        "; ".join([side.note, *(f"FAULT: {fault}" for fault in side.faults)]).strip("; "),
    ]


BOUNDS_HEADING = ["work", "of it", "certmint", "at most", "of the bound", "holds"]
SIDES_HEADING = [
    "work",
    "program",
    "runs",
    "CPU, median (quartiles)",
    "wall, median (quartiles)",
    "peak",
    "syncs",
    "note",
]


def bounds(rows: Sequence[RowSummary]) -> list[Cells]:
    """A line for each bound."""
    return [BOUNDS_HEADING, *(bound_cells(row, bound) for row in rows for bound in row.bounds)]


def sides(rows: Sequence[RowSummary]) -> list[Cells]:
    """A line for each program."""
    lines = [SIDES_HEADING]
    for row in rows:
        lines.extend(side_cells(row, side, number == 0) for number, side in enumerate(row.sides))
    return lines


def markdown(table: Sequence[Cells]) -> str:
    """A table as Markdown has it."""
    heading, *lines = [[cell.replace("|", "\\|") for cell in line] for line in table]
    rule = ["---"] * len(heading)
    return "".join(f"| {' | '.join(line)} |\n" for line in [heading, rule, *lines])


def text(table: Sequence[Cells]) -> str:
    """Columns for a terminal."""
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip() for line in table
    ]
    return "\n".join(lines) + "\n"


def machine(described: dict[str, str]) -> str:
    """What the figures were measured on."""
    return markdown([["machine", ""], *([name, value] for name, value in described.items())])
