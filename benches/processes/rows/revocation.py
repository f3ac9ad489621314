"""Revocation lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..guarantees import audit_holds, run
from ..inputs import authority, copy
from ..inventories import openssl_directory, revoked, serials
from ..measure import fresh
from ..ours import certmint
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

MEBIBYTE = 1024 * 1024


def named(count: int) -> str:
    return f"certmint, {count:,} revoked"


def crl(settings: Settings, entry: Entry) -> Row:
    sides, bounds = [], []
    for count in settings.sizes.revoked:
        ours, cfssl, openssl = named(count), f"cfssl, {count:,} revoked", f"openssl, {count:,} revoked"
        runs = None if count < 1_000_000 else 5
        sides.append(
            Side(
                ours,
                certmint(settings, "crl"),
                ours=True,
                prepare_once=copied(revoked(settings, count)),
                check=good_list(settings, count),
                check_once=True,
                most_runs=runs,
                note="PEM and DER",
            )
        )
        if count >= 100_000 or settings.quick:
            config = str(settings.peers / "openssl" / "ca.cnf")
            sides.append(
                Side(
                    cfssl,
                    ["sh", "-c", "exec cfssl gencrl serials ca.crt ca.key seconds >ca.crl.base64"],
                    prepare_once=with_serials(settings, count),
                    most_runs=runs,
                    note="the list in base64",
                    needs=("cfssl",),
                )
            )
            sides.append(
                Side(
                    openssl,
                    ["openssl", "ca", "-config", config, "-gencrl", "-out", "ca.crl"],
                    prepare_once=with_index(settings, count),
                    most_runs=runs,
                    note="PEM",
                )
            )
            bounds.append(Bound(Figure.CPU, ours=ours, against=(cfssl,), factor=0.5))
            bounds.append(Bound(Figure.PEAK, ours=ours, most=200 * MEBIBYTE, words="200 MiB"))
    growth = {named(count): count for count in settings.sizes.revoked}
    return Row(entry.name, entry.title, "list", sides, bounds, settings.runs(10), growth=growth)


def copied(source: Path) -> Callable[[Path], None]:
    """A copy that the runs of a side change one after the other."""

    def prepare(folder: Path) -> None:
        fresh(folder)
        copy(source, folder)

    return prepare


def with_serials(settings: Settings, count: int) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        fresh(folder)
        copy(authority(settings, "p256") / "pki" / "ca", folder)
        serials(folder / "serials", count)
        (folder / "seconds").write_text(str(30 * 24 * 3600))

    return prepare


def with_index(settings: Settings, count: int) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        fresh(folder)
        openssl_directory(settings, folder, count, "R")

    return prepare


def good_list(settings: Settings, count: int) -> Callable[[Path], list[str]]:
    """The list, and our audit log."""
    return lambda folder: [*list_is_good(folder, count), *audit_holds(settings, folder)]


def list_is_good(folder: Path, count: int) -> list[str]:
    """openssl checks the list's signature and counts its entries."""
    authority = str(folder / "pki" / "ca" / "ca.crt")
    judged = run(["openssl", "crl", "-in", "pki/crl/ca.crl", "-CAfile", authority, "-noout", "-text"], folder)
    entries = judged.stdout.count("Serial Number:")
    faults = [] if "verify OK" in judged.stderr else [f"openssl crl: {judged.stderr.strip()[:300]}"]
    return faults if entries == count else [*faults, f"the list has {entries} entries, not {count}"]


ENTRIES = [Entry("crl", crl, "Revocation list from the inventory")]
