//! What is handed to others: the folder from which a fleet of machines comes to trust a CA, and the
//! one from which a person or program gets a client certificate. Values in, files out; who writes
//! them where is the caller's.
//!
//! The steps for each system are data (`templates/handout/`), shown as Markdown and as HTML, each
//! value escaped for the language that it lands in.

mod client;
mod destination;
mod error;
mod fleet;
mod page;

pub use client::{Client, client};
pub use destination::Destination;
pub use error::HandoutError;
pub use fleet::{Fleet, fleet};

/// A file of a folder that is handed out.
#[derive(Debug)]
pub struct HandedFile {
    /// Its name in the folder.
    pub name: String,
    /// What is in it.
    pub content: zeroize::Zeroizing<Vec<u8>>,
    /// What it is for, in a few words.
    pub what: &'static str,
}

impl HandedFile {
    fn new(name: impl Into<String>, content: impl Into<Vec<u8>>, what: &'static str) -> Self {
        Self {
            name: name.into(),
            content: zeroize::Zeroizing::new(content.into()),
            what,
        }
    }
}
