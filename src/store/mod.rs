//! The PKI directory: where things are, how files come to be, the lock, the inventory, and putting
//! things right after a crash.
//!
//! [`Store`] is a PKI directory opened for writing, [`Inventory`] the list of everything that a CA
//! here signed. The order of the steps that makes a `kill -9` harmless is in `docs/store.md`.
//! Serial numbers and reasons follow RFC 5280 §4.1.2.2 and §5.3.1; times are whole seconds.

mod adoption;
mod anchors;
mod chain;
mod chain_files;
mod directory;
mod error;
pub mod files;
mod folder;
mod inventory;
mod layout;
mod lock;
mod name;
mod new_files;
mod pack;
mod reconcile;
mod revocation_list;
mod soundness;
mod staging;
mod syncing;
mod together;
mod unfinished;

pub use anchors::{anchor_file, anchors, root_anchors};
pub use chain::{
    AboveAll, ChainPem, LONGEST_CHAIN, Paths, chain_above, has_signed, is_self_signed, sent_chain,
};
pub use chain_files::RefreshedChains;
pub use directory::Store;
pub use error::{FileDeed, FileFault, InventoryFault, StoreError};
pub use folder::create_folder;
pub use inventory::{
    Activation, ActivationNeed, Actor, AuditCheck, AuditEntry, AuditFinding, Authority,
    AuthorityId, AuthoritySettings, Census, CertificateKind, Deed, Difference, ExportRecord,
    Filter, ImportOutcome, Imported, ImportedCertificate, Inventory, MonthOfEnds, NewAuthority,
    NewRecord, Order, Place, Placement, Query, RecordId, RecordIssuer, Recorded, Revocation,
    RevocationList, RevocationListId, RevocationListRecord, Revoked, Row, SanKind, SanText,
    Sealing, Shown, Signed, SignedBy, Sort, Source, Standings, State, Status, Succession,
    TextMatch, Told, Witness, key_id_of,
};
pub use layout::{AuthorityFile, CertificateFile, Layout, RevocationListFile};
pub use lock::RenewalLock;
pub use name::{Shelf, StoreName};
pub use new_files::create_new_files;
pub use pack::{Pack, PackedCertificate, PackedNames};
pub use reconcile::Reconciled;
pub use soundness::{Soundness, content, is_there};
pub use staging::{Published, Staged, Staging};
pub use syncing::Syncing;
pub use together::{Together, replace_together};
pub use unfinished::Unfinished;
