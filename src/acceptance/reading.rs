//! What a certificate says, as far as it can be read.

use der::asn1::ObjectIdentifier;

use crate::{
    key::{KeyAlgorithm, Weakness, signature_weaknesses, verify_signature},
    x509::{BasicConstraints, Certificate, ExtendedKeyUsage, GeneralName, KeyUsage, Version, oid},
};

/// Its keyUsage; `None` where there is none that can be read.
pub(super) fn key_usage(certificate: &Certificate) -> Option<KeyUsage> {
    KeyUsage::from_extension(certificate.extension(&oid::KEY_USAGE)?).ok()
}

/// The purposes of its extendedKeyUsage; `None` where there is none that can be read.
pub(super) fn purposes(certificate: &Certificate) -> Option<Vec<ObjectIdentifier>> {
    let extension = certificate.extension(&oid::EXTENDED_KEY_USAGE)?;
    let usage = ExtendedKeyUsage::from_extension(extension).ok()?;
    Some(usage.purposes().to_vec())
}

/// Its subject alternative names.
pub(super) fn names(certificate: &Certificate) -> Vec<GeneralName> {
    certificate.subject_alt_names().unwrap_or_default()
}

/// Whether a host name or an address is among them.
pub(super) fn has_host(certificate: &Certificate) -> bool {
    let is_host = |name: &GeneralName| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_));
    names(certificate).iter().any(is_host)
}

/// Its basicConstraints; `None` where there are none that can be read.
pub(super) fn constraints(certificate: &Certificate) -> Option<BasicConstraints> {
    certificate
        .extension(&oid::BASIC_CONSTRAINTS)?
        .read_basic_constraints()
        .ok()
}

/// Whether its basicConstraints say that it is a CA's.
pub(super) fn is_authority(certificate: &Certificate) -> bool {
    matches!(constraints(certificate), Some(BasicConstraints::Ca(_)))
}

pub(super) fn is_version_3(certificate: &Certificate) -> bool {
    certificate.version() == Version(3)
}

/// Whether one certificate's key signed another.
pub(super) fn has_signed(signer: &Certificate, certificate: &Certificate) -> bool {
    signer.subject() == certificate.issuer()
        && certificate.signed_parts().is_ok_and(|parts| {
            verify_signature(
                parts.algorithm,
                signer.public_key().spki_der(),
                parts.tbs,
                parts.signature,
            )
            .is_ok()
        })
}

/// Whether its own key signed it.
pub(super) fn is_self_signed(certificate: &Certificate) -> bool {
    has_signed(certificate, certificate)
}

/// Whether its signature is over SHA-1.
pub(super) fn is_sha1(certificate: &Certificate) -> bool {
    certificate.signed_parts().is_ok_and(|parts| {
        let spki = certificate.public_key().spki_der();
        signature_weaknesses(parts.algorithm, spki).contains(&Weakness::Sha1)
    })
}

/// The size of an RSA key, in bits.
pub(super) fn rsa_bits(certificate: &Certificate) -> Option<u32> {
    match certificate.public_key().algorithm() {
        KeyAlgorithm::Rsa { bits } => Some(*bits),
        _ => None,
    }
}

/// What it is called in a finding.
pub(super) fn title(certificate: &Certificate) -> String {
    if certificate.subject().is_empty() {
        return "the certificate without a subject".to_owned();
    }
    certificate.subject().to_string()
}
