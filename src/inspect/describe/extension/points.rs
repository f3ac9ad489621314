//! Where revocation lists and the issuer's services are.

use serde::Serialize;

use super::{
    super::{
        fields::{Fields, named_bits},
        name::GeneralNameDescription,
    },
    ExtensionValue,
    identifiers::general_names,
};
use crate::x509::{
    GeneralName, Name, X509Error,
    element::{Element, OBJECT_IDENTIFIER, SEQUENCE},
    object_identifier,
};

/// RFC 5280 §4.2.1.13.
#[derive(Clone, Debug, Serialize)]
pub struct DistributionPointDescription {
    /// Where the list is.
    pub names: Vec<GeneralNameDescription>,
    /// The name relative to the issuer of the list, RFC 4514.
    pub relative_name: Option<String>,
    /// Only revocations for these reasons; all of them when empty.
    pub reasons: Vec<String>,
    /// Who signs the list, when that is not the certificate's issuer.
    pub crl_issuer: Vec<GeneralNameDescription>,
}

/// RFC 5280 §5.2.5.
#[derive(Clone, Debug, Serialize)]
pub struct IssuingDistributionPointDescription {
    /// Where the list is.
    pub names: Vec<GeneralNameDescription>,
    /// The name relative to the issuer of the list, RFC 4514.
    pub relative_name: Option<String>,
    /// It covers certificates of end entities only.
    pub only_user_certificates: bool,
    /// It covers certificates of CAs only.
    pub only_ca_certificates: bool,
    /// It covers attribute certificates only.
    pub only_attribute_certificates: bool,
    /// It covers certificates of several issuers.
    pub indirect: bool,
    /// Only revocations for these reasons; all of them when empty.
    pub only_reasons: Vec<String>,
}

/// RFC 5280 §4.2.2.1 and §4.2.2.2.
#[derive(Clone, Debug, Serialize)]
pub struct AccessDescription {
    /// `OCSP`, `caIssuers`, another name or an object identifier.
    pub method: String,
    /// Where.
    pub location: GeneralNameDescription,
}

/// The bits of `ReasonFlags` (RFC 5280 §4.2.1.13), from bit 0.
const REASONS: [&str; 9] = [
    "unused",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
];

pub(super) fn distribution(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "cRLDistributionPoints";
    let points = Fields::of(what, value, SEQUENCE)?.rest()?;
    let points: Result<Vec<_>, X509Error> = points
        .iter()
        .map(|point| {
            let mut fields = Fields::new(what, point.content);
            let (names, relative_name) = point_name(what, fields.optional(0xa0)?)?;
            let reasons = reasons(what, fields.optional(0x81)?)?;
            let crl_issuer = fields.optional(0xa2)?;
            fields.end()?;
            let crl_issuer = crl_issuer.map(|names| general_names(what, names.content));
            Ok(DistributionPointDescription {
                names,
                relative_name,
                reasons,
                crl_issuer: crl_issuer.transpose()?.unwrap_or_default(),
            })
        })
        .collect();
    points.map(ExtensionValue::DistributionPoints)
}

pub(super) fn issuing(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "issuingDistributionPoint";
    let mut fields = Fields::of(what, value, SEQUENCE)?;
    let (names, relative_name) = point_name(what, fields.optional(0xa0)?)?;
    let is_set = |flag: Option<Element<'_>>| {
        flag.is_some_and(|flag| flag.content.iter().any(|octet| *octet != 0))
    };
    let only_user_certificates = is_set(fields.optional(0x81)?);
    let only_ca_certificates = is_set(fields.optional(0x82)?);
    let only_reasons = reasons(what, fields.optional(0x83)?)?;
    let indirect = is_set(fields.optional(0x84)?);
    let only_attribute_certificates = is_set(fields.optional(0x85)?);
    fields.end()?;
    Ok(ExtensionValue::IssuingDistributionPoint(
        IssuingDistributionPointDescription {
            names,
            relative_name,
            only_user_certificates,
            only_ca_certificates,
            only_attribute_certificates,
            indirect,
            only_reasons,
        },
    ))
}

type PointName = (Vec<GeneralNameDescription>, Option<String>);

/// `DistributionPointName`: full names, or a name relative to the issuer.
fn point_name(what: &'static str, point: Option<Element<'_>>) -> Result<PointName, X509Error> {
    let Some(point) = point else {
        return Ok((Vec::new(), None));
    };
    let choice = Fields::new(what, point.content).next()?;
    match choice {
        Some(names) if names.tag == 0xa0 => Ok((general_names(what, names.content)?, None)),
        Some(relative) if relative.tag == 0xa1 => {
            Ok((Vec::new(), Some(relative_name(what, relative.content)?)))
        }
        _ => Err(X509Error::malformed(
            what,
            "a distribution point has no name",
        )),
    }
}

/// A `RelativeDistinguishedName`, as a name of one element.
fn relative_name(what: &'static str, content: &[u8]) -> Result<String, X509Error> {
    use der::{Encode, Tag, asn1::Any};
    let name = Any::new(Tag::Set, content)
        .and_then(|set| set.to_der())
        .and_then(|set| Any::new(Tag::Sequence, set)?.to_der())
        .map_err(|error| X509Error::malformed(what, error))?;
    Ok(Name::from_der(&name)?.to_string())
}

fn reasons(what: &'static str, bits: Option<Element<'_>>) -> Result<Vec<String>, X509Error> {
    bits.map_or_else(
        || Ok(Vec::new()),
        |bits| named_bits(what, bits.content, &REASONS),
    )
}

pub(super) fn access(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "authorityInfoAccess";
    let descriptions = Fields::of(what, value, SEQUENCE)?.rest()?;
    let descriptions: Result<Vec<_>, X509Error> = descriptions
        .iter()
        .map(|description| {
            let mut fields = Fields::new(what, description.content);
            let method =
                object_identifier(fields.required(OBJECT_IDENTIFIER)?.content)?.to_string();
            let location = fields.next()?.ok_or_else(|| {
                X509Error::malformed(what, "an access description has no location")
            })?;
            Ok(AccessDescription {
                method: method_name(&method).map_or(method, str::to_owned),
                location: GeneralNameDescription::of(GeneralName::read(location)?),
            })
        })
        .collect();
    descriptions.map(ExtensionValue::Access)
}

fn method_name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "1.3.6.1.5.5.7.48.1" => "OCSP",
        "1.3.6.1.5.5.7.48.2" => "caIssuers",
        "1.3.6.1.5.5.7.48.3" => "timeStamping",
        "1.3.6.1.5.5.7.48.5" => "caRepository",
        _ => return None,
    })
}
