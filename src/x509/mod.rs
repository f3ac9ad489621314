//! The nouns of RFC 5280 and their bytes.
