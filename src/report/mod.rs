//! What is found of a PKI, in the forms that other programs show: a metrics file for Prometheus, a
//! calendar (RFC 5545), a web page. Each is a pure function from values to text.

mod calendar;
mod error;
mod metrics;
mod page;

pub use calendar::calendar;
pub use error::ReportError;
pub use metrics::metrics;
pub use page::page;

/// The most certificates that the web page has in detail: more make it slow to open.
pub const PAGE_LIMIT: usize = 2_000;
/// The most certificates that the calendar and the metrics file have.
pub const SERIES_LIMIT: usize = 10_000;
