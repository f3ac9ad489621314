"""What the scripts beside this one share: the certificates that certmint makes, with `cryptography`."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
PEM = serialization.Encoding.PEM


def new_key(kind: str) -> Key:
    if kind == "p256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def key_pem(key: Key) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def read_key(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey))
    return key


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def begin(subject: x509.Name, issuer: x509.Name, key: object, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)  # type: ignore[arg-type]
    )


def root(key: Key) -> x509.Certificate:
    return (
        begin(name("testca.com"), name("testca.com"), key.public_key(), 3650)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def request(key: Key, host: str) -> x509.CertificateSigningRequest:
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name(host))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )


def leaf(
    asked: x509.CertificateSigningRequest,
    issuer: x509.Certificate,
    issuer_key: Key,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
) -> x509.Certificate:
    """Signs a request after its own signature was checked."""
    if not asked.is_signature_valid:
        raise SystemExit("a request was not signed with its key")
    names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    above = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        begin(asked.subject, issuer.subject, asked.public_key(), 825)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        .add_extension(names, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
