"""What a run of the bench is about: values that are known before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sizes:
    """How much of everything there is."""

    requests: int
    leaves: int
    packed: int
    packed_fewer: int
    revoked: tuple[int, ...]
    inventories: tuple[int, ...]
    entries: int


FULL = Sizes(
    requests=1_000,
    leaves=10_000,
    packed=100_000,
    packed_fewer=10_000,
    revoked=(1_000, 10_000, 100_000, 1_000_000),
    inventories=(1_000, 10_000, 100_000, 1_000_000),
    entries=1_000,
)

QUICK = Sizes(
    requests=10,
    leaves=20,
    packed=200,
    packed_fewer=50,
    revoked=(1_000,),
    inventories=(1_000,),
    entries=10,
)


@dataclass(frozen=True)
class Settings:
    """Paths and sizes; everything that is made lies below `folder`."""

    root: Path
    program: Path
    folder: Path
    quick: bool

    @property
    def sizes(self) -> Sizes:
        return QUICK if self.quick else FULL

    @property
    def peers(self) -> Path:
        """The scripts that do with other programs what certmint does."""
        return self.root / "benches" / "peers"

    @property
    def python(self) -> Path:
        """A Python with the modules of benches/requirements.txt."""
        return self.folder / "venv" / "bin" / "python"

    @property
    def inputs(self) -> Path:
        """What was made once and is only read. Quick and full runs have their own."""
        return self.folder / ("inputs-quick" if self.quick else "inputs")

    def runs(self, wanted: int) -> int:
        """How often something is run."""
        return min(wanted, 2) if self.quick else wanted
