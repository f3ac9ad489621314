//! The clouds: the scripts that `render` writes for OCI and AWS, run with the vendors' own command
//! lines against stand-ins on loopback that know the vendors' rules, and the configuration for
//! Terraform, judged by Terraform itself.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../document/mod.rs"]
mod document;
#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod acm;
mod balancers;
mod clients;
mod howto;
mod oci;
mod scripts;
mod stand_in;
mod terraform;
