"""Medians, quartiles and what they say of a bound."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .measure import Cost
from .row import Bound, Figure, Row, Side


@dataclass(frozen=True)
class Spread:
    """A median between its quartiles."""

    median: float
    lower: float
    upper: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        if len(values) == 1:
            return Spread(values[0], values[0], values[0])
        lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
        return Spread(median, lower, upper)


@dataclass(frozen=True)
class SideSummary:
    """All runs of a side: seconds of one unit, and the largest memory in bytes."""

    name: str
    ours: bool
    runs: int
    units: int
    cpu: Spread | None
    wall: Spread | None
    peak: int | None
    syncs: int | None
    note: str
    faults: list[str] = field(default_factory=list)

    def figure(self, figure: Figure) -> float | None:
        if figure is Figure.PEAK:
            return self.peak
        spread = self.cpu if figure is Figure.CPU else self.wall
        return None if spread is None else spread.median


@dataclass(frozen=True)
class BoundSummary:
    """What is, what may be, and whether it holds; None where a side could not be run."""

    figure: str
    ours: str
    against: str
    words: str
    value: float | None
    most: float | None

    @property
    def ratio(self) -> float | None:
        return None if self.value is None or not self.most else self.value / self.most

    @property
    def holds(self) -> bool | None:
        return None if self.ratio is None else self.ratio <= 1.0


@dataclass(frozen=True)
class RowSummary:
    """A row of the table."""

    name: str
    title: str
    unit: str
    sides: list[SideSummary]
    bounds: list[BoundSummary]
    growth: dict[str, int]


def of_side(side: Side, costs: Sequence[Cost], syncs: int | None, faults: list[str]) -> SideSummary:
    """Sums up the runs of a side."""
    return SideSummary(
        name=side.name,
        ours=side.ours,
        runs=len(costs),
        units=side.units,
        cpu=Spread.of([cost.cpu / side.units for cost in costs]) if costs else None,
        wall=Spread.of([cost.wall / side.units for cost in costs]) if costs else None,
        peak=max(cost.peak for cost in costs) if costs else None,
        syncs=syncs,
        note=side.note if side.missing() is None else f"{side.missing()} is not here",
        faults=faults,
    )


def of_bound(bound: Bound, sides: Sequence[SideSummary]) -> BoundSummary:
    """Compares one of our sides with what bounds it."""
    named = {side.name: side for side in sides}
    ours = named.get(bound.ours)
    value = ours.figure(bound.figure) if ours else None
    most, against = bound.most, ""
    if most is None:
        known = [(named[name].figure(bound.figure), name) for name in bound.against if name in named]
        there = [(figure, name) for figure, name in known if figure is not None]
        if there:
            least, against = min(there)
            most = least * bound.scaled * bound.factor
        else:
            against = " or ".join(bound.against)
    words = bound.words or f"{bound.factor:g} × {against}"
    return BoundSummary(bound.figure.value, bound.ours, against, words, value, most)


def of_row(row: Row, sides: list[SideSummary]) -> RowSummary:
    """Sums up a row."""
    bounds = [of_bound(bound, sides) for bound in row.bounds]
    return RowSummary(row.name, row.title, row.unit, sides, bounds, row.growth)


def to_json(row: RowSummary) -> dict[str, Any]:
    """As it is kept in summary.json."""
    return asdict(row)


def from_json(kept: dict[str, Any]) -> RowSummary:
    """What was kept."""

    def side(each: dict[str, Any]) -> SideSummary:
        spreads = {name: Spread(**each[name]) if each[name] else None for name in ("cpu", "wall")}
        return SideSummary(**(each | spreads))

    return RowSummary(
        **(
            kept
            | {
                "sides": [side(each) for each in kept["sides"]],
                "bounds": [BoundSummary(**each) for each in kept["bounds"]],
            }
        )
    )
