//! Foreign formats, bytes to bytes.

mod ber;
pub mod pkcs12;
pub mod pkcs7;

pub use ber::BerError;
