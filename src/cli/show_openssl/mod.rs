//! `--show-openssl`: the openssl commands and configuration that come to the same as a command of
//! certmint, as a script for `sh`.
//!
//! Every value of the user or of a file goes through [`quoting`], and every extension is decided
//! where the command itself has it decided (`profile::approve`), so that the script is a second
//! way to the same certificate and not a second opinion. For openssl 3.0 and newer, `openssl(1)`
//! and `x509v3_config(5)`.

mod authority;
mod configuration;
mod issuer;
mod key;
mod leaf;
mod pkcs12;
pub(in crate::cli) mod quoting;
mod request;
mod script;
mod signed;

pub(crate) use authority::ca_init;
pub(crate) use key::key_new;
pub(crate) use leaf::issue;
pub(crate) use pkcs12::export_p12;
pub(crate) use request::csr_new;
pub(crate) use signed::sign;
