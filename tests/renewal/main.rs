//! `certmint renew`: what is due, what comes of it, what the servers say, and what is left when it is
//! killed.
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
#[path = "../world/mod.rs"]
mod world;

mod command;
mod killed;
mod lab;
mod lock;
mod manifest;
mod schedule;
mod served;
mod servers;
