//! What `openssl req -new -config FILE` takes from a configuration (`req(1)`).

use super::config::{Config, Entry};
use super::error::{ConfigError, OptionFault};
use super::extensions::{self, RequestedExtension, Target};
use super::location::{Location, Note, Place, printable};
use super::name::{DistinguishedName, NameReader, read_fields};
use super::prompt;
use super::source::Source;
use super::strings::{StringTypes, TextEncoding};

/// The section of a request's options.
const REQUEST_SECTION: &str = "req";

/// Options of `[ req ]` that are read here.
const READ: [&str; 10] = [
    "default_bits",
    "default_md",
    "prompt",
    "utf8",
    "string_mask",
    "distinguished_name",
    "attributes",
    "req_extensions",
    "x509_extensions",
    "oid_section",
];

/// Options of `[ req ]` that concern the making of keys or files, which is done elsewhere.
const ELSEWHERE: [&str; 7] = [
    "default_keyfile",
    "encrypt_key",
    "encrypt_rsa_key",
    "input_password",
    "output_password",
    "RANDFILE",
    "default_days",
];

/// The digests that a request can be signed with.
const DIGESTS: [&str; 3] = ["sha256", "sha384", "sha512"];

/// A value and the line that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The line.
    pub location: Location,
}

/// A request as a configuration describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestConfig {
    /// The subject.
    pub subject: DistinguishedName,
    /// The extensions of `req_extensions`, in order. `subjectKeyIdentifier = hash` is left to be
    /// computed.
    pub extensions: Vec<RequestedExtension>,
    /// `default_bits`: the size of an RSA key, if one is to be made.
    pub default_bits: Option<Located<u32>>,
    /// `default_md`: `sha256`, `sha384` or `sha512`.
    pub default_digest: Option<Located<String>>,
    /// `x509_extensions`: the section of extensions for a self-signed certificate. It is read
    /// with [`CertificateExtensions::read`](super::CertificateExtensions::read).
    pub certificate_section: Option<Located<String>>,
    /// What has no effect here, or would be dropped by openssl without a word.
    pub notes: Vec<Note>,
}

impl RequestConfig {
    /// Reads `[ req ]` and the sections that it names.
    ///
    /// `extensions` names a section of extensions in place of `req_extensions`, as
    /// `openssl req -reqexts` does.
    ///
    /// # Errors
    /// An option that is unknown, not supported or wrong; each error names its line.
    pub fn read(config: &Config, extensions: Option<&str>) -> Result<Self, ConfigError> {
        let mut source = Source::new(config)?;
        if let Some(mask) = read_string_mask(&source)? {
            source.set_string_mask(mask);
        }
        let own = own_entries(&source)?;
        let mut subject = read_subject(&source)?;
        refuse_attributes(&source)?;
        let extensions = match extensions {
            Some(section) => {
                let place = Place::new(first_line(config), "req_extensions");
                extensions::read(&source, section, &place, Target::Request, &mut subject)?
            }
            None => match source.option(REQUEST_SECTION, "req_extensions") {
                Some(entry) => extensions::read(
                    &source,
                    entry.text()?,
                    &entry.place(),
                    Target::Request,
                    &mut subject,
                )?,
                None => Vec::new(),
            },
        };
        let certificate_section = check_certificate_section(&source, &subject)?;
        let default_bits = read_bits(&source)?;
        let default_digest = read_digest(&source)?;
        for entry in own {
            if ELSEWHERE.contains(&entry.name()) {
                source.note_unused(entry);
            }
        }
        source.note_unused_sections();
        Ok(Self {
            subject,
            extensions,
            default_bits,
            default_digest,
            certificate_section,
            notes: source.into_notes(),
        })
    }
}

fn first_line(config: &Config) -> Location {
    Location::new(std::sync::Arc::from(config.file()), 1)
}

/// The entries of `[ req ]`, all of them known.
fn own_entries<'a>(source: &Source<'a>) -> Result<Vec<&'a Entry>, ConfigError> {
    if source.config().section(REQUEST_SECTION).is_none() {
        return Ok(Vec::new());
    }
    let place = Place::new(first_line(source.config()), REQUEST_SECTION);
    let entries = source.section(REQUEST_SECTION, &place)?;
    for entry in &entries {
        let name = entry.name();
        if !READ.contains(&name) && !ELSEWHERE.contains(&name) {
            let known = READ.into_iter().chain(ELSEWHERE);
            return Err(entry.place().unknown("option of [ req ]", name, known));
        }
    }
    Ok(entries)
}

fn read_string_mask(source: &Source<'_>) -> Result<Option<StringTypes>, ConfigError> {
    let Some(entry) = source.option(REQUEST_SECTION, "string_mask") else {
        return Ok(None);
    };
    let text = entry.text()?;
    StringTypes::from_option(text).map(Some).ok_or_else(|| {
        let known = ["utf8only", "pkix", "nombstr", "default"];
        entry.place().unknown("string mask", text, known)
    })
}

fn read_encoding(source: &Source<'_>) -> Result<TextEncoding, ConfigError> {
    match source.option(REQUEST_SECTION, "utf8") {
        None => Ok(TextEncoding::Latin1),
        Some(entry) => yes_or_no(entry).map(|yes| match yes {
            Answer::Yes => TextEncoding::Utf8,
            Answer::No => TextEncoding::Latin1,
        }),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
}

/// openssl knows one of the two words and takes anything else for the other.
fn yes_or_no(entry: &Entry) -> Result<Answer, ConfigError> {
    match entry.text()? {
        "yes" => Ok(Answer::Yes),
        "no" => Ok(Answer::No),
        other => Err(entry.place().invalid(other, "yes or no (in small letters)")),
    }
}

fn asks(source: &Source<'_>) -> Result<Answer, ConfigError> {
    source
        .option(REQUEST_SECTION, "prompt")
        .map_or(Ok(Answer::Yes), yes_or_no)
}

fn read_subject(source: &Source<'_>) -> Result<DistinguishedName, ConfigError> {
    let entry = source
        .option(REQUEST_SECTION, "distinguished_name")
        .ok_or_else(|| ConfigError::Absent {
            file: source.config().file().to_owned(),
            what: "there is no distinguished_name in section [ req ]".to_owned(),
        })?;
    let section = entry.text()?;
    let place = entry.place();
    let entries = source.section(section, &place)?;
    let reader = NameReader::new(source, read_encoding(source)?);
    let name = match asks(source)? {
        Answer::No => read_fields(reader, &entries)?,
        Answer::Yes => prompt::read_fields(source, reader, section, &entries)?,
    };
    if name.is_empty() {
        return Err(place.fault(OptionFault::Missing("a field of the distinguished name")));
    }
    Ok(name)
}

/// Attributes such as `challengePassword` would be part of the request. None is written here.
fn refuse_attributes(source: &Source<'_>) -> Result<(), ConfigError> {
    let Some(entry) = source.option(REQUEST_SECTION, "attributes") else {
        return Ok(());
    };
    let section = entry.text()?;
    let entries = source.section(section, &entry.place())?;
    let attribute = match asks(source)? {
        Answer::No => entries.first().copied(),
        // What openssl would ask for and has no answer to, it leaves out.
        Answer::Yes => entries
            .iter()
            .find(|entry| {
                let name = entry.name();
                (name.ends_with("_default") || name.ends_with("_value"))
                    && entry.bytes().is_ok_and(|value| !value.is_empty())
            })
            .copied(),
    };
    match attribute {
        Some(attribute) => Err(attribute
            .place()
            .unsupported("an attribute of the request (CAs have no use for them: remove it)")),
        None => {
            if !entries.is_empty() {
                source.note_unused(entry);
            }
            Ok(())
        }
    }
}

/// The section is read only to see that it is right, as openssl does. What is not supported in it
/// does not matter to a request.
fn check_certificate_section(
    source: &Source<'_>,
    subject: &DistinguishedName,
) -> Result<Option<Located<String>>, ConfigError> {
    let Some(entry) = source.option(REQUEST_SECTION, "x509_extensions") else {
        return Ok(None);
    };
    let section = entry.text()?;
    let mut subject = subject.clone();
    let read = source.quietly(|| {
        let place = entry.place();
        extensions::read(source, section, &place, Target::Certificate, &mut subject)
    });
    match read {
        Ok(_)
        | Err(ConfigError::Option {
            fault: OptionFault::Unsupported(_),
            ..
        }) => {}
        Err(error) => return Err(error),
    }
    source.note(
        entry.location(),
        format!(
            "not used in a request: x509_extensions = {}",
            printable(section)
        ),
    );
    Ok(Some(Located {
        value: section.to_owned(),
        location: entry.location().clone(),
    }))
}

fn read_bits(source: &Source<'_>) -> Result<Option<Located<u32>>, ConfigError> {
    let Some(entry) = source.option(REQUEST_SECTION, "default_bits") else {
        return Ok(None);
    };
    let text = entry.text()?;
    let value = text.parse().map_err(|_| {
        entry
            .place()
            .invalid(text, "a number of bits, such as 2048")
    })?;
    Ok(Some(Located {
        value,
        location: entry.location().clone(),
    }))
}

fn read_digest(source: &Source<'_>) -> Result<Option<Located<String>>, ConfigError> {
    let Some(entry) = source.option(REQUEST_SECTION, "default_md") else {
        return Ok(None);
    };
    let text = entry.text()?;
    let lower = text.to_ascii_lowercase();
    let digest = match lower.as_str() {
        "sha2-256" | "sha-256" | "rsa-sha256" => "sha256",
        "sha2-384" | "sha-384" | "rsa-sha384" => "sha384",
        "sha2-512" | "sha-512" | "rsa-sha512" => "sha512",
        other => other,
    };
    if !DIGESTS.contains(&digest) {
        return Err(match digest {
            "md5" | "sha1" | "sha" | "ripemd160" | "rmd160" | "md4" => entry
                .place()
                .unsupported(format!("the weak digest {text} (use sha256)")),
            _ => entry.place().unknown("digest", text, DIGESTS),
        });
    }
    Ok(Some(Located {
        value: digest.to_owned(),
        location: entry.location().clone(),
    }))
}
