//! `GeneralName` (RFC 5280 §4.2.1.6): `DNS:…`, `IP:…` and so on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::asn1_generate::generate;
use super::super::encode::{context, context_constructed, joined, sequence};
use super::super::error::{ConfigError, OptionFault};
use super::super::list::is_keyword;
use super::super::location::{Place, shortened};
use super::super::name::read_section;
use super::super::source::{Item, Source};
use super::basic::ascii;

/// Whether an IP address stands for itself or, with a mask, for a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AddressForm {
    /// `192.0.2.1`
    Single,
    /// `192.0.2.0/255.255.255.0`, in name constraints.
    Network,
}

const KINDS: [&str; 7] = ["DNS", "IP", "email", "URI", "RID", "dirName", "otherName"];

/// Tag numbers of RFC 5280's `GeneralName`.
const OTHER_NAME: u32 = 0;
const RFC822_NAME: u32 = 1;
const DNS_NAME: u32 = 2;
const DIRECTORY_NAME: u32 = 4;
const UNIFORM_RESOURCE_IDENTIFIER: u32 = 6;
const IP_ADDRESS: u32 = 7;
const REGISTERED_ID: u32 = 8;

/// The name of an item.
pub(super) fn read(
    source: &Source<'_>,
    item: &Item,
    form: AddressForm,
) -> Result<Vec<u8>, ConfigError> {
    named(source, &item.name, item.value.as_deref(), &item.place, form)
}

/// The name of a kind and a value.
pub(super) fn named(
    source: &Source<'_>,
    kind: &str,
    value: Option<&str>,
    place: &Place,
    form: AddressForm,
) -> Result<Vec<u8>, ConfigError> {
    let Some(keyword) = KINDS.into_iter().find(|known| is_keyword(kind, known)) else {
        return Err(place.unknown("kind of name", kind, KINDS));
    };
    let value = value.ok_or_else(|| place.invalid(kind, "followed by a value"))?;
    if value.is_empty() {
        return Err(place.invalid(value, "a name: it is empty"));
    }
    let encoded = match keyword {
        "DNS" => context(DNS_NAME, ascii(value, place)?)?,
        "email" => email(ascii(value, place)?)?,
        "URI" => context(UNIFORM_RESOURCE_IDENTIFIER, ascii(value, place)?)?,
        "IP" => context(IP_ADDRESS, &address(value, place, form)?)?,
        "RID" => context(REGISTERED_ID, &source.oid(value, place)?.content())?,
        "dirName" => {
            let name = read_section(source, value, place)?;
            context_constructed(DIRECTORY_NAME, &name.to_der()?)?
        }
        _ => other_name(source, value, place)?,
    };
    Ok(encoded)
}

/// The name for an e-mail address.
pub(super) fn email(address: &[u8]) -> Result<Vec<u8>, ConfigError> {
    Ok(context(RFC822_NAME, address)?)
}

/// `GeneralNames` of `@section` or a list.
pub(super) fn list(source: &Source<'_>, text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let names = source
        .items(text, place)?
        .iter()
        .map(|item| read(source, item, AddressForm::Single))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(joined(names))
}

fn address(text: &str, place: &Place, form: AddressForm) -> Result<Vec<u8>, ConfigError> {
    match form {
        AddressForm::Single => octets(text)
            .ok_or_else(|| place.invalid(text, "an IP address such as 192.0.2.1 or 2001:db8::1")),
        AddressForm::Network => {
            let network = || {
                place.invalid(
                    text,
                    "a network such as 192.0.2.0/255.255.255.0 (openssl writes the mask as an \
                     address)",
                )
            };
            let (address, mask) = text.split_once('/').ok_or_else(network)?;
            let address = octets(address).ok_or_else(network)?;
            let mask = octets(mask).ok_or_else(network)?;
            if address.len() != mask.len() {
                return Err(network());
            }
            Ok(joined([address, mask]))
        }
    }
}

fn octets(text: &str) -> Option<Vec<u8>> {
    let address = if text.contains(':') {
        IpAddr::V6(text.parse::<Ipv6Addr>().ok()?)
    } else {
        IpAddr::V4(text.parse::<Ipv4Addr>().ok()?)
    };
    Some(match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    })
}

/// `1.2.3;UTF8:text`
fn other_name(source: &Source<'_>, text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let (kind, value) = text.split_once(';').ok_or_else(|| {
        place.fault(OptionFault::Invalid {
            value: shortened(text),
            expected: "of the form identifier;type:value",
        })
    })?;
    let kind = source.oid(kind, place)?;
    let value = context_constructed(0, &generate(source, value, place)?)?;
    // The tag of otherName is implicit: it takes the place of SEQUENCE's.
    Ok(context_constructed(
        OTHER_NAME,
        &joined([kind.to_der()?, value]),
    )?)
}

/// `GeneralNames` with its `SEQUENCE`.
pub(super) fn sequence_of(names: Vec<Vec<u8>>) -> Result<Vec<u8>, ConfigError> {
    Ok(sequence(names)?)
}
