"""Compares the files of PKI directories with their inventories, by other code than certmint's.

Prints the serial number of every certificate that was signed and is in the inventory; a line on
standard error and exit code 1 for each thing that does not agree.
"""

import hashlib
import os
import sqlite3
import stat
import sys

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

root = ""
wrong = []


def expect(condition, what):
    if not condition:
        wrong.append(f"{root}: {what}")


def octets(*parts):
    with open(os.path.join(root, *parts), "rb") as file:
        return file.read()


def names(*parts):
    folder = os.path.join(root, *parts)
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def spki(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fits(folder, key, certificate):
    """The key is whole, fits the certificate and is its owner's alone."""
    path = os.path.join(root, *folder, key)
    expect(stat.S_IMODE(os.stat(path).st_mode) == 0o600, f"{path} is not of mode 0600")
    private = serialization.load_pem_private_key(octets(*folder, key), None)
    expect(spki(private.public_key()) == spki(certificate.public_key()), f"{path} does not fit")


def audit():
    for folder, _, files in os.walk(root):
        for file in files:
            expect(not file.startswith(".certmint-"), f"{folder}/{file} is unfinished")
    for staging in ("ca/.staging", "certs/.staging"):
        expect(names(staging) == [], f"{staging} holds {names(staging)}")

    database = sqlite3.connect(os.path.join(root, "inventory.sqlite"))
    check = database.execute("PRAGMA integrity_check").fetchone()[0]
    expect(check == "ok", f"inventory: {check}")
    expect(not database.execute("PRAGMA foreign_key_check").fetchall(), "inventory: foreign keys")
    counted = database.execute(
        """SELECT authority_id, state, is_ca, month, life, count(*) FROM tallied
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"""
    ).fetchall()
    tally = database.execute(
        "SELECT * FROM tally WHERE certificates > 0 ORDER BY 1, 2, 3, 4, 5"
    ).fetchall()
    expect(tally == counted, f"the tally says {tally}, the certificates {counted}")
    authorities = {
        row[0]: x509.load_der_x509_certificate(row[1])
        for row in database.execute("SELECT id, der FROM authority")
    }
    rows = database.execute(
        "SELECT c.id, authority_id, serial, state, shelf, name, generation, fingerprint, filed_at, der"
        " FROM certificate AS c JOIN encoding ON certificate_id = c.id ORDER BY c.id"
    ).fetchall()
    expect(
        len(rows) == database.execute("SELECT count(*) FROM certificate").fetchone()[0],
        "inventory: a row without its bytes",
    )
    serials = [(row[1], row[2]) for row in rows]
    expect(len(serials) == len(set(serials)), "inventory: a serial number twice")

    expected = {"ca": set(), "certs": set()}
    for _, authority, serial, state, shelf, name, generation, fingerprint, filed_at, der in rows:
        label = f"{shelf}/{name} {serial.hex()} ({state})"
        expect(state in ("issued", "lost", "revoked"), f"{label}: left in the middle")
        if state == "lost":
            expect(der is None, f"{label}: has a certificate")
            continue
        certificate = x509.load_der_x509_certificate(der)
        print(serial.hex())
        expect(certificate.serial_number == int.from_bytes(serial, "big"), f"{label}: serial number")
        expect(hashlib.sha256(der).digest() == fingerprint, f"{label}: fingerprint")
        try:
            certificate.verify_directly_issued_by(authorities[authority])
        except Exception as error:
            wrong.append(f"{root}: {label}: not signed by its issuer: {error!r}")
        if shelf is None:
            continue
        expect(filed_at is not None, f"{label}: not filed")
        try:
            if shelf == "ca":
                expected["ca"] |= {f"{name}.key", f"{name}.crt"}
                on_disk = x509.load_pem_x509_certificate(octets("ca", f"{name}.crt"))
                fits(["ca"], f"{name}.key", certificate)
            else:
                expected["certs"].add(name)
                target = os.readlink(os.path.join(root, "certs", name))
                expect(target == f".generations/{name}/{generation}", f"{label}: link to {target}")
                folder = ["certs", name]
                on_disk = x509.load_pem_x509_certificate(octets(*folder, f"{name}.crt"))
                fits(folder, f"{name}.key", certificate)
                request = x509.load_pem_x509_csr(octets(*folder, f"{name}.csr"))
                expect(spki(request.public_key()) == spki(certificate.public_key()), f"{label}: csr")
                sent = x509.load_pem_x509_certificates(octets(*folder, f"{name}.fullchain.crt"))
                expect(sent[0] == certificate, f"{label}: fullchain")
                chain = x509.load_pem_x509_certificates(octets(*folder, f"{name}.chain.crt"))
                expect(chain == [authorities[authority]], f"{label}: chain")
                expect(
                    names(*folder) == sorted(
                        f"{name}.{kind}" for kind in ("key", "csr", "crt", "fullchain.crt", "chain.crt")
                    ),
                    f"{label}: {names(*folder)}",
                )
                expect(names("certs", ".generations", name) == [str(generation)], f"{label}: others")
            expect(on_disk.public_bytes(Encoding.DER) == der, f"{label}: another certificate in its file")
        except Exception as error:
            wrong.append(f"{root}: {label}: {error!r}")

    for shelf, there in expected.items():
        found = {name for name in names(shelf) if not name.startswith(".")}
        expect(found == there, f"{shelf}/: unknown {found - there}, missing {there - found}")
    generations = set(names("certs", ".generations"))
    expect(generations == expected["certs"], f"generations of {generations ^ expected['certs']}")


for root in sys.argv[1:]:
    audit()
for line in wrong:
    print(line, file=sys.stderr)
sys.exit(1 if wrong else 0)
