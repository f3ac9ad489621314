//! What a certificate says.

use std::{fs, path::Path};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use x509_parser::prelude::*;

const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

/// What a certificate says, but for what must differ: serial number, moments and the key itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    version: u32,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    signature: String,
    key: String,
    days: i64,
    /// Identifier, criticality and value; of key identifiers whether they are right.
    extensions: Vec<(String, bool, String)>,
}

impl Facts {
    pub(crate) fn of(file: &Path, ca: &Path) -> Self {
        let der = one_block(file, "CERTIFICATE");
        let (_, certificate) = X509Certificate::from_der(&der).unwrap();
        let ca = one_block(ca, "CERTIFICATE");
        let (_, ca) = X509Certificate::from_der(&ca).unwrap();
        let octets = certificate.raw_serial();
        assert!(octets.len() <= 20 && octets[0] < 0x80, "{octets:?}");
        let seconds = certificate.validity().not_after.timestamp()
            - certificate.validity().not_before.timestamp();
        let days = (seconds + 3600) / 86_400;
        assert!((seconds - days * 86_400).abs() < 3600);
        Self {
            version: certificate.version().0 + 1,
            subject: certificate.subject().as_raw().to_vec(),
            issuer: certificate.issuer().as_raw().to_vec(),
            signature: algorithm(&certificate.signature_algorithm),
            key: key_kind(certificate.public_key()),
            days,
            extensions: certificate
                .extensions()
                .iter()
                .map(|extension| {
                    let oid = extension.oid.to_id_string();
                    let value = match extension.parsed_extension() {
                        ParsedExtension::SubjectKeyIdentifier(id) => {
                            assert_eq!(oid, SUBJECT_KEY_IDENTIFIER);
                            assert_eq!(id.0, key_hash(&certificate));
                            "hash of the key".to_owned()
                        }
                        ParsedExtension::AuthorityKeyIdentifier(id) => {
                            assert_eq!(oid, AUTHORITY_KEY_IDENTIFIER);
                            assert!(id.authority_cert_issuer.is_none());
                            assert_eq!(id.key_identifier.as_ref().unwrap().0, key_hash(&ca));
                            "hash of the key of the CA".to_owned()
                        }
                        _ => hexadecimal(extension.value),
                    };
                    (oid, extension.critical, value)
                })
                .collect(),
        }
    }
}

pub(crate) fn key_hash(certificate: &X509Certificate<'_>) -> Vec<u8> {
    let bits = &certificate.public_key().subject_public_key.data;
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bits).as_ref().to_vec()
}

pub(crate) fn algorithm(identifier: &AlgorithmIdentifier<'_>) -> String {
    let parameters = identifier
        .parameters
        .as_ref()
        .map(|any| hexadecimal(any.data));
    format!("{} {parameters:?}", identifier.algorithm.to_id_string())
}

pub(crate) fn key_kind(key: &SubjectPublicKeyInfo<'_>) -> String {
    let bits = key.parsed().unwrap().key_size();
    format!("{} {bits}", algorithm(&key.algorithm))
}

pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub(crate) fn one_block(file: &Path, label: &str) -> Vec<u8> {
    let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let block = ::pem::parse_many(text).unwrap().swap_remove(0);
    assert_eq!(block.tag(), label);
    block.into_contents()
}
