//! A leaf certificate as the manifest wants it.

use crate::{
    authority::RenewalWindow,
    key::KeySpec,
    profile::{LeafKind, LongLife},
    store::StoreName,
    x509::{Name, SanSet},
};

use super::{endpoint::Endpoint, export::Export};

/// `[server.NAME]`, `[client.NAME]` or `[peer.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredCertificate {
    /// What it is called; its files are in `certs/NAME`.
    pub name: StoreName,
    /// What it is for.
    pub kind: LeafKind,
    /// The CA that signs it.
    pub authority: StoreName,
    /// Its subject.
    pub subject: Name,
    /// Its subject alternative names.
    pub names: Option<SanSet>,
    /// Its kind of key.
    pub key: KeySpec,
    /// How long it is made for.
    pub days: u32,
    /// Whether a server may outlive what Apple's systems accept.
    pub long_life: LongLife,
    /// When it is renewed.
    pub renewal: RenewalWindow,
    /// Which key a renewal certifies.
    pub renewal_key: RenewalKey,
    /// What makes its server read it again.
    pub reload: Option<Reload>,
    /// Where it must be seen after that.
    pub probe: Option<Endpoint>,
    /// The places that it goes to.
    pub targets: Vec<String>,
    /// The foreign formats that it is wanted in.
    pub exports: Vec<Export>,
}

impl DesiredCertificate {
    /// The life of a certificate, in days: the longest that Apple's systems accept of a server.
    pub const DAYS: u32 = 825;
    /// The kind of key.
    pub const KEY: KeySpec = KeySpec::Rsa2048;
}

/// Which key a renewed certificate has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RenewalKey {
    /// A new one.
    #[default]
    New,
    /// The one before.
    Same,
}

/// A command that makes a server read its certificate again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// A line for `sh -c`.
    Shell(String),
    /// A program with its arguments, at least the program.
    Program(Vec<String>),
}
