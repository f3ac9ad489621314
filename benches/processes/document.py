"""docs/performance.md: what stands between its markers is of the last run; the rest is written by hand."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

from . import plot, table
from .summary import RowSummary

MARKERS = ("<!-- {}: written by benches/run --write-docs -->", "<!-- end of {} -->")


def between(text: str, name: str, content: str) -> str:
    """Puts something between two markers in place of what is there."""
    begin, end = (marker.format(name) for marker in MARKERS)
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise SystemExit(f"docs/performance.md: the markers of '{name}' are missing; put '{begin}' and '{end}' there")
    return f"{before}{begin}\n\n{content.strip()}\n\n{end}{after}"


def write(root: Path, rows: Sequence[RowSummary], machine: dict[str, str], noted: Sequence[str]) -> None:
    """Writes tables, machine and plot of a run into the documentation."""
    page = root / "docs" / "performance.md"
    text = page.read_text()
    text = between(text, "machine", table.machine(machine))
    notes = "".join(f"- {note}\n" for note in noted)
    text = between(text, "bounds", f"{table.markdown(table.bounds(rows))}\n{notes}")
    text = between(text, "programs", table.markdown(table.sides(rows)))
    drawn = plot.lines(rows)
    if drawn:
        names = ", ".join(line.name for line in drawn)
        text = between(text, "growth", f"![CPU time of {names} by the number of certificates](performance/growth.svg)")
        folder = root / "docs" / "performance"
        folder.mkdir(exist_ok=True)
        (folder / "growth.svg").write_text(plot.svg(drawn))
    page.write_text(text)


def attach(root: Path, outs: Sequence[Path]) -> None:
    """Puts the raw output of runs, a JSON line for each single run, beside the page."""
    lines = b"".join((out / "runs.jsonl").read_bytes() for out in outs)
    # Without a time: the same runs give the same file.
    (root / "docs" / "performance" / "runs.jsonl.gz").write_bytes(gzip.compress(lines, mtime=0))
