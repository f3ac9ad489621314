//! A certificate read once into what path validation asks of it.

use std::collections::HashSet;
use std::ops::BitOr;

use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;

use crate::x509::name_matching::ComparableName;
use crate::x509::read_element;

use super::constraints::NameConstraints;
use super::general_name::{
    DistributionPoint, GeneralName, read_distribution_points, read_general_names,
};
use super::name_text::hexadecimal;
use super::signed::SignedParts;

/// keyUsage (RFC 5280 §4.2.1.3): bit n of the extension is `1 << n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyUsageBits(u16);

impl KeyUsageBits {
    pub(super) const DIGITAL_SIGNATURE: Self = Self(1);
    pub(super) const CONTENT_COMMITMENT: Self = Self(1 << 1);
    pub(super) const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    pub(super) const KEY_AGREEMENT: Self = Self(1 << 4);
    pub(super) const KEY_CERT_SIGN: Self = Self(1 << 5);
    pub(super) const CRL_SIGN: Self = Self(1 << 6);

    pub(super) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for KeyUsageBits {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BasicConstraints {
    pub(super) is_ca: bool,
    pub(super) path_length: Option<u32>,
    pub(super) is_critical: bool,
}

/// policyMappings, policyConstraints, inhibitAnyPolicy and certificatePolicies, OIDs dotted.
#[derive(Debug, Clone, Default)]
pub(super) struct PolicyExtensions {
    pub(super) policies: Option<Vec<String>>,
    /// (issuerDomainPolicy, subjectDomainPolicy)
    pub(super) mappings: Vec<(String, String)>,
    pub(super) require_explicit: Option<u32>,
    pub(super) inhibit_mapping: Option<u32>,
    pub(super) inhibit_any: Option<u32>,
}

/// A certificate as path validation sees it.
#[derive(Debug, Clone)]
pub(super) struct PathCertificate<'a> {
    pub(super) der: &'a [u8],
    pub(super) to_be_signed: &'a [u8],
    pub(super) signature_algorithm: &'a [u8],
    /// signatureAlgorithm and tbsCertificate.signature differ (RFC 5280 §4.1.1.2).
    pub(super) algorithms_differ: bool,
    pub(super) signature: &'a [u8],
    pub(super) public_key: &'a [u8],
    /// 1, 2 or 3.
    pub(super) version: u32,
    /// The INTEGER's content as written.
    pub(super) serial: &'a [u8],
    pub(super) subject_der: &'a [u8],
    pub(super) subject: ComparableName,
    pub(super) issuer_der: &'a [u8],
    pub(super) issuer: ComparableName,
    pub(super) not_before: OffsetDateTime,
    pub(super) not_after: OffsetDateTime,
    /// Content octets of every emailAddress attribute in the subject (PKCS#9), as text.
    pub(super) subject_emails: Vec<String>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsageBits>,
    /// Dotted OIDs.
    pub(super) extended_key_usage: Option<Vec<String>>,
    pub(super) alternative_names: Option<Vec<GeneralName>>,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) policy: PolicyExtensions,
    pub(super) authority_key_id: Option<&'a [u8]>,
    pub(super) subject_key_id: Option<&'a [u8]>,
    pub(super) distribution_points: Vec<DistributionPoint>,
    /// Critical extensions that nothing here understands: their OIDs.
    pub(super) unknown_critical: Vec<String>,
    /// Extensions that are there twice or cannot be read: what is wrong.
    pub(super) malformed: Vec<String>,
}

/// Policies, mappings or names in one certificate; more is taken for an attack.
const LONGEST_LIST: usize = 10_000;
/// Faulty extensions that are told of one by one; one is enough to refuse a certificate.
const SHOWN_FAULTS: usize = 16;

impl<'a> PathCertificate<'a> {
    /// Reads a certificate. Extensions that cannot be read are remembered in `malformed`.
    pub(super) fn from_der(der: &'a [u8]) -> Result<Self, String> {
        let (_, certificate) = X509Certificate::from_der(der)
            .map_err(|error| format!("not a certificate in DER ({})", parser_text(&error)))?;
        let parts = SignedParts::split(der)?;
        let inner_algorithm =
            inner_algorithm(parts.fields).ok_or("its outer structure is not DER")?;
        let subject_der = certificate.tbs_certificate.subject.as_raw();
        let issuer_der = certificate.tbs_certificate.issuer.as_raw();
        let subject = ComparableName::from_der(subject_der)
            .map_err(|error| format!("its subject is {error}"))?;
        let issuer = ComparableName::from_der(issuer_der)
            .map_err(|error| format!("its issuer is {error}"))?;
        let tbs = &certificate.tbs_certificate;
        let subject_emails = tbs
            .subject
            .iter_email()
            .map(|email| String::from_utf8_lossy(email.as_slice()).into_owned())
            .collect();
        let mut read = Self {
            der,
            to_be_signed: parts.to_be_signed,
            signature_algorithm: parts.algorithm,
            algorithms_differ: parts.algorithm != inner_algorithm,
            signature: parts.signature,
            public_key: tbs.subject_pki.raw,
            version: tbs.version.0.saturating_add(1),
            serial: tbs.raw_serial(),
            subject_der,
            subject,
            issuer_der,
            issuer,
            not_before: tbs.validity.not_before.to_datetime(),
            not_after: tbs.validity.not_after.to_datetime(),
            subject_emails,
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            alternative_names: None,
            name_constraints: None,
            policy: PolicyExtensions::default(),
            authority_key_id: None,
            subject_key_id: None,
            distribution_points: Vec::new(),
            unknown_critical: Vec::new(),
            malformed: Vec::new(),
        };
        if parts.unused_bits != 0 {
            read.malformed
                .push("its signature is no whole number of octets".to_owned());
        }
        if read.version != 3 && !tbs.extensions().is_empty() {
            read.malformed
                .push(format!("version {} with extensions", read.version));
        }
        if read.version > 3 {
            read.malformed
                .push(format!("unknown version {}", read.version));
        }
        let mut seen: HashSet<String> = HashSet::new();
        for extension in tbs.extensions() {
            let oid = extension.oid.to_id_string();
            if read.malformed.len() >= SHOWN_FAULTS {
                break;
            }
            if seen.contains(&oid) {
                read.malformed
                    .push(format!("{} is there twice", extension_name(&oid)));
                continue;
            }
            if read.take_extension(&oid, extension).is_none() {
                read.malformed
                    .push(format!("{} cannot be read", extension_name(&oid)));
            }
            seen.insert(oid);
        }
        Ok(read)
    }

    /// Takes what an extension says; `None` when it cannot be read.
    fn take_extension(&mut self, oid: &str, extension: &X509Extension<'a>) -> Option<()> {
        let value = extension.value;
        match (oid, extension.parsed_extension()) {
            ("2.5.29.17", _) => {
                let names = read_element(value).filter(|e| e.tag == 0x30 && e.rest.is_empty())?;
                self.alternative_names = Some(bounded(read_general_names(names.content)?)?);
            }
            ("2.5.29.30", _) => self.name_constraints = Some(NameConstraints::read(value)?),
            ("2.5.29.31", _) => self.distribution_points = read_distribution_points(value)?,
            (_, ParsedExtension::BasicConstraints(constraints)) => {
                self.basic_constraints = Some(BasicConstraints {
                    is_ca: constraints.ca,
                    path_length: constraints.path_len_constraint,
                    is_critical: extension.critical,
                });
            }
            (_, ParsedExtension::KeyUsage(usage)) => {
                self.key_usage = Some(KeyUsageBits(usage.flags));
            }
            (_, ParsedExtension::ExtendedKeyUsage(_)) => {
                self.extended_key_usage = Some(bounded(read_oids(value)?)?);
            }
            (_, ParsedExtension::CertificatePolicies(policies)) => {
                let oids = policies
                    .iter()
                    .map(|policy| policy.policy_id.to_id_string());
                self.policy.policies = Some(bounded(oids.collect())?);
            }
            (_, ParsedExtension::PolicyMappings(mappings)) => {
                let pairs = mappings.mappings.iter().map(|mapping| {
                    (
                        mapping.issuer_domain_policy.to_id_string(),
                        mapping.subject_domain_policy.to_id_string(),
                    )
                });
                self.policy.mappings = bounded(pairs.collect())?;
            }
            (_, ParsedExtension::PolicyConstraints(constraints)) => {
                self.policy.require_explicit = constraints.require_explicit_policy;
                self.policy.inhibit_mapping = constraints.inhibit_policy_mapping;
            }
            (_, ParsedExtension::InhibitAnyPolicy(inhibit)) => {
                self.policy.inhibit_any = Some(inhibit.skip_certs);
            }
            (_, ParsedExtension::AuthorityKeyIdentifier(identifier)) => {
                self.authority_key_id = identifier.key_identifier.as_ref().map(|id| id.0);
            }
            (_, ParsedExtension::SubjectKeyIdentifier(identifier)) => {
                self.subject_key_id = Some(identifier.0);
            }
            (_, parsed) => {
                if extension.critical {
                    self.unknown_critical.push(oid.to_owned());
                } else if parsed.error().is_some() && is_judged_by(oid) {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Subject and issuer are one name (RFC 5280 §6.1): a self-issued certificate.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether the certificate says that it is a CA's.
    pub(super) fn is_ca(&self) -> bool {
        self.basic_constraints
            .is_some_and(|constraints| constraints.is_ca)
    }

    pub(super) fn is_valid_at(&self, moment: OffsetDateTime) -> bool {
        self.not_before <= moment && moment <= self.not_after
    }

    pub(super) fn serial_text(&self) -> String {
        hexadecimal(self.serial)
    }
}

fn bounded<T>(list: Vec<T>) -> Option<Vec<T>> {
    (list.len() <= LONGEST_LIST).then_some(list)
}

/// The OIDs of a SEQUENCE OF OBJECT IDENTIFIER.
fn read_oids(value: &[u8]) -> Option<Vec<String>> {
    let sequence = read_element(value).filter(|e| e.tag == 0x30 && e.rest.is_empty())?;
    let mut rest = sequence.content;
    let mut oids = Vec::new();
    while !rest.is_empty() {
        let element = read_element(rest).filter(|e| e.tag == 0x06)?;
        oids.push(super::name_text::oid_text(element.content));
        rest = element.rest;
    }
    Some(oids)
}

/// tbsCertificate.signature (RFC 5280 §4.1.2.3).
fn inner_algorithm(fields: &[u8]) -> Option<&[u8]> {
    let first = read_element(fields)?;
    // version is [0] EXPLICIT and may be left out.
    let serial = if first.tag == 0xa0 {
        read_element(first.rest)?
    } else {
        first
    };
    Some(read_element(serial.rest)?.whole)
}

/// Extensions whose content decides the verdict, so that it must be readable even if not critical.
fn is_judged_by(oid: &str) -> bool {
    matches!(
        oid,
        "2.5.29.15"
            | "2.5.29.19"
            | "2.5.29.32"
            | "2.5.29.33"
            | "2.5.29.36"
            | "2.5.29.37"
            | "2.5.29.54"
    )
}

fn extension_name(oid: &str) -> String {
    let name = match oid {
        "2.5.29.14" => "subjectKeyIdentifier",
        "2.5.29.15" => "keyUsage",
        "2.5.29.17" => "subjectAltName",
        "2.5.29.18" => "issuerAltName",
        "2.5.29.19" => "basicConstraints",
        "2.5.29.30" => "nameConstraints",
        "2.5.29.31" => "cRLDistributionPoints",
        "2.5.29.32" => "certificatePolicies",
        "2.5.29.33" => "policyMappings",
        "2.5.29.35" => "authorityKeyIdentifier",
        "2.5.29.36" => "policyConstraints",
        "2.5.29.37" => "extendedKeyUsage",
        "2.5.29.46" => "freshestCRL",
        "2.5.29.54" => "inhibitAnyPolicy",
        "1.3.6.1.5.5.7.1.1" => "authorityInfoAccess",
        "1.3.6.1.5.5.7.1.24" => "TLS feature",
        _ => return format!("extension {oid}"),
    };
    format!("{name} ({oid})")
}

/// What the parser says, without its wrapping.
pub(super) fn parser_text(error: &x509_parser::nom::Err<x509_parser::error::X509Error>) -> String {
    match error {
        x509_parser::nom::Err::Incomplete(_) => "it ends too early".to_owned(),
        x509_parser::nom::Err::Error(error) | x509_parser::nom::Err::Failure(error) => {
            error.to_string()
        }
    }
}
