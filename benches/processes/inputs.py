"""What is measured with: CAs, requests, certificates. Made once by certmint, read by all sides."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from .measure import environment
from .settings import Settings

PASSWORD = "correct horse battery staple"


def certmint(settings: Settings, folder: Path, *words: str) -> str:
    """Runs certmint in a folder; its standard output."""
    done = subprocess.run(
        [str(settings.program), "--quiet", *words],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"certmint {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def made_once(path: Path, make: Callable[[Path], None]) -> Path:
    """A folder that is made if it is not there; half of one is never left under its name."""
    if not path.exists():
        beside = path.with_name(f".{path.name}.unfinished")
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir(parents=True)
        make(beside)
        beside.rename(path)
    return path


def authority(settings: Settings, kind: str) -> Path:
    """A folder with an empty PKI: one CA with a key of this kind, not encrypted."""

    def make(folder: Path) -> None:
        certmint(settings, folder, "ca", "init", "--cn", "testca.com", "--key", kind, "--no-passphrase")

    return made_once(settings.inputs / f"authority-{kind}", make)


def host(number: int) -> str:
    """The host name of a leaf."""
    return f"host{number:06d}.example.com"


def write_list(file: Path, count: int) -> None:
    """A list for `issue batch`."""
    with file.open("w") as lines:
        lines.write("name,san\n")
        lines.writelines(f"leaf{number:06d},{host(number)}\n" for number in range(count))


def leaves(settings: Settings) -> Path:
    """A PKI with server certificates (P-256), and what the sides read:

    `requests/N.csr`, `certificates/N.crt` and `bundle.pem` with all of these.
    """
    sizes = settings.sizes

    def make(folder: Path) -> None:
        shutil.copytree(authority(settings, "p256") / "pki", folder / "pki", symlinks=True)
        write_list(folder / "list.csv", sizes.leaves)
        certmint(settings, folder, "issue", "batch", "list.csv", "--key", "p256")
        (folder / "requests").mkdir()
        (folder / "certificates").mkdir()
        with (folder / "bundle.pem").open("wb") as bundle:
            for number in range(sizes.leaves):
                name = f"leaf{number:06d}"
                made = folder / "pki" / "certs" / name
                certificate = (made / f"{name}.crt").read_bytes()
                (folder / "certificates" / f"{number:06d}.crt").write_bytes(certificate)
                bundle.write(certificate)
                if number < sizes.requests:
                    shutil.copyfile(made / f"{name}.csr", folder / "requests" / f"{number:06d}.csr")

    return made_once(settings.inputs / "leaves", make)


def ready_keys(settings: Settings) -> Path:
    """Keys of a CA (RSA 4096) and of three leaves (RSA 2048)."""

    def make(folder: Path) -> None:
        for name, kind in [("ca", "rsa4096"), ("flb", "rsa2048"), ("backend", "rsa2048"), ("client01", "rsa2048")]:
            certmint(settings, folder, "key", "new", "--key", kind, "--out", f"{name}.key")

    return made_once(settings.inputs / "keys", make)


def copy(source: Path, target: Path) -> None:
    """A copy of a folder, sharing blocks where the file system can."""
    subprocess.run(["cp", "-a", "--reflink=auto", f"{source}/.", str(target)], check=True)


def secret_file(path: Path, text: str) -> None:
    """A file for its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
