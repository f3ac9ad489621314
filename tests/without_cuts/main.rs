//! A renewal cuts no connection: HAProxy over its runtime socket keeps even idle ones, and HAProxy,
//! nginx and Apache that are reloaded finish the downloads under way. What HAProxy refuses, and
//! what is killed on the way, leaves the certificate before in use.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod chains;
mod client;
mod files;
mod killed;
mod refused;
mod relay;
mod reloads;
mod runtime_socket;
mod servers;
mod site;
