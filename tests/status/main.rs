//! `list` with its filters and `status` in all its forms, judged by openssl, Prometheus, Python's
//! calendar and a web browser.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod calendar;
mod findings;
mod listing;
mod lists;
mod metrics;
mod page;
mod support;
