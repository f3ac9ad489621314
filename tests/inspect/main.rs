//! `inspect`: every object in every container, told as openssl and Python's cryptography tell it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod certificates;
mod command;
mod containers;
mod extensions;
mod hostile;
mod keys;
mod lab;
mod relations;
mod revocation;
