//! Why a report could not be written.

/// What the formats refuse. Every one of these is a mistake of certmint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The template of the web page.
    #[error("the template of the report failed: {0}")]
    Template(#[from] minijinja::Error),
    /// The calendar.
    #[error("the calendar could not be written")]
    Calendar,
}
