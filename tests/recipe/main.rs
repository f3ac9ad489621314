//! The recipe that people follow with openssl, followed with certmint, and what openssl, GnuTLS, NSS,
//! Java, rustls and Python say of what it makes.

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

mod clients;
mod exports;
mod one_step;
mod revoked_clients;
mod servers;
mod step_by_step;
mod validators;

const FLB: &str = "www.2026testsite.com";
const BACKEND: &str = "backend.internal.local";
