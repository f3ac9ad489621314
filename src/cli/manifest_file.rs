//! The manifest as a file.

use std::{io::ErrorKind, path::Path};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{failure::Advised, report::Report};
use crate::{
    manifest::{Manifest, ManifestError, parse},
    store::{StoreError, files},
};

/// Reads and understands a manifest; inside, everything that is wrong with it.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn read(file: &Path) -> Result<Result<Manifest, ManifestError>> {
    let octets = match files::read(file, files::USUAL_LIMIT) {
        Err(StoreError::File { fault, .. }) if fault.kind() == ErrorKind::NotFound => {
            return Err(Advised {
                message: format!("cannot read {}: {fault}", file.display()),
                hint: format!(
                    "check the path, or begin with one: certmint manifest new NAME --out {}",
                    file.display()
                ),
            }
            .into());
        }
        read => read?,
    };
    let text = std::str::from_utf8(&octets)
        .with_context(|| format!("{}: a manifest is UTF-8 text", file.display()))?;
    Ok(parse(&file.display().to_string(), text))
}

/// The folder that a manifest's paths start from.
pub(crate) fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

/// What every command says of a manifest that is wrong: each fault on a line of its own, so that an
/// editor can jump to it.
pub(crate) fn faulty(ManifestError(problems): ManifestError) -> Report {
    let documents: Vec<_> = problems
        .iter()
        .map(|problem| {
            json!({
                "line": problem.line,
                "column": problem.column,
                "what": problem.what,
                "remedy": problem.remedy,
            })
        })
        .collect();
    let json = json!({
        "file": problems.first().map(|problem| problem.file.clone()),
        "authorities": null,
        "certificates": null,
        "problems": documents,
    });
    let failures = problems.into_iter().map(anyhow::Error::from).collect();
    Report::new("manifest.check", json, String::new()).failures(failures)
}
