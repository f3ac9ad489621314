//! GeneralName and the structures made of it (RFC 5280 §4.2.1.6, §4.2.1.13, §5.2.5), read strictly
//! from DER.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::x509::name_matching::ComparableName;
use crate::x509::read_element;

use super::name_text::{name_text, oid_text};

/// A GeneralName in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GeneralName {
    Dns(String),
    Email(String),
    Uri(String),
    /// 4 or 16 octets; in a name constraint twice that.
    Ip(Vec<u8>),
    Directory {
        name: ComparableName,
        text: String,
    },
    /// otherName, by the OID of its kind, with its whole content.
    Other {
        kind: String,
        content: Vec<u8>,
    },
    /// x400Address, ediPartyName, registeredID: by tag, compared as octets.
    Uncommon {
        tag: u8,
        content: Vec<u8>,
    },
    /// A name of a common kind (by tag) that cannot be read.
    Unreadable {
        tag: u8,
    },
}

/// Which kind of name, for the comparison with name constraints of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    Dns,
    Email,
    Uri,
    Ip,
    Directory,
    Other,
    Uncommon(u8),
}

impl NameKind {
    fn of_tag(tag: u8) -> Self {
        match tag & 0x1f {
            0 => NameKind::Other,
            1 => NameKind::Email,
            2 => NameKind::Dns,
            4 => NameKind::Directory,
            6 => NameKind::Uri,
            7 => NameKind::Ip,
            other => NameKind::Uncommon(other),
        }
    }
}

impl GeneralName {
    pub(super) fn kind(&self) -> NameKind {
        match self {
            GeneralName::Dns(_) => NameKind::Dns,
            GeneralName::Email(_) => NameKind::Email,
            GeneralName::Uri(_) => NameKind::Uri,
            GeneralName::Ip(_) => NameKind::Ip,
            GeneralName::Directory { .. } => NameKind::Directory,
            GeneralName::Other { .. } => NameKind::Other,
            GeneralName::Uncommon { tag, .. } | GeneralName::Unreadable { tag } => {
                NameKind::of_tag(*tag)
            }
        }
    }

    /// The name under tag and content; `None` when the tag is of no GeneralName.
    fn read(tag: u8, content: &[u8]) -> Option<Self> {
        let ascii = || {
            std::str::from_utf8(content)
                .ok()
                .filter(|text| text.is_ascii())
                .map(str::to_owned)
        };
        let name = match tag {
            0xa0 => read_element(content)
                .filter(|kind| kind.tag == 0x06)
                .map(|kind| GeneralName::Other {
                    kind: oid_text(kind.content),
                    content: content.to_vec(),
                }),
            0x81 => ascii().map(GeneralName::Email),
            0x82 => ascii().map(GeneralName::Dns),
            0x86 => ascii().map(GeneralName::Uri),
            0x87 => {
                matches!(content.len(), 4 | 8 | 16 | 32).then(|| GeneralName::Ip(content.to_vec()))
            }
            // Name is a CHOICE, so its tag is explicit.
            0xa4 => ComparableName::from_der(content)
                .ok()
                .map(|name| GeneralName::Directory {
                    name,
                    text: name_text(content),
                }),
            0xa3 | 0xa5 | 0x88 => Some(GeneralName::Uncommon {
                tag,
                content: content.to_vec(),
            }),
            _ => return None,
        };
        Some(name.unwrap_or(GeneralName::Unreadable { tag }))
    }
}

impl std::fmt::Display for GeneralName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text) => {
                formatter.write_str(text)
            }
            GeneralName::Ip(octets) => formatter.write_str(&address_text(octets)),
            GeneralName::Directory { text, .. } => formatter.write_str(text),
            GeneralName::Other { kind, .. } => write!(formatter, "otherName {kind}"),
            GeneralName::Uncommon { tag, .. } => formatter.write_str(match tag {
                0xa3 => "x400Address",
                0xa5 => "ediPartyName",
                _ => "registeredID",
            }),
            GeneralName::Unreadable { tag } => {
                write!(formatter, "unreadable name (kind {})", tag & 0x1f)
            }
        }
    }
}

fn address_text(octets: &[u8]) -> String {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Ipv4Addr::from(octets).to_string();
    }
    if let Ok(octets) = <[u8; 16]>::try_from(octets) {
        return Ipv6Addr::from(octets).to_string();
    }
    let (address, mask) = octets.split_at(octets.len() / 2);
    let prefix: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    format!("{}/{prefix}", address_text_of_half(address))
}

fn address_text_of_half(octets: &[u8]) -> String {
    match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(octets), _) => Ipv4Addr::from(octets).to_string(),
        (_, Ok(octets)) => Ipv6Addr::from(octets).to_string(),
        _ => "?".to_owned(),
    }
}

/// The names in the content of a GeneralNames; `None` when it is not made of GeneralNames.
pub(super) fn read_general_names(mut content: &[u8]) -> Option<Vec<GeneralName>> {
    let mut names = Vec::new();
    while !content.is_empty() {
        let element = read_element(content)?;
        names.push(GeneralName::read(element.tag, element.content)?);
        content = element.rest;
    }
    Some(names)
}

/// One GeneralName at the head of the input, and what follows it.
pub(super) fn read_general_name(input: &[u8]) -> Option<(GeneralName, &[u8])> {
    let element = read_element(input)?;
    Some((
        GeneralName::read(element.tag, element.content)?,
        element.rest,
    ))
}

/// DistributionPointName (RFC 5280 §4.2.1.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PointName {
    Full(Vec<GeneralName>),
    /// The content of the RelativeDistinguishedName, to be put after the CRL issuer's name.
    Relative(Vec<u8>),
}

/// The reasons of a ReasonFlags as bits: bit n of the BIT STRING is `1 << n` (RFC 5280 §4.2.1.13).
pub(super) type Reasons = u16;

/// Every reason; bit 0 is unused.
pub(super) const ALL_REASONS: Reasons = 0x1fe;

/// DistributionPoint of cRLDistributionPoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DistributionPoint {
    pub(super) name: Option<PointName>,
    pub(super) reasons: Option<Reasons>,
    pub(super) crl_issuer: Option<Vec<GeneralName>>,
}

/// Distribution points in one certificate; more is taken for an attack.
const MOST_POINTS: usize = 256;

/// The value of a cRLDistributionPoints extension; `None` when it cannot be read or is too long.
pub(super) fn read_distribution_points(value: &[u8]) -> Option<Vec<DistributionPoint>> {
    let sequence = read_element(value).filter(|e| e.tag == 0x30 && e.rest.is_empty())?;
    let mut points = Vec::new();
    let mut rest = sequence.content;
    while !rest.is_empty() {
        let element = read_element(rest).filter(|e| e.tag == 0x30)?;
        let mut point = DistributionPoint {
            name: None,
            reasons: None,
            crl_issuer: None,
        };
        let mut fields = element.content;
        while !fields.is_empty() {
            let field = read_element(fields)?;
            match field.tag {
                0xa0 => point.name = Some(read_point_name(field.content)?),
                0x81 => point.reasons = Some(read_reasons(field.content)?),
                0xa2 => point.crl_issuer = Some(read_general_names(field.content)?),
                _ => return None,
            }
            fields = field.rest;
        }
        if points.len() >= MOST_POINTS {
            return None;
        }
        points.push(point);
        rest = element.rest;
    }
    Some(points)
}

fn read_point_name(content: &[u8]) -> Option<PointName> {
    let choice = read_element(content).filter(|e| e.rest.is_empty())?;
    match choice.tag {
        0xa0 => Some(PointName::Full(read_general_names(choice.content)?)),
        0xa1 => Some(PointName::Relative(choice.content.to_vec())),
        _ => None,
    }
}

fn read_reasons(bit_string: &[u8]) -> Option<Reasons> {
    let (unused, octets) = bit_string.split_first()?;
    if *unused > 7 || octets.len() > 2 {
        return None;
    }
    let high = octets.first().copied().unwrap_or(0);
    let low = octets.get(1).copied().unwrap_or(0);
    Some(u16::from(high.reverse_bits()) | u16::from(low.reverse_bits()) << 8)
}

/// IssuingDistributionPoint (RFC 5280 §5.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct IssuingPoint {
    pub(super) name: Option<PointName>,
    pub(super) only_user_certificates: bool,
    pub(super) only_ca_certificates: bool,
    pub(super) only_some_reasons: Option<Reasons>,
    pub(super) is_indirect: bool,
    pub(super) only_attribute_certificates: bool,
}

/// The value of an issuingDistributionPoint extension.
pub(super) fn read_issuing_point(value: &[u8]) -> Option<IssuingPoint> {
    let sequence = read_element(value).filter(|e| e.tag == 0x30 && e.rest.is_empty())?;
    let mut point = IssuingPoint::default();
    let mut fields = sequence.content;
    while !fields.is_empty() {
        let field = read_element(fields)?;
        match field.tag {
            0xa0 => point.name = Some(read_point_name(field.content)?),
            0x81 => point.only_user_certificates = read_boolean(field.content)?,
            0x82 => point.only_ca_certificates = read_boolean(field.content)?,
            0x83 => point.only_some_reasons = Some(read_reasons(field.content)?),
            0x84 => point.is_indirect = read_boolean(field.content)?,
            0x85 => point.only_attribute_certificates = read_boolean(field.content)?,
            _ => return None,
        }
        fields = field.rest;
    }
    Some(point)
}

fn read_boolean(content: &[u8]) -> Option<bool> {
    match content {
        [0] => Some(false),
        [_] => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_numbered_from_the_left() {
        // keyCompromise is bit 1, aACompromise bit 8.
        assert_eq!(read_reasons(&[6, 0x40]), Some(1 << 1));
        assert_eq!(read_reasons(&[7, 0x00, 0x80]), Some(1 << 8));
        assert_eq!(read_reasons(&[7, 0x7f, 0x80]), Some(ALL_REASONS));
        assert_eq!(read_reasons(&[]), None);
    }

    #[test]
    fn addresses_and_ranges_are_written_as_people_do() {
        assert_eq!(address_text(&[10, 0, 0, 1]), "10.0.0.1");
        assert_eq!(address_text(&[10, 0, 0, 0, 255, 0, 0, 0]), "10.0.0.0/8");
    }
}
