//! The manifest as a file.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{
    manifest::{Manifest, parse},
    store::files,
};

/// Reads and understands a manifest.
///
/// # Errors
/// A file that cannot be read; [`crate::manifest::ManifestError`] with every fault.
pub(crate) fn read(file: &Path) -> Result<Manifest> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    let text = std::str::from_utf8(&octets)
        .with_context(|| format!("{}: a manifest is UTF-8 text", file.display()))?;
    Ok(parse(&file.display().to_string(), text)?)
}
