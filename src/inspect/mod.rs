//! Look at any object: describe and verify.

pub mod verify;
