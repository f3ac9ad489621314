//! The extensions of a section, as `x509v3_config(5)` writes them and RFC 5280 §4.2 encodes them.

mod access;
mod alternative_name;
mod basic;
mod constraints;
mod distribution_points;
mod general_name;
mod key_identifier;
mod policies;
mod raw;
mod usage;

pub(super) use basic::boolean;

use std::collections::HashSet;

use super::error::{ConfigError, OptionFault};
use super::list::unspaced;
use super::location::{Location, Place};
use super::name::DistinguishedName;
use super::source::Source;

/// An extension that a configuration asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedExtension {
    /// The extension's identifier in dotted form.
    pub oid: String,
    /// Whether it is marked critical.
    pub critical: bool,
    /// Its value.
    pub value: ExtensionValue,
    /// The line that asks for it.
    pub location: Location,
}

/// The value of a requested extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionValue {
    /// The DER that goes into `extnValue`.
    Der(Vec<u8>),
    /// A key identifier, to be computed by whoever has the keys.
    KeyIdentifier(KeyIdentifierWish),
}

/// A key identifier that depends on keys and certificates which a configuration does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyIdentifierWish {
    /// `subjectKeyIdentifier = hash`: RFC 5280 §4.2.1.2, method 1.
    SubjectKeyHash,
    /// `authorityKeyIdentifier`, RFC 5280 §4.2.1.1.
    AuthorityKey {
        /// `keyid`: the issuer's subject key identifier.
        key_identifier: AuthorityPart,
        /// `issuer`: the name of the issuer's issuer, and the issuer's serial number. openssl
        /// adds them when they are wanted always, or no key identifier is wanted.
        issuer_and_serial: AuthorityPart,
    },
}

/// How much a part of the authority key identifier is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityPart {
    /// Not named.
    Unwanted,
    /// Named.
    Wanted,
    /// Named with `:always`: it is an error if it cannot be had.
    Always,
}

/// What the extensions are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A certification request: there is no issuer yet.
    Request,
    /// A certificate.
    Certificate,
}

/// The names of extensions that can be written with a value of their own syntax.
const KNOWN: [&str; 26] = [
    "basicConstraints",
    "keyUsage",
    "extendedKeyUsage",
    "subjectAltName",
    "issuerAltName",
    "nameConstraints",
    "subjectKeyIdentifier",
    "authorityKeyIdentifier",
    "certificatePolicies",
    "policyConstraints",
    "policyMappings",
    "inhibitAnyPolicy",
    "authorityInfoAccess",
    "subjectInfoAccess",
    "crlDistributionPoints",
    "freshestCRL",
    "tlsfeature",
    "noCheck",
    "nsComment",
    "nsCertType",
    "nsBaseUrl",
    "nsRevocationUrl",
    "nsCaRevocationUrl",
    "nsRenewalUrl",
    "nsCaPolicyUrl",
    "nsSslServerName",
];

/// Reads all extensions of a section, in the section's order.
pub(super) fn read(
    source: &Source<'_>,
    section: &str,
    place: &Place,
    target: Target,
    subject: &mut DistinguishedName,
) -> Result<Vec<RequestedExtension>, ConfigError> {
    let mut extensions = Vec::new();
    let mut seen = HashSet::new();
    for entry in source.section(section, place)? {
        let place = entry.place();
        let Some(extension) =
            extension(source, entry.name(), entry.text()?, &place, target, subject)?
        else {
            continue;
        };
        if !seen.insert(extension.oid.clone()) {
            return Err(place.fault(OptionFault::Repeated {
                what: format!("the extension {}", extension.oid),
            }));
        }
        extensions.push(extension);
    }
    Ok(extensions)
}

/// Reads one extension. None if it is written so as to leave it out.
fn extension(
    source: &Source<'_>,
    name: &str,
    text: &str,
    place: &Place,
    target: Target,
    subject: &mut DistinguishedName,
) -> Result<Option<RequestedExtension>, ConfigError> {
    let (critical, text) = match text.strip_prefix("critical,") {
        Some(rest) => (true, unspaced(rest)),
        None => (false, text),
    };
    let value = if raw::is_raw(text) {
        Some(ExtensionValue::Der(raw::read(source, text, place)?))
    } else {
        value(source, name, text, place, target, subject)?
    };
    let Some(value) = value else {
        return Ok(None);
    };
    Ok(Some(RequestedExtension {
        oid: source.oid(name, place)?.as_str().to_owned(),
        critical,
        value,
        location: place.location.clone(),
    }))
}

fn value(
    source: &Source<'_>,
    name: &str,
    text: &str,
    place: &Place,
    target: Target,
    subject: &mut DistinguishedName,
) -> Result<Option<ExtensionValue>, ConfigError> {
    let der = match name {
        "basicConstraints" => basic::constraints(source, text, place)?,
        "keyUsage" => usage::key_usage(source, text, place)?,
        "nsCertType" => usage::netscape_type(source, text, place)?,
        "extendedKeyUsage" => usage::extended(source, text, place)?,
        "nameConstraints" => constraints::names(source, text, place)?,
        "certificatePolicies" => policies::certificate_policies(source, text, place)?,
        "policyConstraints" => policies::constraints(source, text, place)?,
        "policyMappings" => policies::mappings(source, text, place)?,
        "inhibitAnyPolicy" => policies::inhibit_any(text, place)?,
        "authorityInfoAccess" | "subjectInfoAccess" => access::descriptions(source, text, place)?,
        "crlDistributionPoints" | "freshestCRL" => distribution_points::read(source, text, place)?,
        "tlsfeature" => basic::tls_feature(source, text, place)?,
        "noCheck" => basic::no_check(source, text, place)?,
        "nsComment" | "nsBaseUrl" | "nsRevocationUrl" | "nsCaRevocationUrl" | "nsRenewalUrl"
        | "nsCaPolicyUrl" | "nsSslServerName" => basic::ascii_text(text, place)?,
        "subjectAltName" => {
            let Some(der) = alternative_name::subject(source, text, place, subject)? else {
                return Ok(None);
            };
            der
        }
        "issuerAltName" => {
            return Err(place.unsupported(
                "the issuer's alternative name (it says nothing that a verifier uses; or write \
                 it as DER:…)",
            ));
        }
        "subjectKeyIdentifier" => return key_identifier::subject(source, text, place),
        "authorityKeyIdentifier" => return key_identifier::authority(source, text, place, target),
        _ if source.find_oid(name).is_some() => {
            return Err(place.unsupported(
                "this extension's own syntax (its value can be written as DER:… or ASN1:…)",
            ));
        }
        _ => return Err(place.unknown("extension", name, KNOWN)),
    };
    Ok(Some(ExtensionValue::Der(der)))
}
