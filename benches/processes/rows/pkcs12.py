"""PKCS#12: nearly all of it is the derivation of keys from the password, at equal iterations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..guarantees import run
from ..inputs import PASSWORD, authority, copy, made_once, secret_file
from ..inputs import certmint as make_with
from ..measure import fresh
from ..ours import certmint
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

#: What certmint writes: src/formats/pkcs12/write.rs.
MODERN_ITERATIONS = 250_000
LEGACY_ITERATIONS = 2_048

OPENSSL = {
    "modern": ["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256"],
    "legacy": ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
}


def client(settings: Settings) -> Path:
    """A PKI with a client certificate (P-256), its password file, and one that certtool reads."""

    def make(folder: Path) -> None:
        copy(authority(settings, "p256"), folder)
        make_with(settings, folder, "issue", "client", "client01", "--key", "p256")
        secret_file(folder / "password", PASSWORD)

    return made_once(settings.inputs / "client", make)


def export(reader: str, iterations: int) -> Callable[[Settings, Entry], Row]:
    def make(settings: Settings, entry: Entry) -> Row:
        source = client(settings)
        made = source / "pki" / "certs" / "client01" / "client01"

        def side(name: str, command: list[str], note: str = "", ours: bool = False) -> Side:
            return Side(
                name,
                command,
                ours=ours,
                prepare=lambda folder, _run: fresh(folder),
                check=lambda folder: opens(folder, source / "password"),
                note=note,
            )

        sides = [
            side(
                "certmint",
                certmint(
                    settings,
                    *("--pki", str(source / "pki"), "export", "p12", "client01", "--for", reader),
                    *("--out", "client01.p12", "--password-file", str(source / "password")),
                ),
                "opens it once more before it says that it is good",
                ours=True,
            ),
            side(
                "openssl",
                [
                    *("openssl", "pkcs12", "-export", "-inkey", f"{made}.key", "-in", f"{made}.fullchain.crt"),
                    *("-certfile", f"{made}.chain.crt", "-name", "client01", *OPENSSL[reader]),
                    *("-iter", str(iterations), "-passout", f"file:{source / 'password'}", "-out", "client01.p12"),
                ],
                f"{iterations:,} iterations each, as certmint's",
            ),
        ]
        if reader == "modern":
            sides.append(
                side(
                    "certtool",
                    [
                        *(
                            "certtool",
                            "--to-p12",
                            "--load-privkey",
                            f"{made}.key",
                            "--load-certificate",
                            f"{made}.crt",
                        ),
                        *("--p12-name", "client01", "--password", PASSWORD, "--outder", "--outfile", "client01.p12"),
                    ],
                    "its own number of iterations",
                )
            )
        bounds = [Bound(Figure.CPU, against=("openssl",))]
        return Row(entry.name, entry.title, "file", sides, bounds, settings.runs(30))

    return make


def opens(folder: Path, password: Path) -> list[str]:
    """openssl opens the file with the password."""
    words = ["openssl", "pkcs12", "-in", "client01.p12", "-passin", f"file:{password}", "-noout", "-legacy"]
    judged = run(words, folder)
    return [] if judged.returncode == 0 else [f"openssl pkcs12: {judged.stderr.strip()[:300]}"]


ENTRIES = [
    Entry("pkcs12-modern", export("modern", MODERN_ITERATIONS), "PKCS#12, AES-256, 250,000 iterations"),
    Entry("pkcs12-legacy", export("legacy", LEGACY_ITERATIONS), "PKCS#12, 3DES, 2,048 iterations"),
]
