"""A row of the table: the same work by certmint and by others, and the bound that must hold."""

from __future__ import annotations

import enum
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .settings import Settings


class Figure(enum.Enum):
    """What of a run is compared."""

    CPU = "cpu"
    WALL = "wall"
    PEAK = "peak"


@dataclass(frozen=True)
class Side:
    """One program that does the work of a row, in a folder of its own."""

    name: str
    #: Run in the folder; `{run}` stands for the number of the run, of six digits. None: it cannot be run.
    command: Sequence[str] | None
    #: Whether it is certmint.
    ours: bool = False
    #: Makes the folder before the first run; not measured.
    prepare_once: Callable[[Path], None] | None = None
    #: Makes what a run needs, and takes away what the last run left; not measured.
    prepare: Callable[[Path, int], None] | None = None
    #: What to do while the command runs, a server; it is ended afterwards.
    drive: Callable[[Path], None] | None = None
    #: The faults found in what a run left.
    check: Callable[[Path], list[str]] | None = None
    #: Look only after the last run: what is checked is large, and all runs add to it.
    check_once: bool = False
    #: How many things a run does: figures are of one of them.
    units: int = 1
    exits: tuple[int, ...] = (0,)
    #: Programs that the command needs beside its own; where one is missing the side is left out.
    needs: tuple[str, ...] = ()
    #: Runs it no more often than so.
    most_runs: int | None = None
    note: str = ""

    def missing(self) -> str | None:
        """The first program that is needed and not here."""
        programs = [*(self.command or [])[:1], *self.needs]
        return next((program for program in programs if shutil.which(program) is None), None)


@dataclass(frozen=True)
class Bound:
    """One of our sides has to stay at or below a multiple of another side, or a number."""

    figure: Figure
    ours: str = "certmint"
    #: The side whose median is multiplied; the lowest of several.
    against: tuple[str, ...] = ()
    factor: float = 1.0
    #: Seconds for one unit, or bytes; instead of `against`.
    most: float | None = None
    #: Takes the median of `against` to what is bounded (a program that is not here).
    scaled: float = 1.0
    words: str = ""


@dataclass(frozen=True)
class Row:
    """Sides that are run in turn."""

    name: str
    title: str
    #: What a unit is called.
    unit: str
    sides: list[Side]
    bounds: list[Bound]
    runs: int
    notes: list[str] = field(default_factory=list)
    #: The sizes that sides stand for, for the plot of growth.
    growth: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A row before its inputs are made."""

    name: str
    make: Callable[[Settings, Entry], Row]
    title: str
