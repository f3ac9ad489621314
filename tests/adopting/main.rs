//! Taking over CAs that other programs made: what they kept and what certmint has of it agree.
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

mod desk;
mod index;
mod keys;
mod large;
mod lists;
mod manifest;
mod programs;
mod refusals;
