//! openssl's request configuration, read as `openssl req -new -config` and
//! `openssl x509 -req -extfile` read it.
//!
//! Two layers. [`Config`] is the language of `config(5)`: sections, variables, quotes, includes.
//! [`RequestConfig`], [`CertificateExtensions`] and [`CopyExtensions`] are what `req(1)`,
//! `x509(1)`, `ca(1)` and `x509v3_config(5)` make of it: a name, extensions in DER (RFC 5280
//! §4.2) and a few facts, all with the line that they come from. Where openssl drops or
//! misunderstands something without a word, this is an error or a [`Note`].
//!
//! Nothing is read but what is handed in: no files, no environment.
//!
//! Where openssl 3 decides otherwise:
//!
//! * A variable of the environment is an error where its value is used; so are a missing included
//!   file, an unknown `.pragma`, an unknown option of `[ req ]` and text after `]`, which openssl
//!   ignores. Files of an included directory are taken in the order of their names.
//! * Nobody is asked: with `prompt = yes` every field needs a `_default` or `_value`.
//! * `yes` and `no` are the only answers to yes-or-no questions.
//! * Attributes of a request (`challengePassword`), `issuerAltName`, `oid_file`,
//!   `UniversalString`, tags of the universal class and digests below SHA-256 are not supported.
//! * Extensions that RFC 5280 forbids are refused: an extension given twice, empty names, names
//!   outside of ASCII, negative path lengths, distribution points without a name, half of a
//!   notice reference.
//! * A `subjectKeyIdentifier` or `authorityKeyIdentifier` of `none`, and a `subjectAltName` that
//!   finds no address to copy, are left out, where openssl writes an empty extension.
//! * Sizes are bounded: 1 MiB of text, 16 levels of includes, 64 KiB for an expanded value.

mod asn1_generate;
mod asn1_types;
mod certificate;
mod config;
mod encode;
mod error;
mod expand;
mod extensions;
mod include;
mod list;
mod location;
mod name;
mod number;
mod objects;
mod oid_section;
mod parse;
mod prompt;
mod request;
mod source;
mod strings;

pub use certificate::{CertificateExtensions, CopyExtensions};
pub use config::{Config, Entry, Section};
pub use error::{ConfigError, OptionFault, SyntaxFault};
pub use extensions::{AuthorityPart, ExtensionValue, KeyIdentifierWish, RequestedExtension};
pub use include::Included;
pub use location::{Location, Note};
pub use name::{DistinguishedName, NameAttribute};
pub use request::{Located, RequestConfig};
