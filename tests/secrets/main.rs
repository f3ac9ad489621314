//! What becomes of keys and passphrases, watched at the level of system calls: which files ever
//! hold one, how those came to be, and that nothing else ever gets one.
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

mod commands;
mod errors;
mod trace;
