//! The steps that keep files in foreign formats.

use aws_lc_rs::digest::{SHA256, digest};

use crate::{
    authority::AuthorityError,
    manifest::{DesiredCertificate, Export},
    store::{RecordId, content, files::is_inside},
};

use super::{planner::Planner, reason::Reason, step::StepDeed};

impl Planner<'_> {
    /// `stays` is the certificate that is there and stays; none where another one will be.
    pub(super) fn exports(
        &mut self,
        wanted: &DesiredCertificate,
        stays: Option<RecordId>,
    ) -> Result<(), AuthorityError> {
        for export in &wanted.exports {
            let path = self.surroundings.folder.join(&export.file);
            if is_inside(&path, self.surroundings.layout.root())? {
                self.conflict(
                    &wanted.name,
                    format!(
                        "{} is in the PKI directory, where certmint alone writes",
                        export.file.display()
                    ),
                    "name a file outside of it in the manifest",
                );
                continue;
            }
            let found = content(&path)?;
            let recorded = match self.surroundings.inventory {
                None => None,
                Some(inventory) => inventory.export(&export.file.to_string_lossy())?,
            };
            let Export { file, format } = export;
            let reason = match (found, recorded) {
                (None, _) => Some(Reason::ExportMissing(file.clone())),
                (Some(_), None) => {
                    self.conflict(
                        &wanted.name,
                        format!("{} is there and was not written for it", file.display()),
                        "move it away, or name another file in the manifest",
                    );
                    None
                }
                (Some(_), Some(recorded)) if Some(recorded.certificate) != stays => {
                    Some(Reason::ExportOutdated(file.clone()))
                }
                (Some(content), Some(recorded)) => {
                    let is_same = digest(&SHA256, &content).as_ref() == recorded.sha256
                        && recorded.settings == format.settings();
                    (!is_same).then(|| Reason::ExportDiffers(file.clone()))
                }
            };
            if let Some(reason) = reason {
                self.step(&wanted.name, StepDeed::Export(export.clone()), vec![reason]);
            }
        }
        Ok(())
    }
}
