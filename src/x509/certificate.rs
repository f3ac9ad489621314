//! Certificates as bytes that parse.

use aws_lc_rs::digest;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{
    BasicConstraints, Extension, GeneralName, KeyIdentifier, KeyUsage, Name, PathLength, X509Error,
    authority_key_identifier,
    element::{Element, SEQUENCE},
    oid, pem_block, subject_key_identifier,
};
use crate::key::{PublicKey, verify_signature};

/// The version of a certificate (RFC 5280 §4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32);

/// The three fields of a signed object (RFC 5280 §4.1.1).
#[derive(Clone, Copy, Debug)]
pub struct SignedParts<'certificate> {
    /// DER of what was signed.
    pub tbs: &'certificate [u8],
    /// DER of the AlgorithmIdentifier.
    pub algorithm: &'certificate [u8],
    /// The signature's octets.
    pub signature: &'certificate [u8],
}

/// An X.509 certificate: its bytes as somebody signed them, and what they say.
///
/// What a foreign CA wrote is not judged here, only read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    version: Version,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    public_key: PublicKey,
    extensions: Vec<Extension>,
}

impl Certificate {
    /// The same with another signature: `der` is the same `TBSCertificate`, signed.
    pub(crate) fn with_signature(self, der: Vec<u8>) -> Self {
        Self { der, ..self }
    }

    /// Reads one DER certificate.
    ///
    /// # Errors
    /// Bytes that are no certificate, or more than one.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let malformed = |reason: String| X509Error::malformed("certificate", reason);
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed(format!("{} more bytes follow it", rest.len())));
        }
        let mut extensions = Vec::new();
        for extension in parsed.extensions() {
            extensions.push(Extension {
                oid: object_identifier(extension.oid.as_bytes())?,
                critical: extension.critical,
                value: extension.value.to_vec(),
            });
        }
        Ok(Self {
            version: Version(parsed.version.0 + 1),
            serial: parsed.raw_serial().to_vec(),
            issuer: Name::from_der(parsed.issuer.as_raw())?,
            subject: Name::from_der(parsed.subject.as_raw())?,
            not_before: parsed.validity.not_before.to_datetime(),
            not_after: parsed.validity.not_after.to_datetime(),
            public_key: PublicKey::from_spki_der(parsed.tbs_certificate.subject_pki.raw)?,
            extensions,
            der: der.to_vec(),
        })
    }

    /// The bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// PEM under the label `CERTIFICATE` (RFC 7468 §5).
    pub fn to_pem(&self) -> String {
        pem_block("CERTIFICATE", &self.der)
    }

    /// 1 to 3.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The serial number's content octets, as written: foreign ones may be negative or zero.
    pub fn serial_octets(&self) -> &[u8] {
        &self.serial
    }

    /// Who signed it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Whom it names.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// First second of its life.
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// Last second of its life.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// The key that it certifies.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Its extensions, in order.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// One extension by its identifier.
    pub fn extension(&self, identifier: &ObjectIdentifier) -> Option<&Extension> {
        self.extensions
            .iter()
            .find(|extension| extension.oid == *identifier)
    }

    /// The subject alternative names; none where the extension is absent.
    ///
    /// # Errors
    /// An extension that is malformed.
    pub fn subject_alt_names(&self) -> Result<Vec<GeneralName>, X509Error> {
        self.extension(&oid::SUBJECT_ALT_NAME).map_or_else(
            || Ok(Vec::new()),
            |extension| GeneralName::read_all(&extension.value),
        )
    }

    /// The subject key identifier, if it has one that can be read.
    pub fn subject_key_identifier(&self) -> Option<KeyIdentifier> {
        self.extension(&oid::SUBJECT_KEY_IDENTIFIER)
            .and_then(|extension| subject_key_identifier(extension).ok())
    }

    /// The authority key identifier, if it has one that can be read.
    pub fn authority_key_identifier(&self) -> Option<KeyIdentifier> {
        self.extension(&oid::AUTHORITY_KEY_IDENTIFIER)
            .and_then(|extension| authority_key_identifier(extension).ok().flatten())
    }

    /// Whether subject and issuer are the same bytes.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether the key of `issuer` made the signature.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        self.signed_parts().is_ok_and(|parts| {
            verify_signature(
                parts.algorithm,
                issuer.public_key.spki_der(),
                parts.tbs,
                parts.signature,
            )
            .is_ok()
        })
    }

    /// What was signed, with which algorithm, and the signature.
    ///
    /// # Errors
    /// None for bytes that were read as a certificate.
    pub fn signed_parts(&self) -> Result<SignedParts<'_>, X509Error> {
        let what = "certificate";
        let fields = Element::only(what, &self.der)?.children(what, SEQUENCE)?;
        let [tbs, algorithm, signature] = fields.as_slice() else {
            return Err(X509Error::malformed(what, "it has not three fields"));
        };
        // The first octet of a BIT STRING counts its unused bits: none in a signature.
        let signature = signature
            .content
            .split_first()
            .map_or(&[][..], |(_, octets)| octets);
        Ok(SignedParts {
            tbs: tbs.whole,
            algorithm: algorithm.whole,
            signature,
        })
    }

    /// SHA-256 over the DER: what browsers and `openssl x509 -fingerprint -sha256` show.
    pub fn fingerprint_sha256(&self) -> [u8; 32] {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest::digest(&digest::SHA256, &self.der).as_ref());
        fingerprint
    }
}

/// A certificate that may sign others (RFC 5280 §4.2.1.9 and §4.2.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaCertificate {
    certificate: Certificate,
    path_length: PathLength,
}

impl CaCertificate {
    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// How many CA certificates may follow it.
    pub fn path_length(&self) -> PathLength {
        self.path_length
    }

    /// What its certificates name as authority key identifier: its own subject key identifier as
    /// written, or nothing when it has none.
    pub fn key_identifier(&self) -> Option<KeyIdentifier> {
        self.certificate.subject_key_identifier()
    }
}

impl TryFrom<Certificate> for CaCertificate {
    type Error = X509Error;

    /// A CA made by `openssl req -x509` has no keyUsage: that permits every use.
    fn try_from(certificate: Certificate) -> Result<Self, X509Error> {
        let refused = |reason| X509Error::NotACa {
            subject: if certificate.subject.is_empty() {
                "a certificate without a subject".to_owned()
            } else {
                certificate.subject.to_string()
            },
            reason,
        };
        if certificate.subject.is_empty() {
            return Err(refused(
                "its certificates would have no issuer (RFC 5280 §4.1.2.4)",
            ));
        }
        if certificate.version < Version(3) {
            return Err(refused(
                "it is of X.509 version 1 and cannot say that it is one",
            ));
        }
        let constraints = certificate
            .extension(&oid::BASIC_CONSTRAINTS)
            .ok_or_else(|| refused("it has no basicConstraints (RFC 5280 §4.2.1.9)"))?
            .read_basic_constraints()?;
        let BasicConstraints::Ca(path_length) = constraints else {
            return Err(refused(
                "its basicConstraints say CA:FALSE (RFC 5280 §4.2.1.9)",
            ));
        };
        if let Some(extension) = certificate.extension(&oid::KEY_USAGE)
            && !KeyUsage::from_extension(extension)?.contains(KeyUsage::KEY_CERT_SIGN)
        {
            return Err(refused(
                "its keyUsage lacks keyCertSign (RFC 5280 §4.2.1.3)",
            ));
        }
        Ok(Self {
            path_length,
            certificate,
        })
    }
}

pub(crate) fn object_identifier(content: &[u8]) -> Result<ObjectIdentifier, X509Error> {
    ObjectIdentifier::from_bytes(content)
        .map_err(|error| X509Error::malformed("object identifier", error))
}
