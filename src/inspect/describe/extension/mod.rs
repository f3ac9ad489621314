//! Extensions in descriptions (RFC 5280 §4.2 and §5.2, and those that others defined).
//!
//! Read field by field and leniently: what somebody encoded oddly is still to be shown, and what
//! cannot be read is said, with its octets.

mod constraints;
mod identifiers;
mod others;
mod points;
mod policies;
mod usage;

pub(super) use others::decimal_or_hexadecimal;

use serde::Serialize;

use super::{
    name::GeneralNameDescription,
    notation::{hexadecimal, rfc3339},
};
use crate::x509::{Extension, GeneralName, X509Error, oid};

pub use constraints::NameConstraintsDescription;
pub use identifiers::AuthorityKeyIdentifierDescription;
pub use points::{
    AccessDescription, DistributionPointDescription, IssuingDistributionPointDescription,
};
pub use policies::{PolicyDescription, PolicyMapping, Qualifier};

/// An extension.
#[derive(Clone, Debug, Serialize)]
pub struct ExtensionDescription {
    /// Its object identifier, dotted.
    pub oid: String,
    /// Its name in the standards, where it is known.
    pub name: Option<&'static str>,
    /// Whether who does not understand it must refuse the certificate.
    pub critical: bool,
    /// What it says.
    pub value: ExtensionValue,
}

/// What an extension says. In JSON only the content appears: the extension's name tells which.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ExtensionValue {
    /// Alternative names, or the issuer of a revoked certificate.
    Names(Vec<GeneralNameDescription>),
    /// Purposes, usages or features, by name.
    Usages(Vec<String>),
    /// RFC 5280 §4.2.1.9.
    BasicConstraints {
        /// Whether it may sign certificates.
        ca: bool,
        /// How many CA certificates may follow.
        path_length: Option<String>,
    },
    /// RFC 5280 §4.2.1.10.
    NameConstraints(NameConstraintsDescription),
    /// A key identifier, as pairs with colons.
    Identifier(String),
    /// RFC 5280 §4.2.1.1.
    AuthorityKeyIdentifier(AuthorityKeyIdentifierDescription),
    /// Where revocation lists are (RFC 5280 §4.2.1.13).
    DistributionPoints(Vec<DistributionPointDescription>),
    /// What a revocation list covers (RFC 5280 §5.2.5).
    IssuingDistributionPoint(IssuingDistributionPointDescription),
    /// Where the issuer's services are (RFC 5280 §4.2.2.1).
    Access(Vec<AccessDescription>),
    /// RFC 5280 §4.2.1.4.
    Policies(Vec<PolicyDescription>),
    /// RFC 5280 §4.2.1.5.
    PolicyMappings(Vec<PolicyMapping>),
    /// RFC 5280 §4.2.1.11: after how many certificates; decimal.
    PolicyConstraints {
        /// A policy is required.
        require_explicit_policy: Option<String>,
        /// Policies are no longer mapped.
        inhibit_policy_mapping: Option<String>,
    },
    /// A number, decimal, or hexadecimal with `0x` where it is long.
    Number(String),
    /// A text.
    Text(String),
    /// Certificate transparency (RFC 6962 §3.3).
    Timestamps {
        /// How many logs signed.
        count: usize,
    },
    /// Active Directory's certificate template, version 2.
    Template {
        /// The template's object identifier.
        template: String,
        /// Major version.
        major: Option<String>,
        /// Minor version.
        minor: Option<String>,
    },
    /// A period (RFC 3280 §4.2.1.4).
    Period {
        /// First second, RFC 3339.
        not_before: Option<String>,
        /// Last second, RFC 3339.
        not_after: Option<String>,
    },
    /// It says all by being there.
    Present,
    /// An extension that is not known here.
    Unknown {
        /// Its octets in hexadecimal.
        hex: String,
        /// A text inside of it, if it holds one.
        text: Option<String>,
    },
    /// An extension that is known, and whose octets are not what they should be.
    Malformed {
        /// What is wrong.
        malformed: String,
        /// Its octets in hexadecimal.
        hex: String,
    },
}

impl ExtensionDescription {
    pub(super) fn of(extension: &Extension) -> Self {
        let oid = extension.oid.to_string();
        let value = match decode(&oid, &extension.value) {
            Ok(value) => value,
            Err(error) => ExtensionValue::Malformed {
                malformed: error.to_string(),
                hex: hexadecimal(&extension.value).to_lowercase(),
            },
        };
        Self {
            name: extension_name(&oid).or_else(|| oid::name(&extension.oid)),
            oid,
            critical: extension.critical,
            value,
        }
    }

    pub(super) fn all(extensions: &[Extension]) -> Vec<Self> {
        extensions.iter().map(Self::of).collect()
    }

    /// The name, or the object identifier.
    pub fn title(&self) -> &str {
        self.name.unwrap_or(&self.oid)
    }
}

/// Names that the x509 room has no use for.
fn extension_name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.29.9" => "subjectDirectoryAttributes",
        "2.5.29.21" => "cRLReason",
        "2.5.29.23" => "holdInstructionCode",
        "2.5.29.24" => "invalidityDate",
        "2.5.29.29" => "certificateIssuer",
        "1.3.6.1.5.5.7.48.1.5" => "ocspNoCheck",
        "1.3.6.1.4.1.11129.2.4.3" => "ctPrecertificatePoison",
        "1.3.6.1.5.5.7.1.3" => "qcStatements",
        "1.3.6.1.4.1.311.21.1" => "microsoftCAVersion",
        "1.3.6.1.4.1.311.21.2" => "microsoftPreviousCertificateHash",
        "1.3.6.1.4.1.311.21.4" => "microsoftNextCRLPublish",
        "1.3.6.1.4.1.311.25.2" => "microsoftSecurityIdentifier",
        "2.16.840.1.113730.1.2" => "nsBaseUrl",
        "2.16.840.1.113730.1.3" => "nsRevocationUrl",
        "2.16.840.1.113730.1.4" => "nsCaRevocationUrl",
        "2.16.840.1.113730.1.7" => "nsRenewalUrl",
        "2.16.840.1.113730.1.8" => "nsCaPolicyUrl",
        "2.16.840.1.113730.1.12" => "nsSslServerName",
        _ => return None,
    })
}

fn decode(oid: &str, value: &[u8]) -> Result<ExtensionValue, X509Error> {
    match oid {
        "2.5.29.17" | "2.5.29.18" | "2.5.29.29" => names(value),
        "2.5.29.15" => usage::key_usage(value),
        "2.5.29.37" | "1.3.6.1.4.1.311.21.10" => usage::purposes(oid, value),
        "2.16.840.1.113730.1.1" => usage::netscape(value),
        "1.3.6.1.5.5.7.1.24" => usage::tls_features(value),
        "2.5.29.19" => constraints::basic(value),
        "2.5.29.30" => constraints::names(value),
        "2.5.29.36" => policies::constraints(value),
        "2.5.29.14" => identifiers::subject(value),
        "2.5.29.35" => identifiers::authority(value),
        "2.5.29.31" | "2.5.29.46" => points::distribution(value),
        "2.5.29.28" => points::issuing(value),
        "1.3.6.1.5.5.7.1.1" | "1.3.6.1.5.5.7.1.11" => points::access(value),
        "2.5.29.32" => policies::policies(value),
        "2.5.29.33" => policies::mappings(value),
        "2.5.29.54" | "2.5.29.20" | "2.5.29.27" | "1.3.6.1.4.1.311.21.1" => others::number(value),
        "2.5.29.21" => others::reason(value),
        "2.5.29.24" | "1.3.6.1.4.1.311.21.4" => others::date(value),
        "2.5.29.16" => others::period(value),
        "1.3.6.1.4.1.11129.2.4.2" => others::timestamps(value),
        "1.3.6.1.4.1.311.20.2" => others::text(value),
        "1.3.6.1.4.1.311.21.7" => others::template(value),
        "1.3.6.1.5.5.7.48.1.5" | "1.3.6.1.4.1.11129.2.4.3" => others::null(value),
        netscape if netscape.starts_with("2.16.840.1.113730.1.") => others::text(value),
        _ => Ok(others::unknown(value)),
    }
}

fn names(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let names = GeneralName::read_all(value)?;
    Ok(ExtensionValue::Names(
        names.into_iter().map(GeneralNameDescription::of).collect(),
    ))
}

/// A date as others wrote it; what is none is shown as it stands.
fn date_text(tag: u8, content: &[u8]) -> Result<String, X509Error> {
    let what = "date";
    let malformed = || X509Error::malformed(what, "it is no date");
    let der = [
        &[tag, u8::try_from(content.len()).map_err(|_| malformed())?],
        content,
    ]
    .concat();
    let time = match tag {
        0x17 => {
            <der::asn1::UtcTime as der::Decode>::from_der(&der).map(|time| time.to_unix_duration())
        }
        0x18 => <der::asn1::GeneralizedTime as der::Decode>::from_der(&der)
            .map(|time| time.to_unix_duration()),
        _ => return Err(malformed()),
    };
    let time = time.map_err(|error| X509Error::malformed(what, error))?;
    let time = i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok());
    time.map(rfc3339).ok_or_else(malformed)
}
