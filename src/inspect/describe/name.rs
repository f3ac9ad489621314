//! Names in descriptions.

use serde::Serialize;

use super::notation::hexadecimal;
use crate::x509::{GeneralName, Name, escape_control, oid};

/// A distinguished name.
#[derive(Clone, Debug, Serialize)]
pub struct NameDescription {
    /// RFC 4514, the most specific attribute first; control characters escaped.
    pub rfc4514: String,
    /// Every attribute in the order of the encoding.
    pub attributes: Vec<AttributeDescription>,
    /// The name itself.
    #[serde(skip)]
    pub name: Name,
}

/// An attribute of a distinguished name.
#[derive(Clone, Debug, Serialize)]
pub struct AttributeDescription {
    /// Short name, such as `CN`, or the object identifier.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object identifier, dotted.
    pub oid: String,
    /// The text; `None` when the value is no text.
    pub value: Option<String>,
}

impl NameDescription {
    pub(super) fn of(name: &Name) -> Self {
        let attributes = name.relative_names().iter().flatten();
        Self {
            rfc4514: name.to_string(),
            attributes: attributes
                .map(|attribute| AttributeDescription {
                    kind: oid::display(&attribute.kind),
                    oid: attribute.kind.to_string(),
                    value: attribute.text(),
                })
                .collect(),
            name: name.clone(),
        }
    }

    /// The name on one line for people: the common name where there is one, else all of it.
    pub fn title(&self) -> String {
        match self.name.common_name() {
            Some(common_name) => format!("CN = {}", escape_control(&common_name)),
            None if self.name.is_empty() => "(empty name)".to_owned(),
            None => self.name.openssl_oneline(),
        }
    }
}

/// A general name (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, Serialize)]
pub struct GeneralNameDescription {
    /// `dns`, `ip`, `email`, `uri`, `directory`, `registered_id`, `other` or `unknown`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The value without its kind.
    pub value: String,
    /// The name itself.
    #[serde(skip)]
    pub name: GeneralName,
}

impl GeneralNameDescription {
    /// Describes a name.
    pub fn of(name: GeneralName) -> Self {
        let (kind, value) = match &name {
            GeneralName::Dns(value) => ("dns", value.clone()),
            GeneralName::Email(value) => ("email", value.clone()),
            GeneralName::Uri(value) => ("uri", value.clone()),
            GeneralName::Ip(address) => ("ip", address.to_string()),
            GeneralName::Directory(name) => ("directory", name.to_string()),
            GeneralName::RegisteredId(identifier) => ("registered_id", identifier.to_string()),
            GeneralName::Other { kind, text } => {
                let text = text.as_deref().unwrap_or("(not text)");
                ("other", format!("{}: {text}", oid::display(kind)))
            }
            GeneralName::Unknown { tag: 7, value } => ("ip", subnet(value)),
            GeneralName::Unknown { value, .. } => ("unknown", hexadecimal(value)),
        };
        Self { kind, value, name }
    }

    /// The name on one line for people, with its kind.
    pub fn title(&self) -> String {
        match &self.name {
            GeneralName::Unknown { tag: 7, .. } => format!("IP:{}", self.value),
            name => name.to_string(),
        }
    }
}

/// The addresses of a name constraint: address and mask, each 4 or 16 octets (RFC 5280
/// §4.2.1.10).
fn subnet(octets: &[u8]) -> String {
    use std::net::{Ipv4Addr, Ipv6Addr};
    let (address, mask) = octets.split_at(octets.len() / 2);
    let prefix = prefix_length(mask);
    let ipv4 = <[u8; 4]>::try_from(address).map(Ipv4Addr::from);
    let ipv6 = <[u8; 16]>::try_from(address).map(Ipv6Addr::from);
    match (ipv4, ipv6, prefix) {
        (Ok(address), _, Some(prefix)) => format!("{address}/{prefix}"),
        (_, Ok(address), Some(prefix)) => format!("{address}/{prefix}"),
        _ => hexadecimal(octets),
    }
}

/// The number of leading one bits, where no zero bit stands before a one.
fn prefix_length(mask: &[u8]) -> Option<u32> {
    let ones = mask.iter().map(|octet| octet.count_ones()).sum::<u32>();
    let mut leading = 0;
    for octet in mask {
        leading += octet.leading_ones();
        if *octet != 0xff {
            break;
        }
    }
    (ones == leading).then_some(leading)
}
