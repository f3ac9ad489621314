//! Runs a command of the user, such as the one that reloads a server, within bounds.
//!
//! The command gets certmint's own environment and what the caller adds, nothing on standard input,
//! a time limit after which it and everything that it started is ended, and no more than the end of
//! what it says is kept. [`run_bounded`] does the same for a program that is nobody's own.

mod bounded;
mod command;
mod error;
mod output;

pub use bounded::{Bounds, Ended, Streams, run_bounded};
pub use command::{HookCommand, Ran, run};
pub use error::HookError;
pub use output::last_lines;
