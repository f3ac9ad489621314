//! The manifest: `pki.toml`, the file that says which CAs and certificates there are.
//!
//! Two shapes. What was written is TOML 1.1 with the place of every key and value; [`parse`] makes of
//! it what it means, a [`Manifest`], or gives every [`Problem`] at once with line and column.
//! [`Manifest::new`] holds the rules that no single value can break: a CA that is there, lives that
//! fit into each other, names that are permitted. [`write()`] gives TOML that parses to an equal
//! manifest. `docs/manifest.md` describes every key; `docs/pki.schema.json` tells editors.
//!
//! [`plan()`] compares a manifest with what there is, reads the PKI through `store` and changes
//! nothing; [`apply()`] carries a plan out. `now` is an argument everywhere. Relative paths are as they
//! were written, and whoever read the manifest says which folder they start from.

mod apply;
mod authority;
mod certificate;
mod contradiction;
mod desired;
mod error;
mod export;
mod from_inventory;
mod keys;
mod list_readers;
mod plan;
mod read;
mod refused;
mod rules;
mod source;
mod subject;
mod templates;
mod write;

pub use apply::{Applied, ApplyError, Done, SecretError, Secrets, Workplace, apply, export_again};
pub use authority::{Custody, DesiredAuthority};
pub use certificate::{DesiredCertificate, Probe};
pub use contradiction::{Contradiction, Table};
pub use desired::{Manifest, Removed};
pub use error::{ManifestError, Problem};
pub use export::{Export, ExportFormat, KubernetesObjects, PemPart, TrustStoreForm};
pub use from_inventory::{Description, Unsaid, from_inventory};
pub use keys::{KnownKeys, known_keys};
pub use list_readers::list_readers;
pub use plan::{Conflict, Plan, Reason, Replacement, Step, StepDeed, Surroundings, plan};
pub use read::parse;
pub use refused::refused;
pub use subject::written_name;
pub use templates::{TEMPLATES, Template};
pub use write::{section_of_target, write};
