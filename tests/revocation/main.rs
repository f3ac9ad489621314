//! Revocation: the lists that certmint makes, judged by the programs that read them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod command;
mod large;
mod lists;
mod pki;
mod publishing;
