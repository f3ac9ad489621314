//! Keys and signatures; no certificates.
