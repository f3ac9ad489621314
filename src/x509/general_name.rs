//! General names as others wrote them.

use std::{fmt, net::IpAddr};

use der::asn1::ObjectIdentifier;

use super::{
    Name, San, X509Error,
    certificate::object_identifier,
    element::{Element, OBJECT_IDENTIFIER, SEQUENCE, read_element},
    hexadecimal, oid, text,
};

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
        tag: u8,
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
        let what = "list of general names";
        let names: Result<Vec<_>, _> = Element::only(what, der)?
            .children(what, SEQUENCE)?
            .into_iter()
            .map(Self::read)
            .collect();
        let names = names?;
        if names.is_empty() {
            return Err(X509Error::malformed("list of general names", "it is empty"));
        }
        Ok(names)
    }

    pub(crate) fn read(name: Element<'_>) -> Result<Self, X509Error> {
        const CONTEXT_SPECIFIC: u8 = 0x80;
        if name.tag & 0xc0 != CONTEXT_SPECIFIC {
            return Err(X509Error::malformed(
                "general name",
                format!("it has the tag {:#04x}", name.tag),
            ));
        }
        let octets = name.content;
        let latin = || {
            octets
                .iter()
                .map(|&octet| char::from(octet))
                .collect::<String>()
        };
        let text_or_latin = || std::str::from_utf8(octets).map_or_else(|_| latin(), str::to_owned);
        let unknown = |tag| Self::Unknown {
            tag,
            value: octets.to_vec(),
        };
        Ok(match name.tag & 0x1f {
            0 => Self::other_name(octets)?,
            1 => Self::Email(text_or_latin()),
            2 => Self::Dns(text_or_latin()),
            4 => Self::Directory(Name::from_der(octets)?),
            6 => Self::Uri(text_or_latin()),
            7 => match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
                (Ok(octets), _) => Self::Ip(octets.into()),
                (_, Ok(octets)) => Self::Ip(octets.into()),
                _ => unknown(7),
            },
            8 => Self::RegisteredId(object_identifier(octets)?),
            tag => unknown(tag),
        })
    }

    /// `OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`, implicitly
    /// tagged.
    fn other_name(octets: &[u8]) -> Result<Self, X509Error> {
        let cut_off = || X509Error::malformed("otherName", "it is not a type and a value");
        let kind = read_element(octets)
            .filter(|kind| kind.tag == OBJECT_IDENTIFIER)
            .ok_or_else(cut_off)?;
        let explicit = Element::only("otherName", kind.rest)?;
        let text = read_element(explicit.content)
            .and_then(|value| text::string_value(value.tag, value.content));
        Ok(Self::Other {
            kind: object_identifier(kind.content)?,
            text,
        })
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
            _ => Err(X509Error::malformed(
                "subject alternative name",
                format!("{self} is of another kind"),
            )),
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
            Self::RegisteredId(identifier) => {
                write!(formatter, "Registered ID:{}", oid::display(identifier))
            }
            Self::Other { kind, text } => {
                let shown = text
                    .as_deref()
                    .map_or_else(|| "<unsupported>".to_owned(), text::escape_control);
                write!(formatter, "othername:{};{shown}", oid::display(kind))
            }
            Self::Unknown { tag, value } => {
                let octets = hexadecimal(value).to_lowercase();
                write!(formatter, "[{tag}]:{octets}")
            }
        }
    }
}
