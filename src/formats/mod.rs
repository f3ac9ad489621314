//! Foreign formats, bytes to bytes: openssl's request configuration and the account that its `ca`
//! keeps, PKCS#12 (RFC 7292), Java's key stores, Kubernetes' objects, certs-only PKCS#7 (RFC 5652 §5),
//! Apple's configuration profiles and lists of certificates to issue;
//! and [`nearest`], which finds what a misspelt word of one of them was meant to be.

mod alias;
pub mod apple_profile;
mod ber;
pub mod issue_list;
pub mod jks;
pub mod kubernetes;
mod nearest;
pub mod openssl_conf;
pub mod openssl_index;
pub mod pkcs12;
pub mod pkcs7;

pub use alias::{Alias, AliasError, TrustedCertificate};
pub use ber::BerError;
pub use nearest::nearest;
