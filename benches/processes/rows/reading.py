"""Looking at certificates and validating them."""

from __future__ import annotations

from ..inputs import leaves
from ..ours import certmint, has, verify_many
from ..row import Bound, Entry, Figure, Row, Side
from ..settings import Settings

#: What step's `certificate inspect --bundle --short` did on the machine where openssl's storeutl read
#: STOREUTL_THEN a second. It cannot be installed here.
STEP_THEN = 64_000
STOREUTL_THEN = 5_000


def inspect(settings: Settings, entry: Entry) -> Row:
    count = settings.sizes.leaves
    bundle = str(leaves(settings) / "bundle.pem")
    sides = [
        Side("certmint", certmint(settings, "inspect", "--only", "subject,san", bundle), ours=True, units=count),
        Side(
            "openssl",
            ["openssl", "storeutl", "-noout", "-text", "-certs", bundle],
            units=count,
            note="storeutl -text, which has no choice of parts",
        ),
        Side("certtool", ["certtool", "--certificate-info", "--infile", bundle], units=count, note="all parts"),
        Side(
            "cryptography",
            [str(settings.python), str(settings.peers / "python" / "inspect_bundle.py"), bundle],
            units=count,
            note="Python",
        ),
    ]
    words = (
        f"twice as fast as step: {STEP_THEN:,}/s where openssl did {STOREUTL_THEN:,}/s, "
        "scaled by openssl's time in this run"
    )
    bounds = [
        Bound(Figure.CPU, against=("openssl",), scaled=STOREUTL_THEN / STEP_THEN, factor=0.5, words=words),
        Bound(Figure.CPU, against=("cryptography",), factor=0.5),
    ]
    return Row(entry.name, entry.title, "certificate", sides, bounds, settings.runs(15))


def verify(settings: Settings, entry: Entry) -> Row:
    count = settings.sizes.leaves
    source = leaves(settings)
    authority, folder = str(source / "pki" / "ca" / "ca.crt"), str(source / "certificates")
    one_process = has(settings, "--each", "verify")
    sides = [
        Side(
            "certmint",
            verify_many(settings, folder, authority),
            ours=True,
            units=count,
            most_runs=None if one_process else 2,
            note="" if one_process else "a process for each: verify has no --each yet",
        ),
        Side(
            "openssl",
            [
                "sh",
                "-c",
                f'exec openssl verify -x509_strict -purpose sslserver -CAfile "{authority}" "{folder}"/*.crt',
            ],
            units=count,
        ),
        Side(
            "cryptography",
            [str(settings.python), str(settings.peers / "python" / "verify.py"), authority, folder],
            units=count,
            note="Python; host names too",
        ),
    ]
    bounds = [Bound(Figure.WALL, against=("openssl", "cryptography"), factor=0.5)]
    return Row(entry.name, entry.title, "leaf", sides, bounds, settings.runs(15))


def inspect_one(settings: Settings, entry: Entry) -> Row:
    leaf = str(leaves(settings) / "certificates" / "000000.crt")
    sides = [
        Side("certmint", certmint(settings, "inspect", leaf), ours=True),
        Side("openssl", ["openssl", "x509", "-noout", "-text", "-in", leaf]),
        Side("certtool", ["certtool", "--certificate-info", "--infile", leaf]),
    ]
    bounds = [Bound(Figure.CPU, against=("openssl", "certtool"))]
    return Row(entry.name, entry.title, "run", sides, bounds, settings.runs(60))


def verify_one(settings: Settings, entry: Entry) -> Row:
    source = leaves(settings)
    leaf, authority = str(source / "certificates" / "000000.crt"), str(source / "pki" / "ca" / "ca.crt")
    sides = [
        Side("certmint", certmint(settings, "verify", leaf, "--ca", authority, "--purpose", "server"), ours=True),
        Side("openssl", ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority, leaf]),
        Side("certtool", ["certtool", "--verify", "--load-ca-certificate", authority, "--infile", leaf]),
    ]
    bounds = [Bound(Figure.CPU, against=("openssl", "certtool"))]
    return Row(entry.name, entry.title, "run", sides, bounds, settings.runs(60))


ENTRIES = [
    Entry("inspect", inspect, "Inspect 10,000 certificates in one bundle, subject and SAN, each"),
    Entry("inspect-one", inspect_one, "Inspect one certificate, all of it"),
    Entry("verify", verify, "Verify 10,000 leaves, each"),
    Entry("verify-one", verify_one, "Verify one leaf"),
]
