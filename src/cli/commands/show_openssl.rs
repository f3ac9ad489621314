//! The openssl commands that give the equivalent result.

use std::path::Path;

use anyhow::{Result, bail};

use super::{ca_init::CaInit, csr_new::CsrNew, export::ExportP12, issue::IssueLeaf, sign::Sign};
use crate::{
    cli::report::Report,
    key::KeySpec,
    profile::LeafKind,
    store::Layout,
    x509::{CertificationRequest, Name, SanSet},
};

pub(crate) fn ca_init(_pki: &Path, _arguments: &CaInit, _subject: &Name) -> Result<Report> {
    bail!("not yet")
}
pub(crate) fn key_new(
    _key: KeySpec,
    _out: &Path,
    _file: Option<&Path>,
    _encrypt: bool,
) -> Result<Report> {
    bail!("not yet")
}
pub(crate) fn csr_new(_arguments: &CsrNew) -> Result<Report> {
    bail!("not yet")
}
pub(crate) fn sign(
    _pki: &Path,
    _arguments: &Sign,
    _request: &CertificationRequest,
) -> Result<Report> {
    bail!("not yet")
}
pub(crate) fn issue(
    _pki: &Path,
    _kind: LeafKind,
    _leaf: &IssueLeaf,
    _names: Option<&SanSet>,
    _subject: &Name,
) -> Result<Report> {
    bail!("not yet")
}
pub(crate) fn export_p12(
    _layout: &Layout,
    _arguments: &ExportP12,
    _friendly_name: &str,
) -> Result<Report> {
    bail!("not yet")
}
