//! The questions that rules ask, by what they look at.

pub(super) mod authority;
pub(super) mod chain;
pub(super) mod key;
pub(super) mod life;
pub(super) mod names;
pub(super) mod replacing;
pub(super) mod structure;
pub(super) mod usage;
