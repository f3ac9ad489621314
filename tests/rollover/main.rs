//! Renewing a CA and rolling it over to a new key: what is trusted, by whom, at every step.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod court;
mod deeds;
mod lists;
mod reissue;
mod renewal;
mod roots;
mod servers_told;
mod subordinate;
