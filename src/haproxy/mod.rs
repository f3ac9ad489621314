//! Speaks with a running HAProxy over its runtime socket (HAProxy Management Guide §9.3).
//!
//! A certificate that HAProxy serves is replaced in its memory: `set ssl cert` opens a transaction,
//! `commit ssl cert` ends it, `abort ssl cert` takes it back. No process ends, so connections stay
//! open that a reload would close. Each command is a connection of its own, and every answer is
//! read; what HAProxy keeps on disk is not touched here.
//!
//! The private key is part of what is sent. It is in memory only, and wiped.

mod address;
mod answer;
mod error;
mod loaded_file;
mod runtime_socket;

pub use address::Address;
pub use error::HaProxyError;
pub use loaded_file::LoadedFile;
pub use runtime_socket::RuntimeSocket;
