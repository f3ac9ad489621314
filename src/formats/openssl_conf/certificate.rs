//! What `openssl x509 -req -extfile FILE -extensions SECTION` and `openssl ca` take from a
//! configuration.

use super::config::{Config, DEFAULT_SECTION};
use super::error::ConfigError;
use super::extensions::{self, RequestedExtension, Target};
use super::location::{Location, Note, Place};
use super::name::DistinguishedName;
use super::request::Located;
use super::source::Source;

/// The extensions of a section, for a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateExtensions {
    /// The extensions in order. Key identifiers are left to be computed.
    pub extensions: Vec<RequestedExtension>,
    /// What has no effect here, or would be dropped by openssl without a word.
    pub notes: Vec<Note>,
}

impl CertificateExtensions {
    /// Reads a section of extensions. Without a name it is the one that `extensions` names in the
    /// default section, or else the default section itself, as in openssl.
    ///
    /// `subject` is the certificate's subject, from which `subjectAltName = email:copy` takes
    /// e-mail addresses and `email:move` removes them.
    ///
    /// # Errors
    /// The section does not exist, or an extension in it is unknown, not supported or wrong.
    pub fn read(
        config: &Config,
        section: Option<&str>,
        subject: &mut DistinguishedName,
    ) -> Result<Self, ConfigError> {
        let source = Source::new(config)?;
        let whole_file = || {
            let file = std::sync::Arc::from(config.file());
            Place::new(Location::new(file, 1), "extensions")
        };
        let (section, place) = match (section, source.option(DEFAULT_SECTION, "extensions")) {
            (Some(section), _) => (section, whole_file()),
            (None, Some(entry)) => (entry.text()?, entry.place()),
            (None, None) => (DEFAULT_SECTION, whole_file()),
        };
        let extensions = extensions::read(&source, section, &place, Target::Certificate, subject)?;
        Ok(Self {
            extensions,
            notes: source.into_notes(),
        })
    }
}

/// Which extensions of a request the CA takes over (`copy_extensions`, `ca(1)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyExtensions {
    /// None of them.
    None,
    /// Those that the CA's own section does not set.
    Copy,
    /// All; they replace the CA's own.
    CopyAll,
}

impl CopyExtensions {
    /// Reads `copy_extensions` of the section that `default_ca` in `[ ca ]` names, or of
    /// `[ CA_default ]`.
    ///
    /// # Errors
    /// The value is not `none`, `copy` or `copyall`.
    pub fn read(config: &Config) -> Result<Option<Located<Self>>, ConfigError> {
        let section = match config.get("ca", "default_ca") {
            Some(entry) => entry.text()?,
            None => "CA_default",
        };
        let Some(entry) = config
            .section(section)
            .and_then(|section| section.get("copy_extensions"))
            .or_else(|| config.section(DEFAULT_SECTION)?.get("copy_extensions"))
        else {
            return Ok(None);
        };
        let value = match entry.text()? {
            "none" => Self::None,
            "copy" => Self::Copy,
            "copyall" => Self::CopyAll,
            other => {
                return Err(entry.place().unknown(
                    "way to copy",
                    other,
                    ["none", "copy", "copyall"],
                ));
            }
        };
        Ok(Some(Located {
            value,
            location: entry.location().clone(),
        }))
    }
}
