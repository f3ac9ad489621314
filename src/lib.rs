//! certmint: a private public-key infrastructure in one library and one binary.
//!
//! The rooms are stacked; each imports only rooms below it (`docs/architecture.md`).

pub mod acceptance;
pub mod authority;
pub mod ca;
pub mod cli;
pub mod formats;
pub mod handout;
pub mod haproxy;
pub mod hook;
pub mod inspect;
pub mod key;
pub mod manifest;
pub mod probe;
pub mod profile;
pub mod rehearsal;
pub mod report;
pub mod store;
pub mod target;
pub mod trust;
pub mod x509;
