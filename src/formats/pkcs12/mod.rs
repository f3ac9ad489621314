//! PKCS#12 files (`.p12`, `.pfx`): a key with its certificates under one password.
//!
//! RFC 7292 for the format, RFC 8018 for PBES2, RFC 9579 for PBMAC1 (read only).
//!
//! - [`read`] opens what OpenSSL, Java, NSS (BER), GnuTLS and Python write, with or without a
//!   password, and keeps the order of the file; [`facts`] says how a file is protected without
//!   opening it.
//! - [`Bundle`] is a key with its certificate and chain that fit each other; [`write()`] makes a file
//!   of it and [`check`] opens that file again with the crate `p12-keystore`, which shares no code
//!   with the writer. [`write_trust`] and [`check_trust`] are the same for a trust store of Java.
//!
//! Why not `p12-keystore` alone: it reads DER only, takes no file without a password, stops at a
//! million iterations, drops unknown bags in silence and cannot set the friendly name of the
//! certificate, which is the name that NSS and Python show.

mod bag;
mod bundle;
mod check;
mod cipher;
mod error;
mod facts;
mod frame;
mod kdf;
mod limits;
mod mac;
mod names;
mod password;
mod read;
mod scheme;
mod write;

pub use bag::{CertificateEntry, Entry, KeyEntry, OtherEntry, OtherKind};
pub use bundle::Bundle;
pub use check::{check, check_trust};
pub use error::{Difference, Pkcs12Error};
pub use facts::{Encryption, Facts, MacFacts};
pub use frame::is_pkcs12;
pub use limits::{MAX_ITERATIONS, MAX_SIZE, MAX_TOTAL_ITERATIONS};
pub use password::{NewPassword, PasswordWarning};
pub use read::{Store, facts, read};
pub use write::{Protection, write, write_trust};
