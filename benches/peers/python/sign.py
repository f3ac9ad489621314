"""sign.py CA-FOLDER REQUESTS OUT: signs every request of a folder (or one file) into another folder."""

import sys
from pathlib import Path

from certificates import PEM, leaf, read_key
from cryptography import x509

authority, requests, out = (Path(word) for word in sys.argv[1:])
issuer = x509.load_pem_x509_certificate((authority / "ca.crt").read_bytes())
key = read_key(authority / "ca.key")
out.mkdir(exist_ok=True)
for file in [requests] if requests.is_file() else sorted(requests.iterdir()):
    asked = x509.load_pem_x509_csr(file.read_bytes())
    (out / f"{file.stem}.crt").write_bytes(leaf(asked, issuer, key).public_bytes(PEM))
