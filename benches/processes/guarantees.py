"""What has to hold in what certmint left behind, however fast it was. Judged by others where they can."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import stat
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from .measure import environment
from .settings import Settings

#: So many certificates are shown to openssl at most; the sample is drawn anew each time.
SAMPLE = 200


def run(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a judge and keeps what it says."""
    return subprocess.run(
        words, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


STRICTLY = ("-x509_strict",)

#: Some peers' CAs do not stand up to that.
LENIENTLY = ()


def openssl_verifies(
    folder: Path, authority: Path, certificates: Sequence[Path], how: Sequence[str] = STRICTLY
) -> list[str]:
    """The faults that `openssl verify` finds in a sample."""
    if not certificates:
        return ["there is no certificate"]
    sample = [str(path) for path in random.sample(certificates, min(SAMPLE, len(certificates)))]
    judged = run(["openssl", "verify", *how, "-CAfile", str(authority), *sample], folder)
    good = judged.stdout.count(": OK")
    if good == len(sample):
        return []
    errors = sorted({line for line in judged.stderr.splitlines() if line.startswith("error ") and " at " in line})
    return [f"openssl verify: {len(sample) - good} of {len(sample)} refused: {'; '.join(errors)[:300]}"]


def keys_are_private(folder: Path) -> list[str]:
    """Key files are for their owner alone."""
    return [
        f"{path.name} has mode {stat.S_IMODE(path.stat().st_mode):o}"
        for path in folder.rglob("*.key")
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) != 0o600
    ]


def audit_holds(settings: Settings, folder: Path, pki: str = "pki") -> list[str]:
    """`certmint audit verify` finds nothing."""
    judged = run([str(settings.program), "--pki", pki, "audit", "verify"], folder)
    return [] if judged.returncode == 0 else [f"audit verify: {(judged.stdout + judged.stderr).strip()[:300]}"]


def inventory_counts(folder: Path, expected: int, pki: str = "pki") -> list[str]:
    """The inventory has as many certificates as were made, CAs included; SQLite itself counts."""
    with contextlib.closing(
        sqlite3.connect(f"file:{folder / pki / 'inventory.sqlite'}?mode=ro", uri=True)
    ) as inventory:
        (there,) = inventory.execute("SELECT count(*) FROM certificate WHERE state != 'recorded'").fetchone()
    return [] if there == expected else [f"the inventory has {there} certificates, not {expected}"]


def filed(folder: Path, pki: str = "pki") -> list[Path]:
    """The certificates that have files in a PKI."""
    return sorted((folder / pki / "certs").glob("*/*.crt"))


def leaves_filed(folder: Path, pki: str = "pki") -> list[Path]:
    """The leaf certificates in a PKI, without the chain files beside them."""
    return [path for path in filed(folder, pki) if path.stem == path.parent.name]


def pki_is_sound(settings: Settings, folder: Path, leaves: int, pki: str = "pki") -> list[str]:
    """All of it, for a PKI with one CA that issued leaves with files."""
    there = leaves_filed(folder, pki)
    faults = [] if len(there) == leaves else [f"{len(there)} certificates have files, not {leaves}"]
    return [
        *faults,
        *keys_are_private(folder / pki),
        *audit_holds(settings, folder, pki),
        *inventory_counts(folder, leaves + 1, pki),
        *openssl_verifies(folder, folder / pki / "ca" / "ca.crt", there),
    ]


def archive_is_sound(folder: Path, archive: str, leaves: int) -> list[str]:
    """A packed archive is its owner's alone, has three files for each leaf, and openssl takes a sample."""
    path = folder / archive
    faults = []
    if stat.S_IMODE(path.stat().st_mode) != 0o600:
        faults.append(f"{archive} has mode {stat.S_IMODE(path.stat().st_mode):o}")
    with tarfile.open(path) as packed:
        members = packed.getmembers()
        if len(members) != 3 * leaves + 1:
            faults.append(f"{archive} has {len(members)} files, not {3 * leaves + 1}")
        keys = [member for member in members if member.name.endswith(".key")]
        faults += [f"{key.name} has mode {key.mode:o}" for key in keys if key.mode != 0o600]
        certificates = [member for member in members if member.name.endswith(".crt") and "/" in member.name]
        certificates = [member for member in certificates if not member.name.endswith(".fullchain.crt")]
        sample = random.sample(certificates, min(SAMPLE, len(certificates)))
        unpacked = folder / "sample"
        unpacked.mkdir(exist_ok=True)
        places = []
        for number, member in enumerate(sample):
            content = packed.extractfile(member)
            if content is not None:
                places.append(unpacked / f"{number}.crt")
                places[-1].write_bytes(content.read())
    return [*faults, *openssl_verifies(folder, folder / "pki" / "ca" / "ca.crt", places)]
