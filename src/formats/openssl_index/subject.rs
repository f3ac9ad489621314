//! The last field of a line: the subject as `X509_NAME_oneline` writes it.

use crate::x509::escape_control;

/// `/C=DE/O=A/B/CN=host` as `C = DE, O = A/B, CN = host`, as the inventory shows the subjects of
/// certificates. Octets that are not printable ASCII are written as `\xHH`; they are UTF-8 in what
/// openssl has made for twenty years. What could drive a terminal is written out as `\u{…}`.
pub(super) fn readable_subject(oneline: &str) -> String {
    let mut attributes: Vec<(String, String)> = Vec::new();
    for part in oneline.strip_prefix('/').unwrap_or(oneline).split('/') {
        match (part.split_once('='), attributes.last_mut()) {
            (Some((kind, value)), _) if is_kind(kind) => {
                attributes.push((kind.to_owned(), value.to_owned()));
            }
            // No type: the slash was part of the value.
            (_, Some((_, value))) => {
                value.push('/');
                value.push_str(part);
            }
            (_, None) if part.is_empty() => {}
            (_, None) => attributes.push((String::new(), part.to_owned())),
        }
    }
    let shown: Vec<String> = attributes
        .iter()
        .map(|(kind, value)| match kind.as_str() {
            "" => unescaped(value),
            kind => format!("{kind} = {}", unescaped(value)),
        })
        .collect();
    shown.join(", ")
}

/// A short name of openssl or a dotted number.
fn is_kind(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

fn unescaped(value: &str) -> String {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        let pair = rest.strip_prefix("\\x").and_then(|pair| pair.get(..2));
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                octets.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    escape_control(&String::from_utf8_lossy(&octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onelines_as_openssl_writes_them() {
        for (oneline, shown) in [
            ("/C=DE/O=Acme/CN=host", "C = DE, O = Acme, CN = host"),
            ("/O=A/B/CN=host", "O = A/B, CN = host"),
            ("/CN=M\\xC3\\xBCller", "CN = Müller"),
            ("/CN=a\\x0A\\x1B[31m", "CN = a\\u{a}\\u{1b}[31m"),
            ("/CN=a\\xzz", "CN = a\\xzz"),
            ("/CN=a\\x", "CN = a\\x"),
            ("/CN=\\xFF", "CN = \u{fffd}"),
            (
                "/1.2.3.4=x/emailAddress=a@b",
                "1.2.3.4 = x, emailAddress = a@b",
            ),
            ("/CN=a=b", "CN = a=b"),
            ("", ""),
            ("/", ""),
            ("host", "host"),
        ] {
            assert_eq!(readable_subject(oneline), shown, "{oneline:?}");
        }
    }
}
