//! Name constraints before there is a path: may these CAs certify these names?

use super::{
    certificate::PathCertificate,
    constraints::{ImposedConstraints, violations},
    error::VerifyError,
    limits,
};

/// The names of a certificate that the constraints of the CAs above it forbid (RFC 5280 §6.1.3
/// (b), (c)): one sentence for each. Signatures are not looked at, so a certificate that is not
/// signed yet can be asked about.
///
/// # Errors
/// A certificate that cannot be read.
pub fn forbidden_names(certificate: &[u8], above: &[&[u8]]) -> Result<Vec<String>, VerifyError> {
    let certificate =
        PathCertificate::from_der(certificate).map_err(VerifyError::UnreadableTarget)?;
    let mut imposed = Vec::new();
    for ca in above {
        let ca = PathCertificate::from_der(ca).map_err(VerifyError::UnreadableTarget)?;
        if let Some(constraints) = ca.name_constraints.clone() {
            imposed.push(ImposedConstraints {
                ca: super::name_text::name_text(ca.subject_der),
                constraints,
            });
        }
    }
    let mut comparisons_left = limits::NAME_COMPARISONS;
    Ok(violations(&certificate, &imposed, &mut comparisons_left))
}
