//! Trust: what browsers, curl and Java of a machine say before `trust install`, after it, and after
//! `trust uninstall`; stores that cannot be written; and the folders that are handed out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../lab/mod.rs"]
mod lab;
#[path = "../world/mod.rs"]
mod world;

mod clients;
mod desk;
mod fleet;
mod foreign;
mod layouts;
mod machine;
mod refusals;
