"""Runs a side once and tells what it cost."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .row import Side

SYNCS = "fsync,fdatasync,sync_file_range,syncfs"


class Failed(Exception):
    """A command that did not end as it should."""


@dataclass(frozen=True)
class Cost:
    """What a run cost: seconds, bytes and the exit code."""

    user: float
    system: float
    wall: float
    peak: int
    exit: int

    @property
    def cpu(self) -> float:
        return self.user + self.system


def environment() -> dict[str, str]:
    """That of the bench without what changes how the programs work."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR", "USER", "LOGNAME"}}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def build_launcher(source: Path, folder: Path) -> Path:
    """Compiles launch.c."""
    launcher = folder / "launch"
    if not launcher.exists() or launcher.stat().st_mtime < source.stat().st_mtime:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-static", "-o", str(launcher), str(source)], check=True)
    return launcher


def fresh(folder: Path) -> None:
    """An empty folder. What was there before is deleted when all is measured: for minutes ext4 gives
    no inode away that was freed, and looks for another at length, whoever makes the next files."""
    if folder.exists():
        spent = folder.parent / ".spent"
        spent.mkdir(exist_ok=True)
        folder.rename(spent / f"{folder.name}-{len(os.listdir(spent))}")
    folder.mkdir(parents=True)


def run(launcher: Path, side: Side, folder: Path, number: int, around: list[str] | None = None) -> Cost:
    """Runs the command of a side, below the command `around` if one is given."""
    command = [word.replace("{run}", f"{number:06d}") for word in side.command or ()]
    report = folder.parent / f"{folder.name}.cost"
    errors = folder.parent / f"{folder.name}.errors"
    report.unlink(missing_ok=True)
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [str(launcher), str(report), *(around or []), *command],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
        driven = None
        try:
            if side.drive is not None:
                begin = time.monotonic()
                side.drive(folder)
                driven = time.monotonic() - begin
                process.terminate()
        finally:
            if driven is None and side.drive is not None:
                process.terminate()
            process.wait()
    if not report.exists():
        raise Failed(f"{side.name}: {errors.read_text(errors='replace').strip()}")
    user, system, wall, peak, code = report.read_text().split()
    cost = Cost(
        user=int(user) / 1e6,
        system=int(system) / 1e6,
        wall=driven if driven is not None else int(wall) / 1e9,
        peak=int(peak) * 1024,
        exit=int(code),
    )
    if driven is None and cost.exit not in side.exits:
        said = errors.read_text(errors="replace").strip()[-2000:]
        raise Failed(f"{side.name}: exit code {cost.exit} of {' '.join(command)}\n{said}")
    return cost


def count_syncs(launcher: Path, side: Side, folder: Path, number: int) -> int | None:
    """How often a run asks for its data to be on the disk; None where strace cannot look."""
    if shutil.which("strace") is None:
        return None
    counts = folder.parent / f"{folder.name}.strace"
    counts.unlink(missing_ok=True)
    around = ["strace", "-f", "--seccomp-bpf", "-c", "-e", f"trace={SYNCS}", "-o", str(counts)]
    try:
        run(launcher, side, folder, number, around)
    except Failed:
        if not counts.exists():
            return None
        raise
    total = 0
    for line in counts.read_text().splitlines():
        words = line.split()
        if words and words[-1] in SYNCS.split(","):
            total += int(words[3])
    return total
