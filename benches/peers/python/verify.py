"""verify.py CA FOLDER: validates every certificate of a folder for a server."""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.x509 import verification

authority = x509.load_pem_x509_certificate(Path(sys.argv[1]).read_bytes())
builder = verification.PolicyBuilder().store(verification.Store([authority]))
for file in sorted(Path(sys.argv[2]).iterdir()):
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    (host, *_) = names.get_values_for_type(x509.DNSName)
    builder.build_server_verifier(x509.DNSName(host)).verify(certificate, [])
    print(file.name, "good")
