//! Keys and signatures; no certificates.

pub mod verify;
