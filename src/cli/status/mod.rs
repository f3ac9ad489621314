//! The status of a PKI as text and as JSON.

mod json;
mod text;

pub(crate) use json::document;
pub(crate) use text::text;
