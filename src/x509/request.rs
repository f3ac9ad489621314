//! Certification requests (RFC 2986) and the proof that somebody holds a key.

use der::Decode;
use x509_parser::prelude::{FromDer, X509CertificationRequest};

use super::{
    Certificate, Extension, Name, X509Error,
    certificate::object_identifier,
    element::{Element, SEQUENCE, SET},
    oid, pem_block,
};
use crate::key::{KeyAlgorithm, PrivateKey, PublicKey, verify_signature};

/// Tag of the attributes: `[0]`, implicit (RFC 2986 §4.1).
const ATTRIBUTES: u8 = 0xa0;

/// A public key whose holder has shown to have the private half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenKey(PublicKey);

impl ProvenKey {
    /// The holder is here.
    pub fn of(key: &PrivateKey) -> Self {
        Self(key.public_key().clone())
    }

    /// The holder proved it when this certificate was made: for certificates that are made again by
    /// the CA that made them, or that it trusts.
    pub fn of_certified(certificate: &Certificate) -> Self {
        Self(certificate.public_key().clone())
    }

    /// The key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0
    }
}

/// A PKCS#10 certification request, as its writer encoded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificationRequest {
    der: Vec<u8>,
    signed: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    subject: Name,
    public_key: PublicKey,
    extensions: Vec<Extension>,
    other_attributes: Vec<der::asn1::ObjectIdentifier>,
}

impl CertificationRequest {
    /// Reads one DER request. Extensions are taken from `extensionRequest` (RFC 2985 §5.4.2) and
    /// from Microsoft's older attribute of the same syntax.
    ///
    /// # Errors
    /// Bytes that are no request, more than one, an attribute or an extension that is there twice.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let malformed = |reason: String| X509Error::malformed("certification request", reason);
        let (rest, parsed) = X509CertificationRequest::from_der(der)
            .map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed(format!("{} more bytes follow it", rest.len())));
        }
        let information = &parsed.certification_request_info;
        let mut extensions: Vec<Extension> = Vec::new();
        let mut other_attributes = Vec::new();
        let mut has_extension_request = false;
        for (kind, values) in attributes(information.raw)? {
            if kind != oid::EXTENSION_REQUEST && kind != oid::MICROSOFT_EXTENSION_REQUEST {
                other_attributes.push(kind);
                continue;
            }
            if std::mem::replace(&mut has_extension_request, true) {
                return Err(malformed(
                    "it asks for extensions in two attributes".to_owned(),
                ));
            }
            for requested in requested_extensions(values)? {
                if extensions.iter().any(|known| known.oid == requested.oid) {
                    return Err(malformed(format!("it asks for {} twice", requested.name())));
                }
                extensions.push(requested);
            }
        }
        let algorithm = signature_algorithm(der)?;
        Ok(Self {
            signed: information.raw.to_vec(),
            algorithm,
            signature: parsed.signature_value.data.to_vec(),
            subject: Name::from_der(information.subject.as_raw())?,
            public_key: PublicKey::from_spki_der(information.subject_pki.raw)?,
            extensions,
            other_attributes,
            der: der.to_vec(),
        })
    }

    /// Checks the requester's signature with the key that the request names.
    ///
    /// # Errors
    /// A signature that does not fit, or an algorithm or key that cannot be checked.
    pub fn prove(&self) -> Result<ProvenKey, X509Error> {
        if let KeyAlgorithm::Other { .. } = self.public_key.algorithm() {
            return Err(X509Error::RequestedKey(
                self.public_key.algorithm().to_string(),
            ));
        }
        verify_signature(
            &self.algorithm,
            self.public_key.spki_der(),
            &self.signed,
            &self.signature,
        )
        .map_err(X509Error::ProofOfPossession)?;
        Ok(ProvenKey(self.public_key.clone()))
    }

    /// The bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// PEM under the label `CERTIFICATE REQUEST` (RFC 7468 §7).
    pub fn to_pem(&self) -> String {
        pem_block("CERTIFICATE REQUEST", &self.der)
    }

    /// DER of the signature's AlgorithmIdentifier.
    pub fn signature_algorithm(&self) -> &[u8] {
        &self.algorithm
    }

    /// The name that it asks for.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The key that it names; not proven to be the requester's until [`Self::prove`].
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The extensions that it asks for, in order.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// Types of its attributes besides the extensions, such as `challengePassword`.
    pub fn other_attributes(&self) -> &[der::asn1::ObjectIdentifier] {
        &self.other_attributes
    }
}

/// The attributes (RFC 2986 §4.1), each with the DER of its `SET` of values: x509-parser keeps the
/// values of the types that it knows, and Microsoft's is none of these.
fn attributes(information: &[u8]) -> Result<Vec<(der::asn1::ObjectIdentifier, &[u8])>, X509Error> {
    let what = "certification request";
    let fields = Element::only(what, information)?.children(what, SEQUENCE)?;
    let Some(attributes) = fields.get(3) else {
        return Ok(Vec::new());
    };
    let mut read = Vec::new();
    for attribute in attributes.children(what, ATTRIBUTES)? {
        let parts = attribute.children(what, SEQUENCE)?;
        let [kind, values] = parts.as_slice() else {
            return Err(X509Error::malformed(
                what,
                "an attribute has not two fields",
            ));
        };
        read.push((object_identifier(kind.content)?, values.whole));
    }
    Ok(read)
}

/// The `SET` of exactly one `Extensions` that an extension request holds (RFC 2985 §5.4.2).
fn requested_extensions(values: &[u8]) -> Result<Vec<Extension>, X509Error> {
    let what = "extension request";
    let values = Element::only(what, values)?.children(what, SET)?;
    let [extensions] = values.as_slice() else {
        return Err(X509Error::malformed(what, "it has not one value"));
    };
    let requested = <Vec<x509_cert::ext::Extension> as Decode>::from_der(extensions.whole);
    let requested = requested.map_err(|error| X509Error::malformed(what, error))?;
    Ok(requested
        .into_iter()
        .map(|extension| Extension {
            oid: extension.extn_id,
            critical: extension.critical,
            value: extension.extn_value.as_bytes().to_vec(),
        })
        .collect())
}

/// `SEQUENCE { information, AlgorithmIdentifier, BIT STRING }`: the second element, as written.
fn signature_algorithm(der: &[u8]) -> Result<Vec<u8>, X509Error> {
    let what = "certification request";
    let fields = Element::only(what, der)?.children(what, SEQUENCE)?;
    let algorithm = fields
        .get(1)
        .ok_or_else(|| X509Error::malformed(what, "it has no signature"))?;
    Ok(algorithm.whole.to_vec())
}
