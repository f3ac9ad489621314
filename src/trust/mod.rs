//! This machine's trust stores: puts CA certificates in, takes them out, and looks whether they are
//! there.
//!
//! A store is changed by its own program (`update-ca-certificates`, `certutil`, `keytool`,
//! `security`, PowerShell) and read back afterwards; what is told is what was read. What another
//! could have tampered with on the way to a store is not followed: `place` looks at each folder.
//!
//! Besides `store`, this is the one room below `cli` that touches files: those of the trust stores,
//! which are nowhere else. Where they are comes as an argument, the [`Machine`].

mod anchor;
mod apple;
mod databases;
mod deed;
mod error;
mod java;
mod jvms;
mod layout;
mod machine;
mod nss;
mod place;
mod program;
mod stores;
mod system;
mod trust_store;
mod windows;

pub use anchor::Anchor;
pub use deed::{Answer, Outcome, check, install, uninstall};
pub use error::TrustError;
pub use machine::{Machine, OperatingSystem};
pub use trust_store::StoreKind;
