"""Very many leaves with new keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..guarantees import archive_is_sound, audit_holds, inventory_counts
from ..inputs import authority, copy, write_list
from ..measure import fresh
from ..ours import packed
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

MEGABYTE = 1_000_000


def leaves(settings: Settings, entry: Entry) -> Row:
    sizes = settings.sizes
    fewer = f"certmint, {sizes.packed_fewer:,} leaves"

    def ours(name: str, count: int) -> Side:
        command = packed(settings, "list.csv", "packed")
        return Side(
            name,
            command,
            ours=True,
            prepare=prepared(settings, count),
            check=lambda folder: [
                *audit_holds(settings, folder),
                *inventory_counts(folder, count + 1),
                *archive_is_sound(folder, "packed", count),
            ],
            units=count,
            note="" if command else "issue batch has no --packed yet",
        )

    in_memory = sizes.leaves
    sides = [
        ours("certmint", sizes.packed),
        ours(fewer, sizes.packed_fewer),
        Side(
            "trustme",
            [str(settings.python), str(settings.peers / "python" / "trustme_leaves.py"), str(in_memory)],
            units=in_memory,
            note=f"Python, {in_memory:,} leaves in memory; no requests, nothing kept",
        ),
    ]
    bounds = [
        Bound(Figure.WALL, most=1 / 10_000, words="10,000 a second"),
        Bound(Figure.PEAK, most=150 * MEGABYTE, words="150 MB"),
        Bound(Figure.PEAK, against=(fewer,), factor=1.1, words="memory does not grow with the count"),
    ]
    return Row(entry.name, entry.title, "leaf", sides, bounds, settings.runs(5))


def prepared(settings: Settings, count: int) -> Callable[[Path, int], None]:
    """A new PKI and a list."""
    source = authority(settings, "p256")

    def prepare(folder: Path, _run: int) -> None:
        fresh(folder)
        copy(source, folder)
        write_list(folder / "list.csv", count)

    return prepare


ENTRIES = [Entry("leaves", leaves, "100,000 leaves with new P-256 keys, each")]
