//! Subject alternative names that certmint writes.

use std::{fmt, net::IpAddr, str::FromStr};

use super::X509Error;

/// One subject alternative name (RFC 5280 §4.2.1.6) of the kinds that TLS peers match.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum San {
    /// `dNSName`: A-labels in lower case; `*` only as the whole first label (RFC 9525 §6.3).
    Dns(String),
    /// `iPAddress`.
    Ip(IpAddr),
    /// `rfc822Name`: a mailbox with an ASCII local part.
    Email(String),
    /// `uniformResourceIdentifier`: absolute, ASCII.
    Uri(String),
}

impl San {
    /// Reads a host name, Unicode labels among them.
    ///
    /// # Errors
    /// What no DNS host name is: empty or overlong labels, characters besides letters, digits and
    /// inner hyphens, a `*` that is not the whole first label, an IP address.
    pub fn dns(value: &str) -> Result<Self, X509Error> {
        host_name(value, value).map(Self::Dns)
    }

    /// Reads an IP address, brackets around IPv6 allowed.
    ///
    /// # Errors
    /// Anything else.
    pub fn ip(value: &str) -> Result<Self, X509Error> {
        bracketless(value).parse().map(Self::Ip).map_err(|_| {
            refused(
                value,
                "IP address",
                "write it as 10.0.0.7 or fd00::7, without a prefix length",
            )
        })
    }

    /// Reads a mail address.
    ///
    /// # Errors
    /// No `@`, an empty or non-ASCII local part (RFC 5280 §4.2.1.6 knows no other), a domain that is
    /// no host name.
    pub fn email(value: &str) -> Result<Self, X509Error> {
        let kind = "mail address";
        let (local, domain) = value
            .rsplit_once('@')
            .ok_or_else(|| refused(value, kind, "there is no @"))?;
        if local.is_empty() || local.len() > 64 {
            return Err(refused(
                value,
                kind,
                "the part before @ must have 1 to 64 characters",
            ));
        }
        let atom = |character: char| {
            character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character)
        };
        if !local.chars().all(atom)
            || local.starts_with('.')
            || local.ends_with('.')
            || local.contains("..")
        {
            return Err(refused(
                value,
                kind,
                "the part before @ must be ASCII letters, digits, dots and symbols",
            ));
        }
        if domain.contains('*') {
            return Err(refused(value, kind, "a mail domain has no wildcard"));
        }
        Ok(Self::Email(format!(
            "{local}@{}",
            host_name(domain, value)?
        )))
    }

    /// Reads an absolute URI.
    ///
    /// # Errors
    /// No scheme, nothing behind it, or characters that RFC 3986 wants percent-encoded.
    pub fn uri(value: &str) -> Result<Self, X509Error> {
        let kind = "URI";
        let (scheme, rest) = value
            .split_once(':')
            .ok_or_else(|| refused(value, kind, "there is no scheme"))?;
        let starts_with_letter = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
        if !starts_with_letter
            || !scheme
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
        {
            return Err(refused(value, kind, "there is no scheme"));
        }
        if rest.trim_start_matches('/').is_empty() {
            return Err(refused(value, kind, "nothing follows the scheme"));
        }
        if value
            .chars()
            .any(|character| !character.is_ascii_graphic() || "\"<>\\^`{|}".contains(character))
        {
            return Err(refused(
                value,
                kind,
                "percent-encode what is not ASCII or not allowed (RFC 3986 §2)",
            ));
        }
        Ok(Self::Uri(value.to_owned()))
    }

    /// The value without its kind.
    pub fn value(&self) -> String {
        match self {
            Self::Dns(value) | Self::Email(value) | Self::Uri(value) => value.clone(),
            Self::Ip(address) => address.to_string(),
        }
    }

    /// The kind as `--san` takes it: `dns`, `ip`, `email` or `uri`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dns(_) => "dns",
            Self::Ip(_) => "ip",
            Self::Email(_) => "email",
            Self::Uri(_) => "uri",
        }
    }
}

/// `dns:`, `ip:`, `email:` and `uri:` say the kind; without them it is guessed: an IP address, then
/// `://` for a URI, `@` for a mail address, else a host name.
impl FromStr for San {
    type Err = X509Error;

    fn from_str(text: &str) -> Result<Self, X509Error> {
        let text = text.trim();
        if let Some((kind, value)) = text.split_once(':') {
            match kind.to_ascii_lowercase().as_str() {
                "dns" => return Self::dns(value),
                "ip" => return Self::ip(value),
                "email" => return Self::email(value),
                "uri" => return Self::uri(value),
                _ => {}
            }
        }
        if bracketless(text).parse::<IpAddr>().is_ok() {
            Self::ip(text)
        } else if text.contains("://") {
            Self::uri(text)
        } else if text.contains('@') {
            Self::email(text)
        } else {
            Self::dns(text)
        }
    }
}

/// The form that `--san` takes, so that what is shown can be typed.
impl fmt::Display for San {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind(), self.value())
    }
}

/// At least one name and none twice, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SanSet(Vec<San>);

impl SanSet {
    /// Collects names; `None` when there is none.
    ///
    /// # Errors
    /// A name that is there twice.
    pub fn new(names: impl IntoIterator<Item = San>) -> Result<Option<Self>, X509Error> {
        let mut set: Vec<San> = Vec::new();
        for name in names {
            if set.contains(&name) {
                return Err(X509Error::SanDoubled(name.to_string()));
            }
            set.push(name);
        }
        Ok((!set.is_empty()).then_some(Self(set)))
    }

    /// The names in order.
    pub fn iter(&self) -> std::slice::Iter<'_, San> {
        self.0.iter()
    }

    /// The first host name, which becomes the common name when none is given.
    pub fn first_dns(&self) -> Option<&str> {
        self.0.iter().find_map(|name| match name {
            San::Dns(value) => Some(value.as_str()),
            _ => None,
        })
    }
}

impl<'set> IntoIterator for &'set SanSet {
    type Item = &'set San;
    type IntoIter = std::slice::Iter<'set, San>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn refused(value: &str, kind: &'static str, reason: impl Into<String>) -> X509Error {
    X509Error::San {
        value: value.to_owned(),
        kind,
        reason: reason.into(),
    }
}

fn bracketless(value: &str) -> &str {
    value
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(value)
}

/// A host name in A-labels and lower case (RFC 5280 §4.2.1.6: the preferred name syntax of
/// RFC 1034 §3.5 as modified by RFC 1123 §2.1; RFC 5890 for international labels). `whole` is what
/// the error names.
fn host_name(name: &str, whole: &str) -> Result<String, X509Error> {
    let no = |reason: &str| refused(whole, "host name", reason);
    let (wildcard, base) = match name.strip_prefix("*.") {
        Some(base) => ("*.", base),
        None => ("", name),
    };
    if base.contains('*') {
        return Err(no(
            "a wildcard must be the whole first label, as in *.example.com",
        ));
    }
    if base.parse::<IpAddr>().is_ok() {
        return Err(no("it is an IP address; write ip: before it"));
    }
    if base.ends_with('.') {
        return Err(no("leave out the dot at the end"));
    }
    let ascii = if base.is_ascii()
        && !base
            .to_ascii_lowercase()
            .split('.')
            .any(|label| label.starts_with("xn--"))
    {
        base.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_strict(base)
            .map_err(|_| no("it is no valid international name (RFC 5890)"))?
    };
    if ascii.len() + wildcard.len() > 253 {
        return Err(no("it has more than 253 characters"));
    }
    for label in ascii.split('.') {
        if label.is_empty() {
            return Err(no("a label between the dots is empty"));
        }
        if label.len() > 63 {
            return Err(no("a label has more than 63 characters"));
        }
        if label.contains('_') {
            return Err(no("host names have no underscore (RFC 1123 §2.1)"));
        }
        if !label
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        {
            return Err(no("only letters, digits, hyphens and dots may stand in it"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(no("a label starts or ends with a hyphen"));
        }
    }
    if ascii
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|octet| octet.is_ascii_digit()))
    {
        return Err(no(
            "its last label is a number, so software reads it as an IP address",
        ));
    }
    Ok(format!("{wildcard}{ascii}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        text.parse::<San>()
            .map(|name| name.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn kinds_are_guessed_or_given() {
        for (written, meant) in [
            ("WWW.2026testsite.com", "dns:www.2026testsite.com"),
            ("*.example.com", "dns:*.example.com"),
            ("localhost", "dns:localhost"),
            ("bücher.example", "dns:xn--bcher-kva.example"),
            ("*.日本.example", "dns:*.xn--wgv71a.example"),
            ("10.0.0.7", "ip:10.0.0.7"),
            ("[fd00::7]", "ip:fd00::7"),
            ("::1", "ip:::1"),
            ("IP:10.0.0.7", "ip:10.0.0.7"),
            ("a@Example.com", "email:a@example.com"),
            ("spiffe://x/y", "uri:spiffe://x/y"),
            ("uri:urn:uuid:1", "uri:urn:uuid:1"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(meant), "{written}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let label = "a".repeat(63);
        assert!(read(&label).is_ok());
        let long = [label.as_str(); 4].join(".");
        for written in [
            "",
            ".",
            "a..b",
            "a.",
            "-a.example",
            "a-.example",
            "a_b.example",
            "a b.example",
            "w*.example.com",
            "a.*.example.com",
            "*",
            "**.example.com",
            "10.0.0.256",
            "dns:10.0.0.1",
            "dns:::1",
            "ip:10.0.0.0/8",
            "ip:host",
            "email:x",
            "@example.com",
            "a@b@",
            "a@*.example.com",
            "ü@example.com",
            "uri:nothing",
            "uri:http://",
            "http://ex ample/",
            "http://exämple/",
            "xn--a.example",
            &long,
            &format!("a{label}"),
            "host:443",
            "a\u{0}b.example",
            "*.10",
        ] {
            assert!(
                read(written).is_err(),
                "{written:?} gave {:?}",
                read(written)
            );
        }
    }

    #[test]
    fn a_set_has_each_name_once() {
        let name = || San::dns("a.example").unwrap();
        assert!(SanSet::new([]).unwrap().is_none());
        assert_eq!(
            SanSet::new([name()]).unwrap().unwrap().first_dns(),
            Some("a.example")
        );
        assert!(SanSet::new([name(), "A.example".parse().unwrap()]).is_err());
    }
}
