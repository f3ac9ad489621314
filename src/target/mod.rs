//! Places that a certificate goes to, and the configuration that each needs.
//!
//! A [`Target`] is data: `target.toml` declares its variables and files, and the files are
//! templates beside it (`templates/targets/`, or a folder of the user's own). [`Library`] finds
//! them; [`Target::settings`] checks what was set; [`Target::render`] fills the templates with that
//! and with what the PKI has, as [`Stock`] gives it.
//!
//! Each value is written as a literal of the [`Language`] that it lands in, so that no name of a
//! certificate and no path can become configuration. A variable that is not declared, or has no
//! value, is an error.

mod context;
mod definition;
mod embedded;
mod error;
mod filter;
mod kind;
mod language;
mod library;
mod pki_file;
mod refusal;
mod reload;
mod render;
mod setting;
mod stock;

pub use definition::{Need, Target, TargetFile, Variable};
pub use error::TargetError;
pub use filter::slug;
pub use kind::VariableKind;
pub use language::Language;
pub use library::{Library, Origin};
pub use render::{Access, Rendered, Whereabouts};
pub use setting::{Settings, Written};
pub use stock::{AuthorityStock, CertificateStock, Purpose, Stock};
