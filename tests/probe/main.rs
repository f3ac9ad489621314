//! `probe`: live endpoints of the servers that people run, seen as a client sees them.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod clients;
mod drift;
mod faults;
mod handshakes;
mod mail;
mod server;
mod staples;
mod watched;
mod web;
