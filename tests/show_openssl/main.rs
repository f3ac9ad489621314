//! What `--show-openssl` prints, run by a shell, against what certmint itself makes: field by
//! field, read by x509-parser and judged by openssl.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

mod authorities;
mod desk;
mod facts;
mod hostile;
#[path = "../judge/mod.rs"]
mod judge;
mod keys;
mod leaves;
mod pkcs12;
mod requests;
mod signed;
