//! The `certmint` program.
fn main() {}
