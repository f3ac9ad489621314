"""The machine and the versions of what was measured on it."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from .measure import environment
from .settings import Settings


def first_line(words: list[str]) -> str | None:
    """What a program says of its version; None if it is not here."""
    try:
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return None
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if lines else None


def processor() -> str:
    """The name of the CPU."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def memory() -> str:
    """How much there is."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * size / 1024**3:.0f} GiB"


def file_system(folder: Path) -> str:
    """The file system that is written to."""
    return first_line(["stat", "-f", "-c", "%T", str(folder)]) or "unknown"


def describe(settings: Settings) -> dict[str, str]:
    """What is said of a run besides its figures; a program that is not here is left out."""
    modules = "import cryptography, trustme; print(cryptography.__version__, trustme.__version__)"
    versions = {
        "certmint": first_line([str(settings.program), "--version"]),
        "commit": first_line(["git", "-C", str(settings.root), "describe", "--always", "--dirty", "--abbrev=10"]),
        "rustc": first_line(["rustc", "--version"]),
        "openssl": first_line(["openssl", "version"]),
        "certtool": first_line(["certtool", "--version"]),
        "cfssl": first_line(["cfssl", "version"]),
        "mkcert": first_line(["mkcert", "-version"]),
        "easy-rsa": first_line(["dpkg-query", "-W", "-f", "${Version}", "easy-rsa"]),
        "rustls-cert-gen": first_line(["cargo", "install", "--list", "--root", str(settings.tools / "cargo")]),
        "cryptography, trustme": first_line([str(settings.python), "-c", modules]),
    }
    machine = {
        "cores": str(os.cpu_count()),
        "CPU": processor(),
        "memory": memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": file_system(settings.folder),
        "load before the run": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }
    return machine | {name: version for name, version in versions.items() if version}
