//! Certificate policies (RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14).

use der::Tag;

use super::super::encode::{context, sequence, tlv};
use super::super::error::{ConfigError, OptionFault};
use super::super::list::is_keyword;
use super::super::location::{Place, shortened};
use super::super::number::Integer;
use super::super::objects::Oid;
use super::super::source::Source;
use super::basic::{ascii, count};

/// `id-qt-cps` and `id-qt-unotice` (RFC 5280 §4.2.1.4).
const CPS: &str = "1.3.6.1.5.5.7.2.1";
const USER_NOTICE: &str = "1.3.6.1.5.5.7.2.2";

/// The string type of an organisation's name: `ia5org` at the start of the list asks for the
/// older one.
#[derive(Clone, Copy)]
struct OrganizationType(Tag);

/// `certificatePolicies`: identifiers, and `@section` for a policy with qualifiers.
pub(super) fn certificate_policies(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let mut organization = OrganizationType(Tag::VisibleString);
    let mut policies = Vec::new();
    for item in source.list(text, place)? {
        if item.value.is_some() {
            return Err(place.invalid(text, "a list of policy identifiers and @sections"));
        }
        if item.name == "ia5org" {
            organization = OrganizationType(Tag::Ia5String);
        } else if let Some(section) = item.name.strip_prefix('@') {
            policies.push(policy(source, section, place, organization)?);
        } else {
            policies.push(sequence([source.oid(&item.name, place)?.to_der()?])?);
        }
    }
    if policies.is_empty() {
        return Err(place.fault(OptionFault::Missing("a policy identifier")));
    }
    Ok(sequence(policies)?)
}

fn policy(
    source: &Source<'_>,
    section: &str,
    place: &Place,
    organization: OrganizationType,
) -> Result<Vec<u8>, ConfigError> {
    let mut identifier = None;
    let mut qualifiers = Vec::new();
    for entry in source.section(section, place)? {
        let place = entry.place();
        let text = entry.text()?;
        let name = entry.name();
        if name == "policyIdentifier" {
            identifier = Some(source.oid(text, &place)?);
        } else if is_keyword(name, "CPS") {
            let uri = tlv(Tag::Ia5String, ascii(text, &place)?)?;
            qualifiers.push(qualifier(CPS, uri)?);
        } else if is_keyword(name, "userNotice") {
            let section = text
                .strip_prefix('@')
                .ok_or_else(|| place.invalid(text, "the name of a section after @"))?;
            let notice = user_notice(source, section, &place, organization)?;
            qualifiers.push(qualifier(USER_NOTICE, notice)?);
        } else {
            let known = ["policyIdentifier", "CPS", "userNotice"];
            return Err(place.unknown("part of a policy", name, known));
        }
    }
    let identifier =
        identifier.ok_or_else(|| place.fault(OptionFault::Missing("policyIdentifier")))?;
    let mut parts = vec![identifier.to_der()?];
    if !qualifiers.is_empty() {
        parts.push(sequence(qualifiers)?);
    }
    Ok(sequence(parts)?)
}

fn qualifier(identifier: &str, value: Vec<u8>) -> Result<Vec<u8>, ConfigError> {
    let identifier = match Oid::from_dotted(identifier) {
        Some(identifier) => identifier.to_der()?,
        None => Vec::new(),
    };
    Ok(sequence([identifier, value])?)
}

fn user_notice(
    source: &Source<'_>,
    section: &str,
    place: &Place,
    organization_type: OrganizationType,
) -> Result<Vec<u8>, ConfigError> {
    let mut text = None;
    let mut organization = None;
    let mut numbers = None;
    for entry in source.section(section, place)? {
        let place = entry.place();
        let value = entry.text()?;
        match entry.name() {
            "explicitText" => text = Some(display_text(value, &place)?),
            "organization" => {
                organization = Some(tlv(organization_type.0, ascii(value, &place)?)?);
            }
            "noticeNumbers" => numbers = Some(notice_numbers(source, value, &place)?),
            other => {
                let known = ["explicitText", "organization", "noticeNumbers"];
                return Err(place.unknown("part of a user notice", other, known));
            }
        }
    }
    let mut parts = Vec::new();
    match (organization, numbers) {
        (Some(organization), Some(numbers)) => parts.push(sequence([organization, numbers])?),
        (None, None) => {}
        _ => {
            return Err(place.fault(OptionFault::Missing(
                "one of the user notice's organization and noticeNumbers (it takes both)",
            )));
        }
    }
    parts.extend(text);
    Ok(sequence(parts)?)
}

/// `text`, which is a `VisibleString`, or `UTF8:text`.
fn display_text(text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let (tag, text) = match text.split_once(':') {
        Some(("UTF8" | "UTF8String", text)) => (Tag::Utf8String, text),
        Some(("BMP" | "BMPSTRING", _)) => return Err(place.unsupported("a BMPString")),
        Some(("VISIBLE" | "VISIBLESTRING", text)) => (Tag::VisibleString, text),
        _ => (Tag::VisibleString, text),
    };
    if tag == Tag::VisibleString && !text.is_ascii() {
        return Err(place.fault(OptionFault::Characters {
            value: shortened(text),
            allowed: "VisibleString (write UTF8: before the text)",
        }));
    }
    Ok(tlv(tag, text.as_bytes())?)
}

fn notice_numbers(source: &Source<'_>, text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let numbers = source
        .list(text, place)?
        .iter()
        .map(|item| {
            if item.value.is_some() {
                return Err(place.invalid(text, "a list of numbers"));
            }
            let number = Integer::parse(&item.name).map_err(|fault| place.fault(fault))?;
            Ok(tlv(Tag::Integer, number.content())?)
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    Ok(sequence(numbers)?)
}

/// `policyConstraints` (RFC 5280 §4.2.1.11).
pub(super) fn constraints(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let mut require_explicit = None;
    let mut inhibit_mapping = None;
    for item in source.items(text, place)? {
        let (slot, number) = match item.name.as_str() {
            "requireExplicitPolicy" => (&mut require_explicit, 0),
            "inhibitPolicyMapping" => (&mut inhibit_mapping, 1),
            other => {
                let known = ["requireExplicitPolicy", "inhibitPolicyMapping"];
                return Err(item.place.unknown("policy constraint", other, known));
            }
        };
        let value = item
            .value
            .as_deref()
            .ok_or_else(|| item.place.invalid(&item.name, "followed by a number"))?;
        let encoded = context(number, &count(value, &item.place)?)?;
        if slot.replace(encoded).is_some() {
            return Err(item.place.fault(OptionFault::Repeated {
                what: shortened(&item.name),
            }));
        }
    }
    let parts: Vec<_> = require_explicit
        .into_iter()
        .chain(inhibit_mapping)
        .collect();
    Ok(sequence(parts)?)
}

/// `policyMappings` (RFC 5280 §4.2.1.5): `issuer's policy:subject's policy`.
pub(super) fn mappings(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let mappings = source
        .items(text, place)?
        .iter()
        .map(|item| {
            let value = item.value.as_deref().ok_or_else(|| {
                item.place
                    .invalid(&item.name, "followed by the policy that it maps to")
            })?;
            let issuer = source.oid(&item.name, &item.place)?.to_der()?;
            let subject = source.oid(value, &item.place)?.to_der()?;
            Ok(sequence([issuer, subject])?)
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    Ok(sequence(mappings)?)
}

/// `inhibitAnyPolicy` (RFC 5280 §4.2.1.14).
pub(super) fn inhibit_any(text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    Ok(tlv(Tag::Integer, &count(text, place)?)?)
}
