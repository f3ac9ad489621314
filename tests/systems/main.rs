//! Whole systems: what `manifest new`, `apply` and `render` make, on machines with Debian's servers,
//! and the clients that these systems are for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../document/mod.rs"]
mod document;
#[path = "../judge/mod.rs"]
mod judge;
#[path = "../lab/mod.rs"]
mod lab;

mod aws_internal_alb;
mod howto;
mod machines;
mod nginx_client_authentication;
mod oci_load_balancer;
