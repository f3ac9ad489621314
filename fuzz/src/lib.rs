//! Fuzz targets for certmint; `fuzz/README.md` says how to run them.

pub mod bodies;
