//! Private keys, judged by openssl, certtool and Python's cryptography.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

mod hostile;
#[path = "../judge/mod.rs"]
mod judge;
mod judges;
mod reading;
mod refusing;
mod writing;
