//! Names as openssl 3.0 prints them.

use std::fmt::Write as _;

use crate::{
    inspect::GeneralNameDescription,
    x509::{Attribute, GeneralName, Name, escape_control, hexadecimal, oid},
};

/// `-nameopt oneline`, the default of `openssl x509 -subject`: `C = DE, O = "Acme, Inc."`.
pub(super) fn oneline(name: &Name) -> String {
    let relative = name.relative_names().iter();
    let shown: Vec<String> = relative
        .map(|attributes| {
            attributes
                .iter()
                .map(attribute)
                .collect::<Vec<_>>()
                .join(" + ")
        })
        .collect();
    shown.join(", ")
}

fn attribute(attribute: &Attribute) -> String {
    let kind = short_name(attribute);
    match attribute.text() {
        Some(text) => format!("{kind} = {}", quoted(&text)),
        None => {
            let hex = hexadecimal(&attribute.encoded);
            format!("{kind} = #{hex}")
        }
    }
}

fn short_name(attribute: &Attribute) -> String {
    match oid::attribute_name(&attribute.kind) {
        Some("STREET") => "street".to_owned(),
        Some(name) => name.to_owned(),
        None => attribute.kind.to_string(),
    }
}

/// openssl's `ASN1_STRFLGS_RFC2253 | ASN1_STRFLGS_ESC_QUOTE`: a value with characters that could be
/// taken for structure stands in quotation marks; `"` and `\` are escaped; control characters and
/// all that is not ASCII become hexadecimal pairs of UTF-8.
fn quoted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut needs_quotes = false;
    let last = text.len().saturating_sub(1);
    for (position, octet) in text.bytes().enumerate() {
        let is_edge = position == 0 || position == last;
        match octet {
            b'"' | b'\\' => {
                shown.push('\\');
                shown.push(char::from(octet));
            }
            0..0x20 | 0x7f.. => {
                let _ = write!(shown, "\\{octet:02X}");
            }
            _ => {
                needs_quotes |= matches!(octet, b',' | b'+' | b'<' | b'>' | b';')
                    || (octet == b' ' && is_edge)
                    || (octet == b'#' && position == 0);
                shown.push(char::from(octet));
            }
        }
    }
    if needs_quotes {
        format!("\"{shown}\"")
    } else {
        shown
    }
}

/// As `openssl x509 -ext subjectAltName` prints a name.
pub(super) fn general_name(description: &GeneralNameDescription) -> String {
    match &description.name {
        GeneralName::Directory(name) => format!("DirName:{}", slashes(name)),
        GeneralName::Ip(address) => match address {
            std::net::IpAddr::V4(address) => format!("IP Address:{address}"),
            std::net::IpAddr::V6(address) => {
                let groups: Vec<String> = address
                    .segments()
                    .iter()
                    .map(|group| format!("{group:X}"))
                    .collect();
                format!("IP Address:{}", groups.join(":"))
            }
        },
        GeneralName::Other { kind, text } => {
            let kind = match kind.to_string().as_str() {
                "1.3.6.1.4.1.311.20.2.3" => "UPN".to_owned(),
                "1.3.6.1.5.5.7.8.9" => "SmtpUTF8Mailbox".to_owned(),
                "1.3.6.1.5.5.7.8.5" => "XmppAddr".to_owned(),
                "1.3.6.1.5.5.7.8.7" => "SRVName".to_owned(),
                "1.3.6.1.5.5.7.8.8" => "NAIRealm".to_owned(),
                other => other.to_owned(),
            };
            let text = text
                .as_deref()
                .map_or_else(|| "<unsupported>".to_owned(), escape_control);
            format!("othername: {kind}::{text}")
        }
        _ => description.title(),
    }
}

/// openssl's old `X509_NAME_oneline`: `/CN=dir/O=o`, a plus between the attributes of one relative
/// name, other octets as `\xE9`.
fn slashes(name: &Name) -> String {
    let mut shown = String::new();
    for attributes in name.relative_names() {
        for (position, attribute) in attributes.iter().enumerate() {
            shown.push(if position == 0 { '/' } else { '+' });
            let _ = write!(shown, "{}=", short_name(attribute));
            for octet in &attribute.value {
                match octet {
                    b'/' | b'+' => {
                        shown.push('\\');
                        shown.push(char::from(*octet));
                    }
                    0x20..0x7f => shown.push(char::from(*octet)),
                    _ => {
                        let _ = write!(shown, "\\x{octet:02X}");
                    }
                }
            }
        }
    }
    shown
}
