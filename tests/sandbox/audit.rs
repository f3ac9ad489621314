//! The files of PKI directories against their inventories, judged by Python.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::judge;

/// Fails unless everything agrees; gives the serial number of every certificate that was signed,
/// in hexadecimal.
pub(crate) fn audit(pki: &Path) -> BTreeSet<String> {
    audit_all(&[pki.to_path_buf()])
}

/// As [`audit`], for several at once.
pub(crate) fn audit_all(pkis: &[PathBuf]) -> BTreeSet<String> {
    let mut python = judge::python();
    python
        .args(["-c", include_str!("audit.py")])
        .args(pkis)
        .env("PYTHONWARNINGS", "ignore");
    let told = judge::text(&judge::ok(python));
    let serials: BTreeSet<String> = told.lines().map(str::to_owned).collect();
    assert_eq!(serials.len(), told.lines().count(), "a serial number twice");
    serials
}
