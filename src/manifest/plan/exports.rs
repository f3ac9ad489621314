//! The steps that keep files in foreign formats.

use aws_lc_rs::digest::{SHA256, digest};

use crate::{
    authority::AuthorityError,
    manifest::{DesiredCertificate, Export, ExportFormat, PemPart},
    store::{Row, content, files::is_inside},
    x509::Certificate,
};

use super::{planner::Planner, reason::Reason, step::StepDeed};

impl Planner<'_> {
    /// `stays` is the certificate that is there and stays; none where another one will be.
    pub(super) fn exports(
        &mut self,
        wanted: &DesiredCertificate,
        stays: Option<(&Row, &Certificate)>,
    ) -> Result<(), AuthorityError> {
        let chain = match (&mut self.soundness, stays) {
            (Some(soundness), Some((row, certificate))) if !wanted.exports.is_empty() => row
                .issuer
                .map(|issuer| soundness.chain(issuer, certificate).to_vec()),
            _ => None,
        }
        .unwrap_or_default();
        let id = stays.map(|(row, _)| row.id);
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
                (Some(_), Some(recorded)) if Some(recorded.certificate) != id => {
                    Some(Reason::ExportOutdated(file.clone()))
                }
                (Some(content), Some(recorded)) => {
                    let is_ours = digest(&SHA256, &content).as_ref() == recorded.sha256
                        && format.is_wish_of(&recorded.settings);
                    let is_older = recorded.settings != format.settings(&chain)
                        || self.has_renewed_chain(wanted, format);
                    match (is_ours, is_older) {
                        (false, _) => Some(Reason::ExportDiffers(file.clone())),
                        (true, true) => Some(Reason::ExportOldChain(file.clone())),
                        (true, false) => None,
                    }
                }
            };
            if let Some(reason) = reason {
                self.step(&wanted.name, StepDeed::Export(export.clone()), vec![reason]);
            }
        }
        Ok(())
    }

    /// Whether this plan renews a CA whose certificate is in the chain of the file.
    fn has_renewed_chain(&self, wanted: &DesiredCertificate, format: &ExportFormat) -> bool {
        let has_root = match format {
            ExportFormat::Der | ExportFormat::Pem(PemPart::Certificate) => return false,
            ExportFormat::Pem(PemPart::FullChain) => false,
            ExportFormat::Pkcs12 { .. }
            | ExportFormat::Jks { .. }
            | ExportFormat::TrustStore { .. }
            | ExportFormat::Kubernetes { .. }
            | ExportFormat::Pkcs7
            | ExportFormat::Pem(_) => true,
        };
        let mut next = self.manifest.authority(&wanted.authority);
        while let Some(authority) = next {
            let is_within = has_root || authority.issuer.is_some();
            if is_within && self.renewed.contains(&authority.name) {
                return true;
            }
            let issuer = authority.issuer.as_ref();
            next = issuer.and_then(|issuer| self.manifest.authority(issuer));
        }
        false
    }
}
