//! What a probe of endpoints found, as text and as JSON.

mod entry;
mod json;
mod text;

pub(crate) use entry::{Bench, Entry, Probed};
pub(crate) use json::{document, finding as finding_json};
pub(crate) use text::{push_finding, text};
