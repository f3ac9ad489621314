//! The `certmint` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    certmint::cli::run()
}
