//! Configuration for the places that certificates go to: what `render` writes, what it refuses, and
//! that nothing but configuration comes out whatever the values are.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
mod own;
mod refusals;
#[path = "../world/mod.rs"]
mod world;
mod written;
