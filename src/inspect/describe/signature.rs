//! Signature algorithms, and who made a signature.

use serde::Serialize;

use super::fields::{BIT_STRING, Fields, INTEGER};
use crate::{
    key::{PublicKey, SignatureError, verify_signature},
    x509::{
        X509Error,
        element::{Element, OBJECT_IDENTIFIER, SEQUENCE, read_element},
        object_identifier,
    },
};

/// A signature algorithm.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureDescription {
    /// Its object identifier, dotted.
    pub oid: String,
    /// Its name in the standards, for example `sha256WithRSAEncryption`; the object identifier
    /// where it is not known.
    pub name: String,
}

/// The parts of every signed object (RFC 5280 §4.1.1).
pub(super) struct Signed<'der> {
    pub(super) content: &'der [u8],
    pub(super) algorithm: &'der [u8],
    pub(super) signature: &'der [u8],
}

impl<'der> Signed<'der> {
    pub(super) fn read(what: &'static str, der: &'der [u8]) -> Result<Self, X509Error> {
        let fields = Element::only(what, der)?.children(what, SEQUENCE)?;
        let [content, algorithm, signature] = fields.as_slice() else {
            return Err(X509Error::malformed(what, "it is not a signed structure"));
        };
        // The first octet of a BIT STRING counts its unused bits: none in a signature. What else
        // stands there is no signature, and verifies as little as an empty one.
        let signature = match signature.content.split_first() {
            Some((0, octets)) if signature.tag == BIT_STRING => octets,
            _ => &[],
        };
        Ok(Self {
            content: content.whole,
            algorithm: algorithm.whole,
            signature,
        })
    }

    pub(super) fn verify(&self, signer: &PublicKey) -> Result<(), SignatureError> {
        verify_signature(
            self.algorithm,
            signer.spki_der(),
            self.content,
            self.signature,
        )
    }
}

impl SignatureDescription {
    /// From the DER of an AlgorithmIdentifier.
    pub(super) fn of(algorithm_identifier_der: &[u8]) -> Self {
        let unreadable = || Self {
            oid: String::new(),
            name: "(unreadable)".to_owned(),
        };
        let Some(identifier) = read_element(algorithm_identifier_der) else {
            return unreadable();
        };
        let Some(oid) = read_element(identifier.content)
            .filter(|oid| oid.tag == OBJECT_IDENTIFIER)
            .and_then(|oid| object_identifier(oid.content).ok())
        else {
            return unreadable();
        };
        let oid = oid.to_string();
        let name = match name(&oid) {
            Some("RSASSA-PSS") => pss(identifier.content),
            Some(name) => name.to_owned(),
            None => oid.clone(),
        };
        Self { oid, name }
    }
}

/// Names from RFC 3279, 4055, 5758, 8410, 8692, 9814 and 9882.
fn name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "2.16.840.1.101.3.4.3.14" => "RSA-SHA3-256",
        "2.16.840.1.101.3.4.3.15" => "RSA-SHA3-384",
        "2.16.840.1.101.3.4.3.16" => "RSA-SHA3-512",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "2.16.840.1.101.3.4.3.10" => "ecdsa-with-SHA3-256",
        "1.2.840.10040.4.3" => "dsa-with-SHA1",
        "2.16.840.1.101.3.4.3.1" => "dsa-with-SHA224",
        "2.16.840.1.101.3.4.3.2" => "dsa-with-SHA256",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        "1.2.156.10197.1.501" => "SM2-with-SM3",
        _ => return None,
    })
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1): the hash says most; SHA-1 is the default.
fn pss(identifier: &[u8]) -> String {
    let hash = || -> Result<String, X509Error> {
        let what = "RSASSA-PSS parameters";
        let mut identifier = Fields::new(what, identifier);
        identifier.required(OBJECT_IDENTIFIER)?;
        let Some(parameters) = identifier.optional(SEQUENCE)? else {
            return Ok("SHA-1".to_owned());
        };
        let mut parameters = Fields::new(what, parameters.content);
        let hash = match parameters.optional(0xa0)? {
            Some(hash) => {
                let hash = Fields::new(what, hash.content).required(SEQUENCE)?;
                let hash = Fields::new(what, hash.content).required(OBJECT_IDENTIFIER)?;
                let hash = object_identifier(hash.content)?.to_string();
                hash_name(&hash).map_or(hash, str::to_owned)
            }
            None => "SHA-1".to_owned(),
        };
        parameters.optional(0xa1)?;
        let salt = match parameters.optional(0xa2)? {
            Some(salt) => read_element(salt.content)
                .filter(|salt| salt.tag == INTEGER)
                .and_then(|salt| super::notation::integer_decimal(salt.content))
                .unwrap_or_else(|| "?".to_owned()),
            None => "20".to_owned(),
        };
        Ok(format!("{hash}, salt of {salt} octets"))
    };
    hash().map_or_else(
        |_| "RSASSA-PSS".to_owned(),
        |hash| format!("RSASSA-PSS with {hash}"),
    )
}

fn hash_name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "1.3.14.3.2.26" => "SHA-1",
        "2.16.840.1.101.3.4.2.1" => "SHA-256",
        "2.16.840.1.101.3.4.2.2" => "SHA-384",
        "2.16.840.1.101.3.4.2.3" => "SHA-512",
        "2.16.840.1.101.3.4.2.4" => "SHA-224",
        _ => return None,
    })
}
