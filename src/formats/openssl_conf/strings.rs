//! Text to an ASN.1 string of the type that openssl would choose (`ASN1_mbstring_ncopy`,
//! `ASN1_STRING_TABLE`).

use der::Tag;

use super::error::OptionFault;
use super::location::shortened;

/// How the bytes of a value are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextEncoding {
    /// One byte is one character of ISO 8859-1; openssl's default.
    Latin1,
    /// `utf8 = yes`.
    Utf8,
}

/// A set of string types, with the bits of openssl's `B_ASN1_…`, in which `string_mask = MASK:n`
/// is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringTypes(u32);

impl StringTypes {
    pub(super) const NUMERIC: Self = Self(0x0001);
    pub(super) const PRINTABLE: Self = Self(0x0002);
    pub(super) const T61: Self = Self(0x0004);
    pub(super) const IA5: Self = Self(0x0010);
    pub(super) const BMP: Self = Self(0x0800);
    pub(super) const UTF8: Self = Self(0x2000);
    /// X.520 `DirectoryString` as openssl has it, without `UniversalString`.
    pub(super) const DIRECTORY: Self = Self(0x2806);
    /// What PKCS #9 allows: a directory string or an `IA5String`.
    pub(super) const PKCS9: Self = Self(0x2816);

    /// The value of `string_mask`.
    pub(super) fn from_option(text: &str) -> Option<Self> {
        match text {
            "nombstr" => Some(Self(!(Self::BMP.0 | Self::UTF8.0))),
            "pkix" => Some(Self(!Self::T61.0)),
            "utf8only" => Some(Self::UTF8),
            "default" => Some(Self(u32::MAX)),
            _ => {
                let number = text.strip_prefix("MASK:")?;
                match number.strip_prefix("0x") {
                    Some(digits) => u32::from_str_radix(digits, 16).ok(),
                    None => number.parse().ok(),
                }
                .map(Self)
            }
        }
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The types of the set that can hold the character.
    fn holding(self, character: char) -> Self {
        let code = u32::from(character);
        let mut types = self.0;
        if !(character.is_ascii_digit() || character == ' ') {
            types &= !Self::NUMERIC.0;
        }
        if !is_printable_string(character) {
            types &= !Self::PRINTABLE.0;
        }
        if !character.is_ascii() {
            types &= !Self::IA5.0;
        }
        if code > 0xFF {
            types &= !Self::T61.0;
        }
        if code > 0xFFFF {
            types &= !Self::BMP.0;
        }
        Self(types)
    }

    fn describe(self) -> &'static str {
        match self {
            Self::NUMERIC => "NumericString",
            Self::PRINTABLE => "PrintableString",
            Self::IA5 => "IA5String (ASCII)",
            Self::T61 => "T61String",
            Self::BMP => "BMPString",
            _ => "the string types allowed here",
        }
    }
}

/// X.680 §41.4.
fn is_printable_string(character: char) -> bool {
    character.is_ascii_alphanumeric() || " '()+,-./:=?".contains(character)
}

/// What an attribute allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeRule {
    minimum: usize,
    maximum: Option<usize>,
    types: StringTypes,
    masked: Masked,
}

/// Whether `string_mask` narrows the types further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Masked {
    Yes,
    No,
}

impl AttributeRule {
    const fn fixed(minimum: usize, maximum: Option<usize>, types: StringTypes) -> Self {
        Self {
            minimum,
            maximum,
            types,
            masked: Masked::No,
        }
    }

    const fn directory(maximum: Option<usize>) -> Self {
        Self {
            minimum: 1,
            maximum,
            types: StringTypes::DIRECTORY,
            masked: Masked::Yes,
        }
    }

    /// The rule for an attribute type: openssl's table, whose lengths are the upper bounds of
    /// RFC 5280 appendix A.1; any directory string for attributes that are not in it.
    pub(super) fn of(oid: &str) -> Self {
        match oid {
            // commonName, organizationName, organizationalUnitName
            "2.5.4.3" | "2.5.4.10" | "2.5.4.11" => Self::directory(Some(64)),
            // localityName, stateOrProvinceName
            "2.5.4.7" | "2.5.4.8" => Self::directory(Some(128)),
            // surname, name, givenName, initials
            "2.5.4.4" | "2.5.4.41" | "2.5.4.42" | "2.5.4.43" => Self::directory(Some(32_768)),
            // unstructuredAddress
            "1.2.840.113549.1.9.8" => Self::directory(None),
            // unstructuredName, challengePassword
            "1.2.840.113549.1.9.2" | "1.2.840.113549.1.9.7" => Self {
                types: StringTypes::PKCS9,
                ..Self::directory(None)
            },
            // countryName, jurisdictionCountryName
            "2.5.4.6" | "1.3.6.1.4.1.311.60.2.1.3" => {
                Self::fixed(2, Some(2), StringTypes::PRINTABLE)
            }
            // serialNumber
            "2.5.4.5" => Self::fixed(1, Some(64), StringTypes::PRINTABLE),
            // dnQualifier
            "2.5.4.46" => Self::fixed(0, None, StringTypes::PRINTABLE),
            // countryCode3c, countryCode3n
            "2.5.4.98" => Self::fixed(3, Some(3), StringTypes::PRINTABLE),
            "2.5.4.99" => Self::fixed(3, Some(3), StringTypes::NUMERIC),
            // emailAddress
            "1.2.840.113549.1.9.1" => Self::fixed(1, Some(128), StringTypes::IA5),
            // domainComponent, rfc822Mailbox
            "0.9.2342.19200300.100.1.25" | "0.9.2342.19200300.100.1.3" => {
                Self::fixed(1, None, StringTypes::IA5)
            }
            // friendlyName, the name of a Microsoft cryptographic service provider
            "1.2.840.113549.1.9.20" | "1.3.6.1.4.1.311.17.1" => {
                Self::fixed(0, None, StringTypes::BMP)
            }
            // INN, OGRN, SNILS
            "1.2.643.3.131.1.1" => Self::fixed(1, Some(12), StringTypes::NUMERIC),
            "1.2.643.100.1" => Self::fixed(1, Some(13), StringTypes::NUMERIC),
            "1.2.643.100.3" => Self::fixed(1, Some(11), StringTypes::NUMERIC),
            // dnsName, id-on-SmtpUTF8Mailbox
            "2.5.4.100" => Self::fixed(0, None, StringTypes::UTF8),
            "1.3.6.1.5.5.7.8.9" => Self::fixed(1, Some(128), StringTypes::UTF8),
            _ => Self {
                minimum: 0,
                ..Self::directory(None)
            },
        }
    }

    fn types(self, mask: StringTypes) -> StringTypes {
        match self.masked {
            Masked::Yes => self.types.and(mask),
            Masked::No => self.types,
        }
    }
}

/// An attribute's value: its string type and content.
pub(super) fn attribute_value(
    rule: AttributeRule,
    bytes: &[u8],
    encoding: TextEncoding,
    mask: StringTypes,
) -> Result<(Tag, Vec<u8>), OptionFault> {
    let text = decode(bytes, encoding)?;
    let length = text.chars().count();
    let maximum = rule.maximum.unwrap_or(usize::MAX);
    if length < rule.minimum || length > maximum {
        return Err(OptionFault::Length {
            value: shortened(&text),
            length,
            minimum: rule.minimum,
            maximum,
        });
    }
    // A mask that leaves no type at all means any directory string.
    let types = match rule.types(mask) {
        StringTypes(0) => StringTypes::DIRECTORY,
        types => types,
    };
    choose(&text, types)
}

/// The text of a value's bytes.
pub(super) fn decode(bytes: &[u8], encoding: TextEncoding) -> Result<String, OptionFault> {
    match encoding {
        TextEncoding::Latin1 => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        TextEncoding::Utf8 => std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| OptionFault::NotText),
    }
}

/// The first type, in openssl's order of preference, that holds the whole text.
pub(super) fn choose(text: &str, types: StringTypes) -> Result<(Tag, Vec<u8>), OptionFault> {
    let usable = text
        .chars()
        .fold(types, |types, character| types.holding(character));
    let bytes = || text.as_bytes().to_vec();
    let latin1 = || {
        text.chars()
            .map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?'))
            .collect()
    };
    if usable.has(StringTypes::NUMERIC) {
        Ok((Tag::NumericString, bytes()))
    } else if usable.has(StringTypes::PRINTABLE) {
        Ok((Tag::PrintableString, bytes()))
    } else if usable.has(StringTypes::IA5) {
        Ok((Tag::Ia5String, bytes()))
    } else if usable.has(StringTypes::T61) {
        Ok((Tag::TeletexString, latin1()))
    } else if usable.has(StringTypes::BMP) {
        Ok((
            Tag::BmpString,
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ))
    } else if usable.has(StringTypes::UTF8) {
        Ok((Tag::Utf8String, bytes()))
    } else {
        Err(OptionFault::Characters {
            value: shortened(text),
            allowed: types.describe(),
        })
    }
}
