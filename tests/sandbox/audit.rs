//! The files of a PKI directory against its inventory, judged by Python.

use std::{collections::BTreeSet, path::Path};

use crate::judge;

/// Fails unless everything agrees; gives the serial number of every certificate that was signed,
/// in hexadecimal.
pub(crate) fn audit(pki: &Path) -> BTreeSet<String> {
    let mut python = judge::python();
    python
        .args(["-c", include_str!("audit.py")])
        .arg(pki)
        .env("PYTHONWARNINGS", "ignore");
    let told = judge::text(&judge::ok(python));
    let serials: BTreeSet<String> = told.lines().map(str::to_owned).collect();
    assert_eq!(serials.len(), told.lines().count(), "a serial number twice");
    serials
}
