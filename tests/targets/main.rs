//! Configuration for the places that certificates go to: what `render` writes, what it refuses, and
//! that nothing but configuration comes out whatever the values are.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod apache;
mod folders;
mod haproxy;
#[path = "../judge/mod.rs"]
mod judge;
#[path = "../lab/mod.rs"]
mod lab;
mod nginx;
mod nginx_lb;
mod own;
mod places;
mod refusals;
mod site;
mod strange;
#[path = "../world/mod.rs"]
mod world;
mod written;
