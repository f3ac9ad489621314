//! Requests that openssl, Java, GnuTLS and others write, under CAs that openssl makes: what they
//! wrote is kept byte for byte, and what they may not have is refused with its reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod authorities;
mod desk;
mod extensions;
mod keys;
mod others;
mod subjects;
