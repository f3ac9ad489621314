"""recipe.py CA-KIND LEAF-KIND [KEYS]: as openssl/recipe.sh, in one process."""

import os
import sys
from pathlib import Path

from certificates import PEM, key_pem, leaf, new_key, read_key, request, root
from cryptography.x509.oid import ExtendedKeyUsageOID

ca_kind, leaf_kind, *keys = sys.argv[1:]


def key(name: str, kind: str):
    if keys:
        made = read_key(Path(keys[0]) / f"{name}.key")
    else:
        made = new_key(kind)
    descriptor = os.open(f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key_pem(made))
    return made


ca_key = key("ca", ca_kind)
ca = root(ca_key)
Path("ca.crt").write_bytes(ca.public_bytes(PEM))
for name, host, purpose in [
    ("flb", "www.2026testsite.com", ExtendedKeyUsageOID.SERVER_AUTH),
    ("backend", "backend.internal.local", ExtendedKeyUsageOID.SERVER_AUTH),
    ("client01", "client01", ExtendedKeyUsageOID.CLIENT_AUTH),
]:
    asked = request(key(name, leaf_kind), host)
    Path(f"{name}.csr").write_bytes(asked.public_bytes(PEM))
    certificate = leaf(asked, ca, ca_key, purpose).public_bytes(PEM)
    Path(f"{name}.crt").write_bytes(certificate)
    Path(f"{name}.fullchain.crt").write_bytes(certificate)
    Path(f"{name}.chain.crt").write_bytes(ca.public_bytes(PEM))
