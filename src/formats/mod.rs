//! Foreign formats, bytes to bytes: openssl's request configuration and the account that its `ca`
//! keeps, PKCS#12 (RFC 7292) and certs-only PKCS#7 (RFC 5652 §5).

mod ber;
pub mod openssl_conf;
pub mod openssl_index;
pub mod pkcs12;
pub mod pkcs7;

pub use ber::BerError;
