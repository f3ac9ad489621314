"""The start of the program."""

from __future__ import annotations

from ..ours import certmint
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings


def start_up(settings: Settings, entry: Entry) -> Row:
    sides = [
        Side("certmint", certmint(settings, "--version"), ours=True),
        Side("openssl", ["openssl", "version"]),
        Side("certtool", ["certtool", "--version"]),
        Side("cfssl", ["cfssl", "version"]),
        Side("mkcert", ["mkcert", "-version"]),
        Side("rustls-cert-gen", [str(settings.cert_gen), "--help"], note="--help"),
        Side("true", ["/bin/true"], note="the floor: a process that does nothing"),
    ]
    bounds = [Bound(Figure.CPU, against=("openssl",), factor=0.5)]
    return Row(entry.name, entry.title, "run", sides, bounds, settings.runs(100))


ENTRIES = [Entry("start-up", start_up, "Start-up (`--version`)")]
