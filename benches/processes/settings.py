"""What a run of the bench is about: values that are known before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    packed_fewer=50_000,
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
    largest: int | None = None

    @property
    def sizes(self) -> Sizes:
        """How much of everything there is in this run."""
        sizes = QUICK if self.quick else FULL
        if self.largest is None:
            return sizes
        return replace(sizes, revoked=self.up_to(sizes.revoked), inventories=self.up_to(sizes.inventories))

    def up_to(self, counts: tuple[int, ...]) -> tuple[int, ...]:
        """The sizes that are not too large; the smallest in any case."""
        kept = tuple(count for count in counts if self.largest is None or count <= self.largest)
        return kept or counts[:1]

    @property
    def peers(self) -> Path:
        """The scripts that do with other programs what certmint does."""
        return self.root / "benches" / "peers"

    @property
    def python(self) -> Path:
        """A Python with the modules of benches/requirements.txt."""
        return self.tools / "venv" / "bin" / "python"

    @property
    def cert_gen(self) -> Path:
        """rustls-cert-gen."""
        return self.tools / "cargo" / "bin" / "rustls-cert-gen"

    @property
    def tools(self) -> Path:
        """Where benches/run installs what does not come from Debian."""
        return self.root / "target" / "bench"

    @property
    def inputs(self) -> Path:
        """What was made once and is only read. Quick and full runs have their own."""
        return self.folder / ("inputs-quick" if self.quick else "inputs")

    def runs(self, wanted: int) -> int:
        """How often something is run."""
        return min(wanted, 2) if self.quick else wanted
