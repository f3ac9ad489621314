//! A renewal as the command line and the manifest want it: what holds for each certificate, the work,
//! and what came of it.

mod policy;
mod report;
mod tell;
mod work;

pub(crate) use policy::{Policy, Wishes};
pub(crate) use report::{Outcome, planned, report, waiting_json};
pub(crate) use tell::{News, tell};
pub(crate) use work::{export, make, publish_lists, take};
