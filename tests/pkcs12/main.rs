//! PKCS#12 between certmint and OpenSSL, Java's keytool, NSS and Python cryptography, both ways.
// Helpers of tests may stop at the first surprise; clippy excuses only the test functions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../pkcs_support/mod.rs"]
mod support;

mod bundles;
mod hostile;
mod ours;
mod theirs;
mod vectors;
