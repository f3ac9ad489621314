//! The PKI directory seen from outside: files, permissions, full and read-only disks, many
//! processes at once, and processes that are killed. Runs as root (it mounts small file systems)
//! and needs `mount`, `strace` and Python's `sqlite3`; what is missing is a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise"
)]

mod crash;
mod disk;
mod files;
#[path = "../judge/mod.rs"]
mod judge;
mod opening;
mod support;
mod together;
