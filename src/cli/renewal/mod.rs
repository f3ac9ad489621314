//! A renewal as the command line and the manifest want it: what holds for each certificate, the work,
//! and what came of it.

mod policy;
mod report;
mod work;

pub(crate) use policy::{Policy, Wishes};
pub(crate) use report::{Outcome, planned, report};
pub(crate) use work::{export, make, publish_lists, take};
