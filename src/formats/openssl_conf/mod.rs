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

mod asn1_generate;
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
mod nearest;
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
