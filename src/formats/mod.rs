//! Foreign formats, bytes to bytes.

pub mod openssl_conf;
