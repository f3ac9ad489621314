//! The files in which `openssl ca` (and easy-rsa, which calls it) keeps account: the list of
//! certificates `index.txt`, and the next numbers in `serial` and `crlnumber`.
//!
//! An index is read line by line, so that its size does not matter, and a line that cannot be read
//! does not hide the others. The format is described nowhere but in openssl's source
//! (`crypto/txt_db/txt_db.c`, `apps/ca.c`); openssl-ca(1) names the files.

mod entry;
mod error;
mod number;
mod revocation;
mod subject;
mod time;

pub use entry::{Entries, Entry, Standing};
pub use error::{IndexError, IndexFault};
pub use number::next_number;
