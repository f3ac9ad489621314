"""One command beside ever more certificates in the inventory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..guarantees import audit_holds, keys_are_private, leaves_filed, openssl_verifies
from ..inputs import leaves
from ..inventories import applied, empty, in_use, issued, openssl_directory
from ..measure import fresh
from ..ours import certmint
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

#: The copies that this run of the bench changes, by their size: made when the first row needs them.
USED: dict[int, Path] = {}

EMPTY = "certmint, empty inventory"

#: A run of each row, at most 200: each takes another name or certificate.
RUNS = 30


def named(count: int) -> str:
    return f"certmint, {count:,} in the inventory" if count else EMPTY


def changing(settings: Settings, words: list[str]) -> Callable[[int], Side]:
    """Sides whose runs change a PKI, one after the other; it is checked after the last."""

    def side(count: int) -> Side:
        pki = in_use(settings, count, USED)
        return Side(
            named(count),
            certmint(settings, "--pki", str(pki / "pki"), *words),
            ours=True,
            prepare=lambda folder, _run: fresh(folder),
            check=lambda _folder: sound(settings, pki),
            check_once=True,
        )

    return side


def sound(settings: Settings, pki: Path) -> list[str]:
    """The audit log, the modes of the keys, and openssl on what has files."""
    return [
        *audit_holds(settings, pki),
        *keys_are_private(pki),
        *openssl_verifies(pki, pki / "pki" / "ca" / "ca.crt", leaves_filed(pki)),
    ]


def reading(settings: Settings, words: list[str], exits: tuple[int, ...] = (0,)) -> Callable[[int], Side]:
    """Sides whose runs change nothing."""

    def side(count: int) -> Side:
        pki = issued(settings, count) if count else empty(settings)
        command = certmint(settings, "--pki", str(pki / "pki"), *[word.replace("{pki}", str(pki)) for word in words])
        return Side(named(count), command, ours=True, exits=exits)

    return side


def row(
    settings: Settings, entry: Entry, side: Callable[[int], Side], bounds: list[Bound], more: list[Side] | None = None
) -> Row:
    """A side for each size; the bounds of sizes that are not measured are left out."""
    sizes = settings.sizes.inventories
    sides = [side(0), *[side(size) for size in sizes], *(more or [])]
    there = {each.name for each in sides}
    growth = {named(size): size for size in sizes}
    kept = [bound for bound in bounds if bound.ours in there]
    return Row(entry.name, entry.title, "run", sides, kept, settings.runs(RUNS), growth=growth)


def largest(settings: Settings) -> str:
    return named(settings.sizes.inventories[-1])


def issue(settings: Settings, entry: Entry) -> Row:
    words = ["issue", "server", "{run}.issued.example.com", "--key", "p256"]
    bounds = [
        Bound(Figure.CPU, ours=named(count), against=(EMPTY,), factor=1.1) for count in settings.sizes.inventories[1:]
    ]
    request = leaves(settings) / "requests" / "000000.csr"
    openssl = [
        openssl_ca(settings, count, request)
        for count in settings.sizes.inventories
        if count >= 100_000 or settings.quick
    ]
    return row(settings, entry, changing(settings, words), bounds, openssl)


def openssl_ca(settings: Settings, count: int, request: Path) -> Side:
    """`openssl ca` beside as many lines in its index; it signs a request and makes no key."""
    config = str(settings.peers / "openssl" / "ca.cnf")
    return Side(
        f"openssl ca, {count:,} in the index",
        ["openssl", "ca", "-config", config, "-batch", "-notext", "-in", str(request), "-out", "leaf{run}.crt"],
        prepare_once=lambda folder: with_index(settings, folder, count),
        most_runs=None if count < 1_000_000 else 5,
        note="a request signed; makes no key",
    )


def with_index(settings: Settings, folder: Path, count: int) -> None:
    fresh(folder)
    openssl_directory(settings, folder, count, "V")


def list_page(settings: Settings, entry: Entry) -> Row:
    bounds = [Bound(Figure.WALL, ours=largest(settings), most=0.2, words="0.2 s")]
    return row(settings, entry, reading(settings, ["list", "--limit", "50"]), bounds)


def status(settings: Settings, entry: Entry) -> Row:
    bounds = [Bound(Figure.WALL, ours=largest(settings), most=0.2, words="0.2 s")]
    return row(settings, entry, reading(settings, ["status"], exits=(0, 3)), bounds)


def plan(settings: Settings, entry: Entry) -> Row:
    bounds = [Bound(Figure.WALL, ours=largest(settings), most=0.2, words="0.2 s")]
    return row(settings, entry, reading(settings, ["plan", "{pki}/pki.toml", "--check"]), bounds)


def plan_entries(settings: Settings, entry: Entry) -> Row:
    pki = applied(settings)
    words = certmint(settings, "--pki", str(pki / "pki"), "plan", str(pki / "pki.toml"), "--check")
    bounds = [Bound(Figure.WALL, most=0.1, words="0.1 s")]
    return Row(entry.name, entry.title, "run", [Side("certmint", words, ours=True)], bounds, settings.runs(RUNS))


def renew(settings: Settings, entry: Entry) -> Row:
    return row(settings, entry, changing(settings, ["renew", "flb"]), flat(settings))


def revoke(settings: Settings, entry: Entry) -> Row:
    words = ["revoke", "leaf{run}", "--yes"]
    return row(settings, entry, changing(settings, words), flat(settings))


def flat(settings: Settings) -> list[Bound]:
    """The issue names no number for these; they are to be as flat as issuing."""
    return [Bound(Figure.CPU, ours=largest(settings), against=(EMPTY,), factor=1.1)]


ENTRIES = [
    Entry("issue", issue, "Issue one (P-256) beside what is in the inventory"),
    Entry("list", list_page, "`list`, first page"),
    Entry("status", status, "`status`"),
    Entry("plan", plan, "`plan` of three entries"),
    Entry("plan-entries", plan_entries, "`plan` of 1,000 entries"),
    Entry("renew", renew, "Renew one beside what is in the inventory"),
    Entry("revoke", revoke, "Revoke one, with its list, beside what is in the inventory"),
]
