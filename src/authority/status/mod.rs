//! What needs attention in a PKI, and what there is.
//!
//! [`Status::of`] reads the inventory and the files and gives a value; how it is shown is left to
//! others. Nothing is written.

mod authorities;
mod certificates;
mod endpoints;
mod files;
mod finding;
mod holding;
mod lists;

use time::{Duration, OffsetDateTime};

use self::files::Leaves;
use super::AuthorityError;
use crate::store::{Census, Inventory, Layout, MonthOfEnds};

pub use authorities::{AuthorityState, Standing};
pub use endpoints::Watched;
pub use finding::{About, Finding, Matter, Noun, Severity};
pub use holding::{Holding, Holdings};

/// What counts as soon, and how far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// When an end counts as near.
    pub soon: Soon,
    /// Whether the files are compared with the inventory.
    pub files: Files,
}

/// When an end counts as near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soon {
    /// In the last quarter of the life of a certificate or CRL, the last tenth of a CA's. Renewals
    /// begin in the last third, so that what is renewed in time never gets there.
    PartOfLife,
    /// Within this time.
    Within(Duration),
}

/// Whether the files are compared with the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Every certificate in use and its private key are read.
    Compared,
    /// They are read if there are at most so many; else no more than those of the CAs.
    ComparedUpTo(u64),
    /// No file but the inventory is looked at.
    Skipped,
}

/// The state of a PKI at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The moment.
    pub at: OffsetDateTime,
    /// How many certificates there are in each state.
    pub census: Census,
    /// How many certificates in use end in each month.
    pub months: Vec<MonthOfEnds>,
    /// The CAs, in the order in which the inventory came to know them.
    pub authorities: Vec<AuthorityState>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Status {
    /// Looks at a PKI.
    ///
    /// # Errors
    /// An inventory that cannot be read, or that holds what is no certificate. What is wrong with
    /// files is no error but a finding.
    pub fn of(
        inventory: &Inventory,
        layout: &Layout,
        scope: Scope,
        now: OffsetDateTime,
    ) -> Result<Self, AuthorityError> {
        let authorities = authorities::states(inventory, now)?;
        let mut findings = authorities::findings(inventory, &authorities, scope, now)?;
        findings.extend(lists::findings(
            inventory,
            layout,
            &authorities,
            scope,
            now,
        )?);
        findings.extend(certificates::findings(inventory, &authorities, scope, now)?);
        let census = inventory.census(now)?;
        let in_use = census.issued + census.expired;
        let most = match scope.files {
            Files::Skipped => None,
            Files::Compared => Some(u64::MAX),
            Files::ComparedUpTo(most) => Some(most),
        };
        if let Some(most) = most {
            findings.extend(files::findings(
                inventory,
                layout,
                &authorities,
                if in_use <= most {
                    Leaves::Compared
                } else {
                    Leaves::LeftOut(in_use)
                },
            )?);
        }
        // Stable: within a matter they stay in the order of their ends.
        findings.sort_by_key(|finding| (finding.severity(), finding.matter));
        Ok(Self {
            at: now,
            census,
            months: inventory.ends_by_month()?,
            authorities,
            findings,
        })
    }

    /// Whether somebody has to do something.
    pub fn needs_attention(&self) -> bool {
        self.count(Severity::Critical) + self.count(Severity::Warning) > 0
    }

    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let is_so = |finding: &&Finding| finding.severity() == severity;
        self.findings.iter().filter(is_so).count()
    }
}
