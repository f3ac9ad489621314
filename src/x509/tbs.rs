//! The seam between rcgen and foreign bytes.
//!
//! rcgen builds what is to be signed, but its own reading of requests and CA certificates decides
//! nothing here: it keeps names in a map by attribute type (a second `DC=` replaces the first) and
//! takes a key's curve from the signature that it came with. So a stand-in key catches the
//! structure that rcgen is about to sign, the fields that must be somebody's own bytes (issuer,
//! subject, public key, signature algorithm) are put in their places, and only then a real key
//! signs the result.

use std::cell::RefCell;

use der::{
    Encode, Tag,
    asn1::{Any, BitString},
};
use rcgen::{CertificateParams, CustomExtension, Issuer, PublicKeyData, SigningKey};

use super::{
    Extension, Name, SerialNumber, Validity, X509Error,
    element::{Element, SEQUENCE, read_element},
};
use crate::key::{PublicKey, SignatureAlgorithm};

/// The fields of a `TBSCertificate` (RFC 5280 §4.1.2) that the caller decides.
#[derive(Clone, Copy)]
pub struct CertificateFields<'fields> {
    /// Unique for the issuer.
    pub serial: &'fields SerialNumber,
    /// The algorithm that the issuer will sign with.
    pub signature: SignatureAlgorithm,
    /// The issuer's subject, its own bytes.
    pub issuer: &'fields Name,
    /// From when until when.
    pub validity: &'fields Validity,
    /// The holder's name, the requester's own bytes.
    pub subject: &'fields Name,
    /// The holder's key, the requester's own bytes.
    pub public_key: &'fields PublicKey,
    /// In the order in which they are written.
    pub extensions: &'fields [Extension],
}

/// Builds the DER of a `TBSCertificate` of version 3.
///
/// # Errors
/// An extension whose value is not one DER element, or what rcgen refuses.
pub fn certificate(fields: CertificateFields<'_>) -> Result<Vec<u8>, X509Error> {
    let what = "certificate";
    let CertificateFields {
        serial,
        signature,
        issuer,
        validity,
        subject,
        public_key,
        extensions,
    } = fields;
    let mut params = CertificateParams::default();
    params.serial_number = Some(rcgen::SerialNumber::from_slice(serial.as_octets()));
    params.not_before = validity.not_before();
    params.not_after = validity.not_after();
    params.custom_extensions = custom(extensions)?;
    let catcher = Catcher::default();
    let stand_in = CertificateParams::default();
    params
        .signed_by(&catcher, &Issuer::from_params(&stand_in, &catcher))
        .map_err(|source| X509Error::Build { what, source })?;
    // TBSCertificate: version, serialNumber, signature, issuer, validity, subject,
    // subjectPublicKeyInfo, extensions.
    let replaced: [(usize, &[u8]); 4] = [
        (2, signature.identifier_der()),
        (3, issuer.as_der()),
        (5, subject.as_der()),
        (6, public_key.spki_der()),
    ];
    splice(what, &catcher.caught(), &replaced)
}

/// Builds the DER of a `CertificationRequestInfo` (RFC 2986 §4.1).
///
/// # Errors
/// An extension whose value is not one DER element, or what rcgen refuses.
pub fn request(
    subject: &Name,
    public_key: &PublicKey,
    extensions: &[Extension],
) -> Result<Vec<u8>, X509Error> {
    let what = "certification request";
    let mut params = CertificateParams::default();
    params.custom_extensions = custom(extensions)?;
    let catcher = Catcher::default();
    params
        .serialize_request(&catcher)
        .map_err(|source| X509Error::Build { what, source })?;
    // CertificationRequestInfo: version, subject, subjectPKInfo, attributes.
    splice(
        what,
        &catcher.caught(),
        &[(1, subject.as_der()), (2, public_key.spki_der())],
    )
}

/// `SEQUENCE { to be signed, AlgorithmIdentifier, BIT STRING }`: the form of every signed object
/// (RFC 5280 §4.1.1).
///
/// # Errors
/// A structure too large for DER as certmint writes it.
pub fn signed(
    tbs: &[u8],
    signature: SignatureAlgorithm,
    octets: &[u8],
) -> Result<Vec<u8>, X509Error> {
    wrapped(&[tbs, &after_signed(signature, octets)?].concat()).map_err(|source| {
        X509Error::Encode {
            what: "signed object",
            source,
        }
    })
}

/// What follows the signed part inside of a signed object: the `AlgorithmIdentifier` and the
/// signature as a `BIT STRING`.
///
/// # Errors
/// None in practice; DER encoders can fail.
pub fn after_signed(signature: SignatureAlgorithm, octets: &[u8]) -> Result<Vec<u8>, X509Error> {
    let bits = BitString::from_bytes(octets)
        .and_then(|bits| bits.to_der())
        .map_err(|source| X509Error::Encode {
            what: "signature",
            source,
        })?;
    Ok([signature.identifier_der(), &bits].concat())
}

/// Every extension goes to rcgen as bytes, so that what a request asked for and what a profile
/// computes travel the same way and none is dropped.
fn custom(extensions: &[Extension]) -> Result<Vec<CustomExtension>, X509Error> {
    extensions
        .iter()
        .map(|extension| {
            let Extension {
                oid,
                critical,
                value,
            } = extension;
            // rcgen writes the content as it is: what is no DER would make a broken certificate.
            if read_element(value).is_none_or(|element| !element.rest.is_empty()) {
                let reason = format!("{} is not one DER element", extension.name());
                return Err(X509Error::malformed("extension value", reason));
            }
            let arcs: Vec<u64> = oid.arcs().map(u64::from).collect();
            let mut custom = CustomExtension::from_oid_content(&arcs, value.clone());
            custom.set_criticality(*critical);
            Ok(custom)
        })
        .collect()
}

fn splice(
    what: &'static str,
    tbs: &[u8],
    replaced: &[(usize, &[u8])],
) -> Result<Vec<u8>, X509Error> {
    let encode = |source| X509Error::Encode { what, source };
    let fields = Element::only(what, tbs)?.children(what, SEQUENCE)?;
    let mut fields: Vec<&[u8]> = fields.into_iter().map(|field| field.whole).collect();
    for (position, octets) in replaced {
        let field = fields
            .get_mut(*position)
            .ok_or_else(|| X509Error::malformed(what, "a field is missing"))?;
        *field = *octets;
    }
    wrapped(&fields.concat()).map_err(encode)
}

fn wrapped(content: &[u8]) -> Result<Vec<u8>, der::Error> {
    Any::new(Tag::Sequence, content)?.to_der()
}

/// Stands where rcgen expects a key: keeps what it is asked to sign. What it says of itself ends up
/// in the fields that are replaced.
#[derive(Default)]
struct Catcher(RefCell<Vec<u8>>);

impl Catcher {
    fn caught(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl PublicKeyData for Catcher {
    fn der_bytes(&self) -> &[u8] {
        &[0; 32]
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl SigningKey for Catcher {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        *self.0.borrow_mut() = message.to_vec();
        Ok(vec![0; 64])
    }
}
