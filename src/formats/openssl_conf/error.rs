//! What can be wrong with a configuration.

use std::io;

use super::location::{Location, Place, printable, shortened};

/// A configuration that cannot be used. Each message names file, line and option.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text does not follow openssl's configuration language, `config(5)`.
    #[error("{location}: {fault}")]
    Syntax {
        /// The line.
        location: Location,
        /// What is wrong with it.
        fault: SyntaxFault,
    },
    /// A file named by `.include` could not be read.
    #[error("{location}: cannot read the included file {path:?}")]
    Include {
        /// The line of the directive.
        location: Location,
        /// The path as it was asked for.
        path: String,
        /// Why it could not be read.
        #[source]
        source: io::Error,
    },
    /// An option has a value that cannot be used, or is itself not known.
    #[error("{location}: {option}: {fault}")]
    Option {
        /// The line of the option, or of the entry that it led to.
        location: Location,
        /// The option's name.
        option: String,
        /// What is wrong with it.
        fault: OptionFault,
    },
    /// The file as a whole lacks something.
    #[error("{file}: {what}")]
    Absent {
        /// The file's name.
        file: String,
        /// What is missing.
        what: String,
    },
    /// A value could not be encoded.
    #[error("the value is too long for DER")]
    Encode(#[from] der::Error),
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxFault {
    /// A line that is neither a section, a directive nor an assignment.
    #[error("missing equal sign, found {0:?}")]
    MissingEqualSign(String),
    /// `[ name` without `]`, or a character that no section name can have.
    #[error("missing closing square bracket")]
    MissingBracket,
    /// Text after a section's closing bracket, which openssl ignores.
    #[error("there is text after the section's closing bracket")]
    TextAfterSection,
    /// `${name` without `}`, or a character that no variable name can have.
    #[error("missing closing brace or parenthesis of a variable")]
    MissingBrace,
    /// A variable that no earlier line sets.
    #[error("variable {0:?} has no value (it must be set on an earlier line)")]
    NoSuchVariable(String),
    /// A variable from the environment, which decides nothing here.
    #[error("$ENV::{0} is not read: a configuration does not depend on the environment")]
    Environment(String),
    /// A value above openssl's limit of 64 KiB.
    #[error("the value is longer than 64 KiB after its variables are expanded")]
    ExpansionTooLong,
    /// More text than any real configuration has.
    #[error("the configuration is too large ({0})")]
    TooLarge(&'static str),
    /// A NUL byte, at which openssl would silently stop reading.
    #[error("the line has a NUL byte")]
    NulByte,
    /// A name that is not UTF-8.
    #[error("the name is not UTF-8 text")]
    NameNotText,
    /// A `.pragma` that is not of the form `name:value`, or has a wrong value.
    #[error(
        "invalid .pragma {0:?} (abspath:on|off, dollarid:on|off and includedir:PATH are known)"
    )]
    InvalidPragma(String),
    /// A relative path where `.pragma abspath:true` asks for an absolute one.
    #[error("the path {0:?} is relative, which .pragma abspath forbids")]
    RelativePath(String),
    /// A file that includes itself, directly or through others.
    #[error("{0:?} includes itself")]
    IncludeLoop(String),
    /// Includes nested too deeply.
    #[error("files are included more than {0} levels deep")]
    IncludeDepth(usize),
    /// A directory included from a file of an included directory, which openssl ignores.
    #[error("the directory {0:?} is included from a file that came from a directory")]
    NestedDirectory(String),
    /// `.include` without a path.
    #[error(".include names no file")]
    EmptyInclude,
}

/// What is wrong with an option's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionFault {
    /// A word that is not among those known.
    #[error("unknown {kind} {value:?}{}", suggestion(.nearest.as_deref()))]
    Unknown {
        /// What the word should have been: `key usage`, `extension`.
        kind: &'static str,
        /// The word.
        value: String,
        /// The nearest word that is known.
        nearest: Option<String>,
    },
    /// A value of the wrong form.
    #[error("{value:?} is not {expected}")]
    Invalid {
        /// The value.
        value: String,
        /// What it should have been.
        expected: &'static str,
    },
    /// A section that does not exist.
    #[error("there is no section [ {0} ]")]
    NoSection(String),
    /// A section without entries where one is needed.
    #[error("section [ {0} ] is empty")]
    EmptySection(String),
    /// Something that openssl knows and this reader does not do.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// A value that uses a variable of the environment.
    #[error("the value needs $ENV::{0}, and a configuration does not depend on the environment")]
    Environment(String),
    /// A part that must be there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The same thing said twice.
    #[error("{what} is given twice")]
    Repeated {
        /// What is given twice.
        what: String,
    },
    /// An empty item in a list.
    #[error("the list has an empty item")]
    EmptyItem,
    /// A line break inside a list, after which openssl would ignore the rest.
    #[error("the list has a line break")]
    LineBreak,
    /// Text that is not UTF-8.
    #[error("the value is not UTF-8 text")]
    NotText,
    /// Text with characters that its ASN.1 string type cannot hold.
    #[error("{value:?} has characters outside of {allowed}")]
    Characters {
        /// The text.
        value: String,
        /// The string type.
        allowed: &'static str,
    },
    /// Text shorter or longer than its attribute allows.
    #[error("{value:?} has {length} characters, allowed are {minimum} to {maximum}")]
    Length {
        /// The text.
        value: String,
        /// How many characters it has.
        length: usize,
        /// The fewest allowed.
        minimum: usize,
        /// The most allowed.
        maximum: usize,
    },
    /// A prompt for which the configuration holds no answer.
    #[error("openssl would ask for this field: set {0}_default, or prompt = no")]
    NeedsPrompt(String),
    /// More work than any real configuration asks for.
    #[error("its sections refer to each other too often or too deeply")]
    TooLarge,
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!(", did you mean {word:?}?"))
}

impl Place {
    pub(super) fn new(location: Location, option: &str) -> Self {
        Self {
            location,
            option: printable(option),
        }
    }

    pub(super) fn fault(&self, fault: OptionFault) -> ConfigError {
        ConfigError::Option {
            location: self.location.clone(),
            option: self.option.clone(),
            fault,
        }
    }

    pub(super) fn invalid(&self, value: &str, expected: &'static str) -> ConfigError {
        self.fault(OptionFault::Invalid {
            value: shortened(value),
            expected,
        })
    }

    pub(super) fn unsupported(&self, what: impl Into<String>) -> ConfigError {
        self.fault(OptionFault::Unsupported(what.into()))
    }

    /// An unknown word, with the nearest of the known ones.
    pub(super) fn unknown<'a>(
        &self,
        kind: &'static str,
        value: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> ConfigError {
        self.fault(OptionFault::Unknown {
            kind,
            value: shortened(value),
            nearest: crate::formats::nearest(value, known).map(str::to_owned),
        })
    }
}
