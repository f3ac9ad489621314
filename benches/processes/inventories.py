"""PKIs with many certificates. Each is filled once, in minutes, and copied where a run changes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .inputs import authority, certmint, copy, made_once, write_list
from .settings import Settings

#: A manifest whose certificates are all in place, in the PKIs that are filled.
MANIFEST = """\
[ca.ca]
common_name = "testca.com"
key = "p256"
passphrase = "none"

[defaults]
key = "p256"

[server.flb]
san = ["www.2026testsite.com"]

[server.backend]
san = ["backend.internal.local"]

[client.client01]
common_name = "client01"
"""

#: Certificates with files in the PKIs that are filled: those of the manifest.
FILED = 3

#: Certificates that `revoke` takes, one in each run.
TO_REVOKE = 200


def example(settings: Settings, name: str, *words: str) -> None:
    """Runs one of the package's examples, which fill inventories. Where there is little to fill, not
    in the release profile: its link takes minutes."""
    profile = "dev" if settings.quick else "release"
    cargo = ["cargo", "run", "--quiet", "--locked", "--profile", profile, "--example", name, "--", *words]
    subprocess.run(cargo, cwd=settings.root, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def empty(settings: Settings) -> Path:
    """A PKI that has what its manifest says and nothing else."""

    def make(folder: Path) -> None:
        (folder / "pki.toml").write_text(MANIFEST)
        certmint(settings, folder, "apply")

    return made_once(settings.inputs / "issued-0", make)


def issued(settings: Settings, rows: int) -> Path:
    """A PKI with so many certificates that were signed for others, beside those of its manifest."""

    def make(folder: Path) -> None:
        copy(empty(settings), folder)
        example(settings, "signed_at_a_million", str(folder / "pki"), str(rows + FILED + 1))

    return made_once(settings.inputs / f"issued-{rows}", make)


def in_use(settings: Settings, rows: int, used: dict[int, Path]) -> Path:
    """The copy of such a PKI that the runs of this bench change; it has more with files, to revoke."""
    if rows not in used:
        folder = settings.folder / "in-use" / f"issued-{rows}"
        if folder.exists():
            subprocess.run(["rm", "-rf", str(folder)], check=True)
        folder.mkdir(parents=True)
        copy(issued(settings, rows) if rows else empty(settings), folder)
        write_list(folder / "list.csv", TO_REVOKE)
        certmint(settings, folder, "issue", "batch", "list.csv", "--key", "p256")
        used[rows] = folder
    return used[rows]


def revoked(settings: Settings, rows: int) -> Path:
    """A PKI with so many revoked certificates."""

    def make(folder: Path) -> None:
        example(settings, "revocation_at_a_million", str(folder / "pki"), str(rows))

    return made_once(settings.inputs / f"revoked-{rows}", make)


def applied(settings: Settings) -> Path:
    """A PKI whose manifest names many servers, all of them in place."""

    def make(folder: Path) -> None:
        servers = "".join(
            f'\n[server.server{number:04d}]\nsan = ["server{number:04d}.example.com"]\n'
            for number in range(settings.sizes.entries)
        )
        (folder / "pki.toml").write_text(MANIFEST + servers)
        certmint(settings, folder, "apply")

    return made_once(settings.inputs / "applied", make)


def openssl_directory_of(source: Path, folder: Path) -> None:
    """The directory of `openssl ca` for a CA that has signed nothing."""
    for name in ("ca.crt", "ca.key"):
        copied = folder / name
        copied.write_bytes((source / name).read_bytes())
        copied.chmod(0o600)
    (folder / "newcerts").mkdir(exist_ok=True)
    (folder / "serial").write_text("01\n")
    (folder / "crlnumber").write_text("01\n")
    (folder / "index.txt").write_text("")
    (folder / "index.txt.attr").write_text("unique_subject = no\n")


def openssl_directory(settings: Settings, folder: Path, rows: int, state: str) -> None:
    """The same with so many lines in its index, valid (V) or revoked (R)."""
    openssl_directory_of(authority(settings, "p256") / "pki" / "ca", folder)
    revoked_at = "261101000000Z,keyCompromise" if state == "R" else ""
    with (folder / "index.txt").open("w") as index:
        index.writelines(
            f"{state}\t290101000000Z\t{revoked_at}\t{serial(number)}\tunknown\t/CN=host{number}.example.com\n"
            for number in range(rows)
        )


def serial(number: int) -> str:
    """A serial number of twenty octets, as the revoked certificates of the example have."""
    return f"{'5A' * 12}{number:016X}"


def serials(file: Path, rows: int) -> None:
    """The list that `cfssl gencrl` reads: a decimal number a line."""
    with file.open("w") as lines:
        lines.writelines(f"{int(serial(number), 16)}\n" for number in range(rows))
