//! Look at any object: describe and verify.
