//! `plan` and `apply`: the PKI becomes what the manifest says, and nothing else happens.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../sandbox/mod.rs"]
mod sandbox;

mod failing;
mod key_file;
mod killed;
mod outrun;
mod revoked;
mod systems;
