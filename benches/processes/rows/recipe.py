"""The whole recipe: a CA, two servers and a client, each with key, request, certificate and chains."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..guarantees import LENIENTLY, openssl_verifies, pki_is_sound
from ..inputs import ready_keys
from ..measure import fresh
from ..ours import certmint
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

LEAVES = ("flb", "backend", "client01")


def manifest(ca_kind: str, leaf_kind: str, keys: Path | None) -> str:
    """The recipe as certmint's manifest; with the keys of a folder."""

    def key_file(name: str) -> str:
        return f'key_file = "{keys / name}.key"\n' if keys else ""

    return (
        f'[ca.ca]\ncommon_name = "testca.com"\nkey = "{ca_kind}"\npassphrase = "none"\n{key_file("ca")}'
        f'[defaults]\nkey = "{leaf_kind}"\n'
        f'[server.flb]\nsan = ["www.2026testsite.com"]\n{key_file("flb")}'
        f'[server.backend]\nsan = ["backend.internal.local"]\n{key_file("backend")}'
        f'[client.client01]\ncommon_name = "client01"\nsan = ["dns:client01"]\n{key_file("client01")}'
    )


def ours(settings: Settings, text: str) -> Side:
    """One `apply`."""

    def prepare(folder: Path, _run: int) -> None:
        fresh(folder)
        (folder / "pki.toml").write_text(text)

    return Side(
        "certmint",
        certmint(settings, "apply"),
        ours=True,
        prepare=prepare,
        check=lambda folder: pki_is_sound(settings, folder, len(LEAVES)),
    )


def judged(ending: str, authority: str, place: str = ".") -> Callable[[Path], list[str]]:
    """openssl on what a peer made: its work is only the same if it is good."""

    def check(folder: Path) -> list[str]:
        certificates = [folder / place / f"{name}{ending}" for name in LEAVES]
        return openssl_verifies(folder, folder / authority, certificates, LENIENTLY)

    return check


def theirs(
    name: str, command: list[str], check: Callable[[Path], list[str]], note: str = "", needs: tuple[str, ...] = ()
) -> Side:
    """A peer's script in an empty folder."""
    return Side(name, command, prepare=lambda folder, _run: fresh(folder), check=check, note=note, needs=needs)


def peers(settings: Settings, ca_kind: str, leaf_kind: str, keys: Path | None) -> list[Side]:
    """openssl, certtool and Python, which can do it with keys that are there, too."""
    words = [ca_kind, leaf_kind, *([str(keys)] if keys else [])]
    scripts = settings.peers
    made = judged(".crt", "ca.crt")
    return [
        theirs("openssl", [str(scripts / "openssl" / "recipe.sh"), *words], made, needs=("openssl",)),
        theirs("certtool", [str(scripts / "certtool" / "recipe.sh"), *words], made, needs=("certtool",)),
        theirs("cryptography", [str(settings.python), str(scripts / "python" / "recipe.py"), *words], made, "Python"),
    ]


def more_peers(settings: Settings, ca_kind: str, leaf_kind: str) -> list[Side]:
    """Those that always make keys."""
    scripts = settings.peers
    return [
        theirs(
            "cfssl",
            [str(scripts / "cfssl" / "recipe.sh"), ca_kind, leaf_kind],
            judged(".pem", "ca.pem"),
            needs=("cfssl", "cfssljson"),
        ),
        theirs(
            "easy-rsa",
            [str(scripts / "easyrsa" / "recipe.sh"), ca_kind, leaf_kind],
            judged(".crt", "pki/ca.crt", "pki/issued"),
            "no chain files",
            needs=("/usr/share/easy-rsa/easyrsa",),
        ),
        theirs(
            "mkcert",
            [str(scripts / "mkcert" / "recipe.sh"), leaf_kind],
            judged(".crt", "rootCA.pem"),
            "its CA has always RSA 3072; no requests, no chains, no inventory",
            needs=("mkcert",),
        ),
    ]


def recipe_rsa(settings: Settings, entry: Entry) -> Row:
    kinds = ("rsa4096", "rsa2048")
    sides = [
        ours(settings, manifest(*kinds, None)),
        *peers(settings, *kinds, None),
        *more_peers(settings, *kinds),
    ]
    bounds = [
        Bound(Figure.CPU, against=("openssl",), factor=0.4),
        Bound(Figure.WALL, against=("certtool",)),
    ]
    return Row(entry.name, entry.title, "recipe", sides, bounds, settings.runs(40))


def recipe_rsa_ready(settings: Settings, entry: Entry) -> Row:
    kinds = ("rsa4096", "rsa2048")
    keys = ready_keys(settings)
    text = manifest(*kinds, keys)
    side = ours(settings, text)
    if not takes_key_files(settings, text):
        side = Side("certmint", None, ours=True, note="the manifest has no key_file yet")
    bounds = [Bound(Figure.CPU, against=("certtool",), factor=0.3)]
    return Row(entry.name, entry.title, "recipe", [side, *peers(settings, *kinds, keys)], bounds, settings.runs(40))


def takes_key_files(settings: Settings, text: str) -> bool:
    """Whether the manifest may name keys that are there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pki.toml"
        file.write_text(text)
        words = certmint(settings, "manifest", "check", str(file))
        return subprocess.run(words, capture_output=True, check=False).returncode == 0


def recipe_p256(settings: Settings, entry: Entry) -> Row:
    kinds = ("p256", "p256")
    sides = [
        ours(settings, manifest(*kinds, None)),
        *peers(settings, *kinds, None),
        *more_peers(settings, *kinds),
        Side(
            "rustls-cert-gen",
            [str(settings.cert_gen), "--output", ".", "--san", "www.2026testsite.com"],
            prepare=lambda folder, _run: fresh(folder),
            note="one leaf, not three; no request, no inventory, no chains",
        ),
    ]
    bounds = [Bound(Figure.CPU, against=("certtool",), factor=0.5)]
    return Row(entry.name, entry.title, "recipe", sides, bounds, settings.runs(40))


ENTRIES = [
    Entry("recipe-rsa", recipe_rsa, "Recipe: CA RSA 4096 and three RSA 2048 leaves, keys made"),
    Entry("recipe-rsa-ready", recipe_rsa_ready, "The same, keys ready"),
    Entry("recipe-p256", recipe_p256, "Recipe, P-256, keys made"),
]
