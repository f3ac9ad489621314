//! Numbers, texts, dates, and what is not known.

use super::{
    super::{
        fields::{ENUMERATED, Fields, INTEGER, OCTET_STRING},
        notation::{hexadecimal, integer_decimal, integer_hexadecimal},
    },
    ExtensionValue, date_text,
};
use crate::x509::{
    RevocationReason, X509Error,
    element::{Element, OBJECT_IDENTIFIER, SEQUENCE, read_element},
    object_identifier, string_value,
};

/// The content of an INTEGER for people.
pub(in crate::inspect::describe) fn decimal_or_hexadecimal(content: &[u8]) -> String {
    integer_decimal(content).unwrap_or_else(|| format!("0x{}", integer_hexadecimal(content)))
}

pub(super) fn number(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let number = tagged("number", value, INTEGER)?;
    Ok(ExtensionValue::Number(decimal_or_hexadecimal(number)))
}

fn tagged<'der>(what: &'static str, value: &'der [u8], tag: u8) -> Result<&'der [u8], X509Error> {
    let element = Element::only(what, value)?;
    if element.tag == tag {
        Ok(element.content)
    } else {
        Err(X509Error::malformed(
            what,
            format!("it has the tag {:#04x}", element.tag),
        ))
    }
}

/// RFC 5280 §5.3.1.
pub(super) fn reason(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let content = tagged("cRLReason", value, ENUMERATED)?;
    let known = match content {
        [number] => RevocationReason::from_number(i64::from(*number)),
        _ => None,
    };
    Ok(ExtensionValue::Text(known.map_or_else(
        || format!("reason {}", decimal_or_hexadecimal(content)),
        |reason| reason.to_string(),
    )))
}

pub(super) fn date(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let date = Element::only("date", value)?;
    date_text(date.tag, date.content).map(ExtensionValue::Text)
}

/// `PrivateKeyUsagePeriod` (RFC 3280 §4.2.1.4).
pub(super) fn period(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    const GENERALIZED_TIME: u8 = 0x18;
    let mut fields = Fields::of("privateKeyUsagePeriod", value, SEQUENCE)?;
    let date = |field: Option<Element<'_>>| {
        field
            .map(|field| date_text(GENERALIZED_TIME, field.content))
            .transpose()
    };
    let not_before = date(fields.optional(0x80)?)?;
    let not_after = date(fields.optional(0x81)?)?;
    fields.end()?;
    Ok(ExtensionValue::Period {
        not_before,
        not_after,
    })
}

/// RFC 6962 §3.3: an OCTET STRING with a list of entries, each after two octets of length.
pub(super) fn timestamps(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "list of signed certificate timestamps";
    let cut_off = || X509Error::malformed(what, "it is cut off");
    let list = tagged(what, value, OCTET_STRING)?;
    let (declared, mut rest) = list.split_first_chunk::<2>().ok_or_else(cut_off)?;
    if usize::from(u16::from_be_bytes(*declared)) != rest.len() {
        return Err(cut_off());
    }
    let mut count = 0;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(cut_off)?;
        let length = usize::from(u16::from_be_bytes(*length));
        (_, rest) = after.split_at_checked(length).ok_or_else(cut_off)?;
        count += 1;
    }
    Ok(ExtensionValue::Timestamps { count })
}

pub(super) fn text(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "text";
    let element = Element::only(what, value)?;
    string_value(element.tag, element.content)
        .map(ExtensionValue::Text)
        .ok_or_else(|| X509Error::malformed(what, "it is of no string type"))
}

/// `szOID_CERTIFICATE_TEMPLATE` ([MS-WCCE] §2.2.2.7.7.2).
pub(super) fn template(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let mut fields = Fields::of("certificate template", value, SEQUENCE)?;
    let template = object_identifier(fields.required(OBJECT_IDENTIFIER)?.content)?.to_string();
    let number =
        |field: Option<Element<'_>>| field.map(|field| decimal_or_hexadecimal(field.content));
    let major = number(fields.optional(INTEGER)?);
    let minor = number(fields.optional(INTEGER)?);
    Ok(ExtensionValue::Template {
        template,
        major,
        minor,
    })
}

pub(super) fn null(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    if value == [0x05, 0x00] {
        Ok(ExtensionValue::Present)
    } else {
        Err(X509Error::malformed("extension", "it is not NULL"))
    }
}

/// Octets that mean nothing here, and a text where one stands in them.
pub(super) fn unknown(value: &[u8]) -> ExtensionValue {
    let encoded = read_element(value).filter(|element| element.rest.is_empty());
    let text = encoded
        .and_then(|element| string_value(element.tag, element.content))
        .or_else(|| encoded.and_then(|element| printable(element.content)))
        .or_else(|| printable(value));
    ExtensionValue::Unknown {
        hex: hexadecimal(value).to_lowercase(),
        text,
    }
}

/// The octets as text, if all of them are characters that can be printed and there are some.
fn printable(octets: &[u8]) -> Option<String> {
    const SHORTEST: usize = 3;
    let text = std::str::from_utf8(octets).ok()?;
    (text.len() >= SHORTEST && !text.chars().any(char::is_control)).then(|| text.to_owned())
}
