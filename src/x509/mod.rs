//! The nouns of RFC 5280 and their bytes.

pub mod name_matching;
