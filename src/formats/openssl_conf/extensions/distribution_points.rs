//! `crlDistributionPoints` and `freshestCRL` (RFC 5280 §4.2.1.13, §4.2.1.15).

use super::super::encode::{context, context_constructed, named_bits, sequence};
use super::super::error::{ConfigError, OptionFault};
use super::super::location::{Place, shortened};
use super::super::name::read_section;
use super::super::source::Source;
use super::general_name::{self, AddressForm};

/// Tag numbers of RFC 5280's `DistributionPoint` and `DistributionPointName`.
const DISTRIBUTION_POINT: u32 = 0;
const REASONS: u32 = 1;
const CRL_ISSUER: u32 = 2;
const FULL_NAME: u32 = 0;
const RELATIVE_NAME: u32 = 1;

/// `ReasonFlags`, by bit.
const REASON_FLAGS: [&str; 9] = [
    "unused",
    "keyCompromise",
    "CACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "AACompromise",
];

/// Reads `URI:http://…`, a point of its own each, or names of sections that describe a point.
pub(super) fn read(source: &Source<'_>, text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let points = source
        .items(text, place)?
        .iter()
        .map(|item| match item.value {
            None => point(source, &item.name, &item.place),
            Some(_) => {
                let name = general_name::read(source, item, AddressForm::Single)?;
                let full_name = context_constructed(FULL_NAME, &name)?;
                Ok(sequence([context_constructed(
                    DISTRIBUTION_POINT,
                    &full_name,
                )?])?)
            }
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    Ok(sequence(points)?)
}

fn point(source: &Source<'_>, section: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let mut name = None;
    let mut reasons = None;
    let mut issuer = None;
    for entry in source.section(section, place)? {
        let place = entry.place();
        let text = entry.text()?;
        let (slot, value) = match entry.name() {
            "fullname" => {
                let names = general_name::list(source, text, &place)?;
                (&mut name, context_constructed(FULL_NAME, &names)?)
            }
            "relativename" => (&mut name, relative_name(source, text, &place)?),
            "reasons" => (
                &mut reasons,
                context(REASONS, &reason_flags(source, text, &place)?)?,
            ),
            "CRLissuer" => {
                let names = general_name::list(source, text, &place)?;
                (&mut issuer, context_constructed(CRL_ISSUER, &names)?)
            }
            other => {
                let known = ["fullname", "relativename", "reasons", "CRLissuer"];
                return Err(place.unknown("part of a distribution point", other, known));
            }
        };
        if slot.replace(value).is_some() {
            return Err(place.fault(OptionFault::Repeated {
                what: "the name of the distribution point".to_owned(),
            }));
        }
    }
    if name.is_none() && issuer.is_none() {
        return Err(place.fault(OptionFault::Missing(
            "the distribution point's fullname or CRLissuer",
        )));
    }
    let mut parts = Vec::new();
    if let Some(name) = name {
        parts.push(context_constructed(DISTRIBUTION_POINT, &name)?);
    }
    parts.extend(reasons);
    parts.extend(issuer);
    Ok(sequence(parts)?)
}

fn relative_name(
    source: &Source<'_>,
    section: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let name = read_section(source, section, place)?;
    let content = name.single_relative_name()?.ok_or_else(|| {
        place.fault(OptionFault::Invalid {
            value: shortened(section),
            expected: "the section of a single relative name (join its fields with +)",
        })
    })?;
    Ok(context_constructed(RELATIVE_NAME, &content)?)
}

fn reason_flags(source: &Source<'_>, text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let mut bits = Vec::new();
    for item in source.list(text, place)? {
        let bit = (0_u8..)
            .zip(REASON_FLAGS)
            .find_map(|(bit, name)| (name == item.name).then_some(bit))
            .filter(|_| item.value.is_none())
            .ok_or_else(|| item.place.unknown("reason", &item.name, REASON_FLAGS))?;
        bits.push(bit);
    }
    Ok(named_bits(&bits))
}
