//! Look at any object: describe and verify.
//!
//! - [`open`] finds the objects in a file, whatever its container: PEM with any number of blocks,
//!   DER, PKCS#7, PKCS#12, base64 without armour. [`describe()`] says everything that can be seen
//!   of one, in owned structures that serialise to JSON.
//! - [`glance`] sees of thousands of certificates only who they are.
//! - [`bundle`] says whether the certificates of one file are a chain, and [`partners`] which
//!   keys, requests and certificates belong together.
//!
//! RFC 5280 for certificates and revocation lists, RFC 2986 for requests, RFC 7468 for PEM; what
//! is no certificate at all is told from its first octets, so that the error helps.

mod bundle;
mod container;
mod describe;
mod error;
mod fits;
mod glance;
mod guess;
mod object;
mod shape;
pub mod verify;

pub use bundle::{Arrangement, BundleDescription, Duplicate, bundle};
pub use container::{Encoding, MAX_OBJECTS};
pub use describe::*;
pub use error::{InspectError, Resemblance};
pub use fits::{Partner, partners};
pub use glance::{AlternativeNames, Glance, glance};
pub use object::{Item, Object, PrivateKeyObject, open};
