"""Reads an archive of keys and certificates; prints the serial number of each certificate."""

import sys
import tarfile

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

files: dict[str, bytes] = {}
with tarfile.open(sys.argv[1]) as archive:
    for member in archive:
        assert member.isreg(), member.name
        assert member.name not in files, f"{member.name} is there twice"
        wanted = 0o600 if member.name.endswith(".key") else 0o644
        assert member.mode == wanted, (member.name, oct(member.mode))
        files[member.name] = archive.extractfile(member).read()

chain = x509.load_pem_x509_certificates(files.pop("chain.crt"))
names = sorted({name.split("/")[0] for name in files})
assert len(files) == 3 * len(names), (len(files), len(names))
for name in names:
    key = load_pem_private_key(files[f"{name}/{name}.key"], None)
    certificate = x509.load_pem_x509_certificate(files[f"{name}/{name}.crt"])
    spki = [
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for public in (key.public_key(), certificate.public_key())
    ]
    assert spki[0] == spki[1], name
    certificate.verify_directly_issued_by(chain[0])
    full = x509.load_pem_x509_certificates(files[f"{name}/{name}.fullchain.crt"])
    assert full[0] == certificate, name
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    number = certificate.serial_number
    print(number.to_bytes((number.bit_length() + 7) // 8, "big").hex())
