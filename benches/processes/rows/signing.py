"""Signing requests that others made."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ..guarantees import audit_holds, inventory_counts, openssl_verifies
from ..inputs import authority, copy, leaves
from ..inventories import openssl_directory_of
from ..measure import fresh
from ..ours import certmint, has, sign_many
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

PORT = 18888


def in_pki(settings: Settings, kind: str) -> Callable[[Path, int], None]:
    """A new copy of a PKI that has issued nothing, and a folder for what is signed."""
    source = authority(settings, kind)

    def prepare(folder: Path, _run: int) -> None:
        fresh(folder)
        copy(source, folder)
        (folder / "out").mkdir()

    return prepare


def in_openssl_directory(settings: Settings, kind: str) -> Callable[[Path, int], None]:
    """The same for `openssl ca`."""

    def prepare(folder: Path, _run: int) -> None:
        fresh(folder)
        openssl_directory_of(authority(settings, kind) / "pki" / "ca", folder)
        (folder / "out").mkdir()

    return prepare


def signed(settings: Settings, kind: str, count: int, out: str = "out") -> Callable[[Path], list[str]]:
    """openssl on what was signed: as many as there were requests."""
    root = authority(settings, kind) / "pki" / "ca" / "ca.crt"

    def check(folder: Path) -> list[str]:
        made = sorted(path for path in (folder / out).iterdir() if path.suffix in {".crt", ".pem"})
        faults = [] if len(made) == count else [f"{len(made)} certificates, not {count}"]
        return faults + openssl_verifies(folder, root, made)

    return check


def signed_by_us(settings: Settings, kind: str, count: int) -> Callable[[Path], list[str]]:
    """The same, and our inventory and audit log."""
    made = signed(settings, kind, count)
    return lambda folder: [*made(folder), *audit_holds(settings, folder), *inventory_counts(folder, count + 1)]


def certtool(settings: Settings, request: Path) -> list[str]:
    return [
        *("certtool", "--generate-certificate", "--load-request", str(request)),
        *("--load-ca-certificate", "ca.crt", "--load-ca-privkey", "ca.key"),
        *("--template", str(settings.peers / "certtool" / "request.tmpl"), "--outfile", "out/leaf.crt"),
    ]


def openssl_x509(settings: Settings, request: Path) -> list[str]:
    return [
        *("openssl", "x509", "-req", "-in", str(request), "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "825"),
        *("-CAcreateserial", "-copy_extensions", "copy", "-extensions", "server"),
        *("-extfile", str(settings.peers / "openssl" / "ca.cnf"), "-out", "out/leaf.crt"),
    ]


def openssl_ca(settings: Settings, *words: str) -> list[str]:
    return ["openssl", "ca", "-config", str(settings.peers / "openssl" / "ca.cnf"), "-batch", "-notext", *words]


def python(settings: Settings, requests: Path) -> list[str]:
    return [str(settings.python), str(settings.peers / "python" / "sign.py"), ".", str(requests), "out"]


def sign_one(kind: str) -> Callable[[Settings, Entry], Row]:
    """A request signed by one process."""

    def make(settings: Settings, entry: Entry) -> Row:
        request = leaves(settings) / "requests" / "000000.csr"
        directory = in_openssl_directory(settings, kind)
        good = signed(settings, kind, 1)

        def theirs(name: str, command: list[str], note: str) -> Side:
            return Side(name, command, prepare=directory, check=good, note=note)

        sides = [
            Side(
                "certmint",
                certmint(settings, "sign", str(request), "--out", "out/leaf.crt"),
                ours=True,
                prepare=in_pki(settings, kind),
                check=signed_by_us(settings, kind, 1),
            ),
            theirs("openssl ca", openssl_ca(settings, "-in", str(request), "-out", "out/leaf.crt"), "keeps an index"),
            theirs("openssl x509", openssl_x509(settings, request), "keeps nothing"),
            theirs("certtool", certtool(settings, request), "keeps nothing"),
            theirs("cryptography", python(settings, request), "Python; keeps nothing"),
        ]
        bounds = [Bound(Figure.CPU, against=("certtool",))]
        return Row(entry.name, entry.title, "request", sides, bounds, settings.runs(40))

    return make


def sign_each(kind: str, most: float) -> Callable[[Settings, Entry], Row]:
    """Many requests signed in one go."""

    def make(settings: Settings, entry: Entry) -> Row:
        count = settings.sizes.requests
        requests = leaves(settings) / "requests"
        one_process = has(settings, "--out-dir", "sign")
        ours = Side(
            "certmint",
            sign_many(settings, str(requests), "out"),
            ours=True,
            prepare=in_pki(settings, kind),
            check=signed_by_us(settings, kind, count),
            units=count,
            most_runs=None if one_process else 3,
            note="" if one_process else "a process for each: sign has no --out-dir yet",
        )
        directory = in_openssl_directory(settings, kind)
        all_requests = f"exec {' '.join(openssl_ca(settings, '-outdir', 'out', '-infiles'))} {requests}/*.csr"
        sides = [
            ours,
            Side(
                "openssl ca",
                ["sh", "-c", all_requests],
                prepare=directory,
                check=signed(settings, kind, count),
                units=count,
            ),
            Side(
                "cryptography",
                python(settings, requests),
                prepare=directory,
                check=signed(settings, kind, count),
                units=count,
                note="Python; keeps nothing",
            ),
            Side(
                "cfssl serve",
                [
                    *("cfssl", "serve", "-loglevel=5", "-port", str(PORT), "-ca", "ca.crt", "-ca-key", "ca.key"),
                    *("-config", str(settings.peers / "cfssl" / "config.json")),
                ],
                prepare=directory,
                drive=lambda folder: ask_cfssl(requests, folder / "out"),
                check=signed(settings, kind, count),
                units=count,
                note="the server's CPU alone; the files are written by who asks it",
            ),
        ]
        bounds = [Bound(Figure.CPU, most=most, words="CPU for each")]
        return Row(entry.name, entry.title, "request", sides, bounds, settings.runs(10))

    return make


def ask_cfssl(requests: Path, out: Path) -> None:
    """Has a server sign every request of a folder."""
    connection = listening()
    for file in sorted(requests.iterdir()):
        asked = json.dumps({"certificate_request": file.read_text()})
        connection.request("POST", "/api/v1/cfssl/sign", asked, {"Content-Type": "application/json"})
        answer = json.load(connection.getresponse())
        if not answer["success"]:
            raise RuntimeError(f"cfssl serve: {answer['errors']}")
        (out / f"{file.stem}.crt").write_text(answer["result"]["certificate"])
    connection.close()


def listening() -> http.client.HTTPConnection:
    """A connection to the server, as soon as it is there."""
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
            return http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


ENTRIES = [
    Entry("sign-p256", sign_one("p256"), "Sign one request, P-256 CA"),
    Entry("sign-rsa4096", sign_one("rsa4096"), "Sign one request, RSA 4096 CA"),
    Entry("requests-p256", sign_each("p256", 0.0002), "1,000 requests, P-256 CA, each"),
    Entry("requests-rsa4096", sign_each("rsa4096", 0.0019), "1,000 requests, RSA 4096 CA, each"),
]
