"""inspect_bundle.py BUNDLE: subject and alternative names of every certificate in a file."""

import sys
from pathlib import Path

from cryptography import x509

for certificate in x509.load_pem_x509_certificates(Path(sys.argv[1]).read_bytes()):
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    print(certificate.subject.rfc4514_string(), names.get_values_for_type(x509.DNSName))
