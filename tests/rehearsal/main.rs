//! `rehearse`: what it says of the files of a server and a client is what nginx with curl, and
//! openssl's server with its client, do with the same files.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../probe/server.rs"]
mod server;
#[path = "../world/mod.rs"]
mod world;

mod cases;
mod command;
mod court;
