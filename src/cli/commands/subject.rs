//! The flags that name a subject.

use anyhow::{Context as _, Result};
use clap::Args;

use crate::x509::{Name, SubjectParts};

/// The subject's attributes besides the common name.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SubjectFlags {
    /// Country of the subject, two capital letters
    #[arg(long, value_name = "CC", help_heading = "Subject")]
    pub(crate) country: Option<String>,
    /// State or province of the subject
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    pub(crate) state: Option<String>,
    /// Locality (city) of the subject
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    pub(crate) locality: Option<String>,
    /// Organization of the subject
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    pub(crate) org: Option<String>,
    /// Organizational unit of the subject; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    pub(crate) org_unit: Vec<String>,
}

impl SubjectFlags {
    /// The name, most general attribute first; without a common name where that is absent.
    pub(crate) fn name(&self, common_name: Option<&str>) -> Result<Name> {
        let Self {
            country,
            state,
            locality,
            org,
            org_unit,
        } = self;
        let parts = SubjectParts {
            country: country.clone(),
            state: state.clone(),
            locality: locality.clone(),
            organization: org.clone(),
            organizational_units: org_unit.clone(),
            common_name: common_name.map(str::to_owned),
        };
        parts.name().context("the subject cannot be written")
    }
}
