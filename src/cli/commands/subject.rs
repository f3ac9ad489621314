//! The flags that name a subject.

use anyhow::{Context as _, Result};
use clap::Args;

use crate::x509::{DistinguishedNameBuilder, Name, oid};

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
        let single = |value: &Option<String>| value.clone().into_iter().collect::<Vec<_>>();
        let attributes = [
            (oid::COUNTRY, single(country)),
            (oid::STATE_OR_PROVINCE, single(state)),
            (oid::LOCALITY, single(locality)),
            (oid::ORGANIZATION, single(org)),
            (oid::ORGANIZATIONAL_UNIT, org_unit.clone()),
            (
                oid::COMMON_NAME,
                common_name.map(str::to_owned).into_iter().collect(),
            ),
        ];
        let mut name = DistinguishedNameBuilder::new();
        for (kind, values) in attributes {
            for value in values {
                name = name
                    .attribute(kind, &value)
                    .context("the subject cannot be written")?;
            }
        }
        name.build().context("the subject cannot be written")
    }
}
