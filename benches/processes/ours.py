"""certmint's command lines, and which of them this program has."""

from __future__ import annotations

import functools
import subprocess

from .measure import environment
from .settings import Settings


def certmint(settings: Settings, *words: str) -> list[str]:
    """A command line; notes are left out, as the others' are."""
    return [str(settings.program), "--quiet", *words]


@functools.cache
def help_of(program: str, *command: str) -> str:
    """The help of a command."""
    done = subprocess.run(
        [program, *command, "--help"], env=environment(), capture_output=True, text=True, check=False
    )
    return done.stdout


def has(settings: Settings, flag: str, *command: str) -> bool:
    """Whether a command has a flag."""
    return f"{flag} " in help_of(str(settings.program), *command) + " "


def packed(settings: Settings, file: str, out: str) -> list[str] | None:
    """A list issued into one packed file."""
    if not has(settings, "--packed", "issue", "batch"):
        return None
    return certmint(settings, "issue", "batch", file, "--key", "p256", "--packed", out)


def sign_many(settings: Settings, requests: str, out: str) -> list[str]:
    """Every request of a folder signed into another: by one process where `sign` takes many."""
    sign = f'"{settings.program}" --quiet sign'
    if has(settings, "--out-dir", "sign"):
        return ["sh", "-c", f'exec {sign} "{requests}"/*.csr --out-dir "{out}"']
    each = f'{sign} "$csr" --out "{out}/$(basename "$csr" .csr).crt"'
    return ["sh", "-c", f'set -e; for csr in "{requests}"/*.csr; do {each}; done']


def verify_many(settings: Settings, folder: str, authority: str) -> list[str]:
    """Every certificate of a folder verified: by one process where `verify` takes many leaves."""
    verify = f'"{settings.program}" --quiet verify --purpose server --ca "{authority}"'
    if has(settings, "--each", "verify"):
        return ["sh", "-c", f'exec {verify} --each "{folder}"/*.crt']
    return ["sh", "-c", f'set -e; for leaf in "{folder}"/*.crt; do {verify} "$leaf"; done']
