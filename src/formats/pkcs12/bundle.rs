//! A key with its certificate and chain, which fit each other.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::Pkcs12Error;
use crate::formats::ber::{self, Element, INTEGER, OBJECT_IDENTIFIER, SEQUENCE};

/// The longest friendly name, in characters. Windows stops showing them long before.
const MAX_FRIENDLY_NAME: usize = 255;

/// What a PKCS#12 file is made of: one private key, its certificate, the chain above it, a name.
///
/// Cannot hold a key that does not fit the certificate, or a chain in the wrong order.
pub struct Bundle {
    key: Zeroizing<Vec<u8>>,
    leaf: Vec<u8>,
    chain: Vec<Vec<u8>>,
    friendly_name: Option<String>,
}

impl Bundle {
    /// Puts a bundle together.
    ///
    /// `key` is unencrypted PKCS#8; RSA, P-256, P-384, P-521 and Ed25519 can be checked against the
    /// certificate. `chain` goes from the issuer of `leaf` upwards; it may stop before the root and
    /// may be empty. Signatures are not verified here.
    ///
    /// # Errors
    /// A key or certificate that cannot be read, a key that does not fit, a chain in the wrong order
    /// or with doubles, a friendly name that a BMPString cannot hold.
    pub fn new(
        key: &[u8],
        leaf: &[u8],
        chain: &[&[u8]],
        friendly_name: Option<&str>,
    ) -> Result<Self, Pkcs12Error> {
        let key = first_version(key)?;
        let certificate = parse(leaf, 0)?;
        let public = PublicPart::of(&key)?;
        let subject_public_key = &certificate.tbs_certificate.subject_pki;
        if public.bits != subject_public_key.subject_public_key.data.as_ref() {
            return Err(Pkcs12Error::KeyDoesNotFit {
                key: public.kind.to_owned(),
                certificate: kind_of(subject_public_key),
            });
        }
        check_order(&certificate, chain)?;
        if let Some(name) = friendly_name {
            check_name(name)?;
        }
        Ok(Self {
            key,
            leaf: leaf.to_vec(),
            chain: chain.iter().map(|der| der.to_vec()).collect(),
            friendly_name: friendly_name.map(str::to_owned),
        })
    }

    /// The private key as PKCS#8, version 1.
    pub(in crate::formats) fn key(&self) -> &Zeroizing<Vec<u8>> {
        &self.key
    }

    /// The certificate of the key.
    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// The certificates above it, upwards.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The name for people.
    pub fn friendly_name(&self) -> Option<&str> {
        self.friendly_name.as_deref()
    }

    /// What ties key and certificate together: the certificate's SHA-1, as OpenSSL does it.
    pub(super) fn local_key_id(&self) -> Vec<u8> {
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.leaf);
        digest.as_ref().to_vec()
    }
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundle")
            .field("friendly_name", &self.friendly_name)
            .field("chain", &self.chain.len())
            .finish_non_exhaustive()
    }
}

/// PKCS#8 of version 1: the public key of version 2 (RFC 5958 §2) is left out, since OpenSSL 3.0
/// and Java do not read keys that carry it.
fn first_version(key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let invalid = |error: ber::BerError| Pkcs12Error::Key(error.to_string());
    let element = Element::only(key)
        .and_then(|key| key.with_tag(SEQUENCE, "a PKCS#8 key"))
        .map_err(invalid)?;
    let mut parts = element.inside();
    let version = parts.expect(INTEGER, "a version").map_err(invalid)?;
    match version.unsigned() {
        Some(0) => Ok(Zeroizing::new(key.to_vec())),
        Some(1) => {
            let mut content = Zeroizing::new(ber::integer(0));
            while let Some(part) = parts.next().map_err(invalid)? {
                if part.tag & !0x20 != 0x81 {
                    content.extend_from_slice(part.raw);
                }
            }
            Ok(Zeroizing::new(ber::tlv(SEQUENCE, &[&content])))
        }
        _ => Err(Pkcs12Error::Key("unknown version of PKCS#8".to_owned())),
    }
}

/// The public half of a private key.
struct PublicPart {
    kind: &'static str,
    /// As in the BIT STRING of a SubjectPublicKeyInfo.
    bits: Vec<u8>,
}

impl PublicPart {
    fn of(pkcs8: &[u8]) -> Result<Self, Pkcs12Error> {
        let (algorithm, parameters) = algorithm(pkcs8)?;
        match algorithm.to_string().as_str() {
            "1.2.840.113549.1.1.1" => Ok(Self {
                kind: "RSA",
                bits: RsaKeyPair::from_pkcs8(pkcs8)
                    .map_err(unreadable)?
                    .public_key()
                    .as_ref()
                    .to_vec(),
            }),
            "1.3.101.112" => Ok(Self {
                kind: "Ed25519",
                bits: Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
                    .map_err(unreadable)?
                    .public_key()
                    .as_ref()
                    .to_vec(),
            }),
            "1.2.840.10045.2.1" => match parameters.as_deref() {
                Some("1.2.840.10045.3.1.7") => {
                    Self::elliptic("EC P-256", &ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8)
                }
                Some("1.3.132.0.34") => {
                    Self::elliptic("EC P-384", &ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8)
                }
                Some("1.3.132.0.35") => {
                    Self::elliptic("EC P-521", &ECDSA_P521_SHA512_ASN1_SIGNING, pkcs8)
                }
                Some(curve) => Err(Pkcs12Error::Key(format!(
                    "elliptic curve {curve} is not supported (P-256, P-384 and P-521 are)"
                ))),
                None => Err(Pkcs12Error::Key(
                    "elliptic curve key without a named curve".to_owned(),
                )),
            },
            other => Err(Pkcs12Error::Key(format!(
                "key algorithm {other} is not supported"
            ))),
        }
    }

    fn elliptic(
        kind: &'static str,
        algorithm: &'static EcdsaSigningAlgorithm,
        pkcs8: &[u8],
    ) -> Result<Self, Pkcs12Error> {
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(unreadable)?;
        Ok(Self {
            kind,
            bits: pair.public_key().as_ref().to_vec(),
        })
    }
}

fn unreadable(error: aws_lc_rs::error::KeyRejected) -> Pkcs12Error {
    Pkcs12Error::Key(error.to_string())
}

/// The algorithm of a PKCS#8 key and, if its parameters are an object identifier, that.
fn algorithm(pkcs8: &[u8]) -> Result<(der::asn1::ObjectIdentifier, Option<String>), Pkcs12Error> {
    let read = || -> Result<_, ber::BerError> {
        let mut parts = Element::only(pkcs8)?.inside();
        parts.expect(INTEGER, "a version")?;
        let mut algorithm = parts.expect(SEQUENCE, "a key algorithm")?.inside();
        let oid = ber::read_object_identifier(&mut algorithm, "a key algorithm")?;
        let parameters = match algorithm.optional(&[OBJECT_IDENTIFIER])? {
            Some(element) => Some(
                der::asn1::ObjectIdentifier::from_bytes(element.content)
                    .map_err(|_| ber::BerError::Content("a named curve"))?
                    .to_string(),
            ),
            None => None,
        };
        Ok((oid, parameters))
    };
    read().map_err(|error| Pkcs12Error::Key(error.to_string()))
}

/// The kind of a certificate's key, for people.
fn kind_of(key: &x509_parser::x509::SubjectPublicKeyInfo<'_>) -> String {
    let oid = key.algorithm.algorithm.to_id_string();
    match oid.as_str() {
        "1.2.840.113549.1.1.1" => "RSA".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.2.840.10045.2.1" => match key.subject_public_key.data.len() {
            65 => "EC P-256".to_owned(),
            97 => "EC P-384".to_owned(),
            133 => "EC P-521".to_owned(),
            _ => "EC".to_owned(),
        },
        _ => oid,
    }
}

/// A certificate; position 0 is the leaf.
fn parse(der: &[u8], position: usize) -> Result<X509Certificate<'_>, Pkcs12Error> {
    let refuse = |problem: String| Pkcs12Error::Certificate {
        which: match position {
            0 => "the certificate".to_owned(),
            position => format!("certificate {position} of the chain"),
        },
        problem,
    };
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok((rest, _)) => Err(refuse(format!("{} bytes after its end", rest.len()))),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// Each certificate of the chain must be the issuer of the one before it: the names are equal byte
/// for byte (RFC 5280 §4.1.2.4 asks the issuer to write them so), and where both sides carry a key
/// identifier (§4.2.1.1) they are equal too.
fn check_order(leaf: &X509Certificate<'_>, chain: &[&[u8]]) -> Result<(), Pkcs12Error> {
    let mut below = leaf.clone();
    let mut seen: Vec<&[u8]> = vec![leaf.as_raw()];
    for (index, der) in chain.iter().enumerate() {
        let position = index + 1;
        if seen.contains(der) {
            return Err(Pkcs12Error::DoubledCertificate { position });
        }
        let certificate = parse(der, position)?;
        let names_fit = below.issuer().as_raw() == certificate.subject().as_raw();
        let identifiers_fit = match (issuer_key_id(&below), subject_key_id(&certificate)) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        if !(names_fit && identifiers_fit) {
            return Err(Pkcs12Error::ChainOrder {
                position,
                subject: printable(&certificate.subject().to_string()),
                issuer: printable(&below.issuer().to_string()),
            });
        }
        seen.push(der);
        below = certificate;
    }
    Ok(())
}

fn issuer_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                id.key_identifier.as_ref().map(|id| id.0)
            }
            _ => None,
        })
}

fn subject_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        })
}

/// A name from a certificate must not drive the terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character.is_control() {
            true => char::REPLACEMENT_CHARACTER,
            false => character,
        })
        .collect()
}

fn check_name(name: &str) -> Result<(), Pkcs12Error> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.chars().any(|character| u32::from(character) > 0xffff) {
        "has a character beyond the Basic Multilingual Plane, which PKCS#12 cannot hold"
    } else if name.chars().any(char::is_control) {
        "has a control character"
    } else if name.chars().count() > MAX_FRIENDLY_NAME {
        "has more than 255 characters"
    } else {
        return Ok(());
    };
    Err(Pkcs12Error::FriendlyName {
        name: name.to_owned(),
        problem,
    })
}
