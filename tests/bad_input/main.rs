//! Everything that a person can hand to certmint by mistake or out of malice, and disks that fail:
//! each ends with one line that says what is wrong with which file, and changes nothing.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../sandbox/mod.rs"]
mod sandbox;

mod desk;
mod disks;
mod faults;
mod files;
mod outputs;
mod pipes;
mod pki;
mod values;
