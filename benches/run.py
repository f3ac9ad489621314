"""Measures whole processes: certmint and others at the same work. `benches/run` starts it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from processes import document, machine, plot, table
from processes.measure import Cost, Failed, build_launcher, count_syncs, run
from processes.row import Entry, Row, Side
from processes.rows import ENTRIES
from processes.settings import Settings
from processes.summary import RowSummary, SideSummary, from_json, of_row, of_side, to_json

ROOT = Path(__file__).resolve().parent.parent

NOTES = [
    "step and minica cannot be installed where this runs. Of step one figure is used, measured elsewhere, "
    "and scaled by what openssl did there and does here; of minica none.",
    "A ratio 'of the bound' of 1.00 or less holds. CPU is user and system time of the whole tree of processes.",
    "Syncs are the calls of fsync, fdatasync, sync_file_range and syncfs of one run, counted by strace.",
    "Each run of certmint was followed by `audit verify`, a count of its inventory by SQLite, a look at the modes of "
    "its key files, and `openssl verify -x509_strict` of what it signed (200 drawn by lot where there are more), "
    "where the row leaves a PKI or certificates behind.",
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benches/run", description=__doc__)
    parser.add_argument("--rows", help="only these rows, separated by commas; --list names them")
    parser.add_argument("--list", action="store_true", help="name the rows and do nothing")
    parser.add_argument("--quick", action="store_true", help="few runs of small work, to see that all of it works")
    parser.add_argument("--largest", type=int, metavar="COUNT", help="no inventory or list with more certificates")
    parser.add_argument("--program", type=Path, help="this certmint instead of the release build")
    parser.add_argument(
        "--out", type=Path, help="folder for the raw output and the tables (default: 'last' in --folder)"
    )
    parser.add_argument("--folder", type=Path, help="where inputs are kept and work is done (default: target/bench)")
    parser.add_argument(
        "--write-docs", action="store_true", help="write the tables into docs/performance.md, and the plot"
    )
    parser.add_argument(
        "--report",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        help="measure nothing, and write the tables of what is in these folders into --out; of a row that is in "
        "several of them the last counts",
    )
    return parser.parse_args()


def chosen(rows: str | None) -> list[Entry]:
    """The rows that are asked for."""
    if rows is None:
        return ENTRIES
    known = {entry.name: entry for entry in ENTRIES}
    wanted = [name.strip() for name in rows.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise SystemExit(f"--rows: there is no row '{', '.join(unknown)}'; there are {', '.join(known)}")
    return [known[name] for name in wanted]


class Runs:
    """Runs the sides of rows in turn; every run is a line of runs.jsonl."""

    def __init__(self, settings: Settings, log: TextIO) -> None:
        self.settings = settings
        self.log = log
        self.launcher = build_launcher(ROOT / "benches" / "processes" / "launch.c", settings.folder)

    def write(self, **line: object) -> None:
        self.log.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.log.flush()

    def row(self, row: Row) -> RowSummary:
        """Every side once for the syncs, which warms it up, then all of them in turn."""
        work = self.settings.folder / "work" / row.name
        sides = [side for side in row.sides if side.command is not None and side.missing() is None]
        folders = {side.name: work / side.name.replace(" ", "-").replace(",", "") for side in sides}
        for folder in folders.values():
            folder.mkdir(parents=True)
        costs: dict[str, list[Cost]] = {side.name: [] for side in row.sides}
        faults: dict[str, list[str]] = {side.name: [] for side in row.sides}
        syncs: dict[str, int | None] = {side.name: None for side in row.sides}
        for side in sides:
            if side.prepare_once is not None:
                side.prepare_once(folders[side.name])
            self.prepare(side, folders[side.name], 0)
            if side.drive is None:
                syncs[side.name] = count_syncs(self.launcher, side, folders[side.name], 0)
                self.write(row=row.name, side=side.name, syncs=syncs[side.name])
        for number in range(1, row.runs + 1):
            turn = number % max(len(sides), 1)
            for side in sides[turn:] + sides[:turn]:
                if side.most_runs is not None and number > side.most_runs:
                    continue
                folder = folders[side.name]
                self.prepare(side, folder, number)
                cost = run(self.launcher, side, folder, number)
                costs[side.name].append(cost)
                self.write(row=row.name, side=side.name, run=number, units=side.units, **asdict(cost))
                if not side.check_once:
                    self.check(row, side, folder, number, faults[side.name])
        for side in sides:
            if side.check_once:
                self.check(row, side, folders[side.name], row.runs, faults[side.name])
        summaries: list[SideSummary] = [
            of_side(side, costs[side.name], syncs[side.name], faults[side.name]) for side in row.sides
        ]
        return of_row(row, summaries)

    def prepare(self, side: Side, folder: Path, number: int) -> None:
        if side.prepare is not None:
            side.prepare(folder, number)

    def check(self, row: Row, side: Side, folder: Path, number: int, faults: list[str]) -> None:
        """Looks for what must hold; a fault is told at once, in the table and by the exit code."""
        if side.check is None:
            return
        found = side.check(folder)
        self.write(row=row.name, side=side.name, run=number, faults=found)
        for fault in found:
            print(f"{row.name}: {side.name}: run {number}: {fault}", file=sys.stderr)
            if fault not in faults:
                faults.append(fault)


def measure(settings: Settings, entries: Sequence[Entry], out: Path) -> tuple[list[RowSummary], dict[str, str]]:
    """Measures rows; what is done so far is in the folder after each."""
    out.mkdir(parents=True, exist_ok=True)
    described = machine.describe(settings)
    rows: list[RowSummary] = []
    work = settings.folder / "work"
    subprocess.run(["rm", "-rf", str(work)], check=True)
    with (out / "runs.jsonl").open("w") as log:
        runs = Runs(settings, log)
        runs.write(machine=described)
        for entry in entries:
            begin = time.monotonic()
            print(f"{entry.name}: {entry.title}", file=sys.stderr)
            rows.append(runs.row(entry.make(settings, entry)))
            print(f"{entry.name}: done after {time.monotonic() - begin:.0f} s", file=sys.stderr)
            keep(out, rows, described)
    subprocess.run(["rm", "-rf", str(work)], check=True)
    return rows, described


def keep(out: Path, rows: Sequence[RowSummary], described: dict[str, str]) -> None:
    """The summary and the tables, as Markdown and as text."""
    summary = {"machine": described, "rows": [to_json(row) for row in rows]}
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    tables = [table.bounds(rows), table.sides(rows)]
    (out / "table.md").write_text("\n".join([table.machine(described), *map(table.markdown, tables)]))
    (out / "table.txt").write_text("\n".join(map(table.text, tables)))
    drawn = plot.lines(rows)
    if drawn:
        (out / "growth.svg").write_text(plot.svg(drawn))


def kept(folders: Sequence[Path]) -> tuple[list[RowSummary], dict[str, str]]:
    """What runs before this one measured, in the order of the table."""
    rows: dict[str, RowSummary] = {}
    described: dict[str, str] = {}
    for folder in folders:
        summary = json.loads((folder / "summary.json").read_text())
        rows |= {row["name"]: from_json(row) for row in summary["rows"]}
        described = summary["machine"]
    order = {entry.name: place for place, entry in enumerate(ENTRIES)}
    return sorted(rows.values(), key=lambda row: order.get(row.name, len(order))), described


def main() -> int:
    asked = arguments()
    if asked.list:
        for entry in ENTRIES:
            print(f"{entry.name:18} {entry.title}")
        return 0
    folder = (asked.folder or ROOT / "target" / "bench").resolve()
    out = asked.out or folder / "last"
    if asked.write_docs and (asked.quick or asked.rows or asked.largest):
        raise SystemExit("--write-docs: only what was measured in full; leave --quick, --rows and --largest out")
    if asked.report is not None:
        rows, described = kept(asked.report)
        out.mkdir(parents=True, exist_ok=True)
        keep(out, rows, described)
    else:
        program = (asked.program or ROOT / "target" / "release" / "certmint").resolve()
        if not program.exists():
            raise SystemExit(f"{program} is missing; benches/run builds it when no --program is given")
        settings = Settings(ROOT, program, folder, asked.quick, asked.largest)
        try:
            rows, described = measure(settings, chosen(asked.rows), out)
        except Failed as failed:
            print(f"benches/run: {failed}", file=sys.stderr)
            return 1
    if asked.write_docs:
        document.write(ROOT, rows, described, NOTES)
        document.attach(ROOT, asked.report or [out])
    print(table.text(table.bounds(rows)))
    print(table.text(table.sides(rows)))
    print("".join(f"- {note}\n" for note in NOTES))
    return 1 if any(side.faults for row in rows for side in row.sides) else 0


if __name__ == "__main__":
    sys.exit(main())
