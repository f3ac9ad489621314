//! The targets that are servers of their own: what is rendered for them runs as it is, takes whom it
//! has to take, refuses everybody else, and gets a renewed certificate.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod desk;
#[path = "../judge/mod.rs"]
mod judge;
#[path = "../lab/mod.rs"]
mod lab;

mod caddy;
mod envoy;
mod java;
mod kubernetes;
mod postgresql;
mod stunnel;
mod traefik;
