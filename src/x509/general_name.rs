//! General names as others wrote them.

use std::{fmt, net::IpAddr};

use der::{
    Decode, Tag, Tagged,
    asn1::{AnyRef, ObjectIdentifier},
};

use super::{Name, San, X509Error, oid, text};

/// A `GeneralName` (RFC 5280 §4.2.1.6) of any kind, read and never refused for its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// `dNSName`, as written; it may hold what no host name holds.
    Dns(String),
    /// `rfc822Name`, as written.
    Email(String),
    /// `uniformResourceIdentifier`, as written.
    Uri(String),
    /// `iPAddress` of 4 or 16 octets.
    Ip(IpAddr),
    /// `directoryName`.
    Directory(Name),
    /// `registeredID`.
    RegisteredId(ObjectIdentifier),
    /// `otherName`: its type, and its value where that is text.
    Other {
        /// What kind of name.
        kind: ObjectIdentifier,
        /// The value, where it is of a string type.
        text: Option<String>,
    },
    /// Anything else, by its context tag number, with its octets.
    Unknown {
        /// The number in brackets.
        tag: u32,
        /// The content octets.
        value: Vec<u8>,
    },
}

impl GeneralName {
    /// Reads `GeneralNames`: the value of a subject alternative name extension.
    ///
    /// # Errors
    /// Bytes that are not a sequence of general names, or an empty one.
    pub fn read_all(der: &[u8]) -> Result<Vec<Self>, X509Error> {
        let malformed = |error: der::Error| X509Error::malformed("list of general names", error);
        let sequence = AnyRef::from_der(der).map_err(malformed)?;
        sequence.tag().assert_eq(Tag::Sequence).map_err(malformed)?;
        let mut names = Vec::new();
        let mut rest = sequence.value();
        while !rest.is_empty() {
            let (name, after) = AnyRef::from_der_partial(rest).map_err(malformed)?;
            names.push(Self::read(name)?);
            rest = after;
        }
        if names.is_empty() {
            return Err(X509Error::malformed("list of general names", "it is empty"));
        }
        Ok(names)
    }

    fn read(name: AnyRef<'_>) -> Result<Self, X509Error> {
        let malformed = |error: der::Error| X509Error::malformed("general name", error);
        let Tag::ContextSpecific { number, .. } = name.tag() else {
            return Err(X509Error::malformed("general name", format!("it has the tag {}", name.tag())));
        };
        let octets = name.value();
        let latin = || octets.iter().map(|&octet| char::from(octet)).collect::<String>();
        let text_or_latin = || std::str::from_utf8(octets).map_or_else(|_| latin(), str::to_owned);
        Ok(match (number.value(), octets.len()) {
            (0, _) => Self::other_name(octets)?,
            (1, _) => Self::Email(text_or_latin()),
            (2, _) => Self::Dns(text_or_latin()),
            (4, _) => Self::Directory(Name::from_der(octets)?),
            (6, _) => Self::Uri(text_or_latin()),
            (7, 4) => Self::Ip(<[u8; 4]>::try_from(octets).map(IpAddr::from).map_err(|error| X509Error::malformed("iPAddress", error))?),
            (7, 16) => Self::Ip(<[u8; 16]>::try_from(octets).map(IpAddr::from).map_err(|error| X509Error::malformed("iPAddress", error))?),
            (8, _) => Self::RegisteredId(ObjectIdentifier::from_bytes(octets).map_err(|error| malformed(error.into()))?),
            (tag, _) => Self::Unknown { tag, value: octets.to_vec() },
        })
    }

    /// `OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`, implicitly
    /// tagged.
    fn other_name(octets: &[u8]) -> Result<Self, X509Error> {
        let malformed = |error: der::Error| X509Error::malformed("otherName", error);
        let (kind, rest) = AnyRef::from_der_partial(octets).map_err(malformed)?;
        let kind = kind.decode_as::<ObjectIdentifier>().map_err(malformed)?;
        let explicit = AnyRef::from_der(rest).map_err(malformed)?;
        let text = AnyRef::from_der(explicit.value())
            .ok()
            .and_then(|value| text::string_value(value.tag().into(), value.value()));
        Ok(Self::Other { kind, text })
    }

    /// The name as certmint itself would write it, where it is of one of the four kinds that TLS
    /// peers match and is what that kind demands.
    ///
    /// # Errors
    /// Why it is not.
    pub fn to_san(&self) -> Result<San, X509Error> {
        match self {
            Self::Dns(value) => San::dns(value),
            Self::Email(value) => San::email(value),
            Self::Uri(value) => San::uri(value),
            Self::Ip(address) => Ok(San::Ip(*address)),
            _ => Err(X509Error::malformed("subject alternative name", format!("{self} is of another kind"))),
        }
    }
}

/// As `openssl x509 -ext subjectAltName` prints it, with control characters escaped.
impl fmt::Display for GeneralName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(value) => write!(formatter, "DNS:{}", text::escape_control(value)),
            Self::Email(value) => write!(formatter, "email:{}", text::escape_control(value)),
            Self::Uri(value) => write!(formatter, "URI:{}", text::escape_control(value)),
            Self::Ip(address) => write!(formatter, "IP Address:{address}"),
            Self::Directory(name) => write!(formatter, "DirName:{}", name.openssl_oneline()),
            Self::RegisteredId(identifier) => write!(formatter, "Registered ID:{}", oid::display(identifier)),
            Self::Other { kind, text } => {
                let shown = text.as_deref().map_or_else(|| "<unsupported>".to_owned(), text::escape_control);
                write!(formatter, "othername:{};{shown}", oid::display(kind))
            }
            Self::Unknown { tag, value } => {
                write!(formatter, "[{tag}]:")?;
                value.iter().try_for_each(|octet| write!(formatter, "{octet:02x}"))
            }
        }
    }
}
