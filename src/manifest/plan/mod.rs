//! What is to be done so that the PKI is what the manifest says.

mod authorities;
mod certificates;
mod exports;
mod known;
mod lists;
mod planner;
mod reason;
mod removed;
mod step;

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};

use crate::{
    store::{Inventory, StoreError},
    x509::hexadecimal,
};

pub use planner::{Surroundings, plan};
pub use reason::{Conflict, Reason};
pub use step::{Replacement, Step, StepDeed};

/// The steps from what is to what should be, in an order in which each has what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
    conflicts: Vec<Conflict>,
    state: InventoryState,
}

/// The head of the audit log: it changes with every deed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct InventoryState {
    entries: i64,
    hash: [u8; 32],
}

impl InventoryState {
    fn of(inventory: &Inventory) -> Result<Self, StoreError> {
        let (entries, hash) = inventory.audit_head()?;
        Ok(Self { entries, hash })
    }
}

impl Plan {
    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What cannot be brought about.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Whether there is nothing to do and nothing in the way.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.conflicts.is_empty()
    }

    /// Whether the inventory is still as it was when the plan was made.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn is_current(&self, inventory: &Inventory) -> Result<bool, StoreError> {
        Ok(InventoryState::of(inventory)? == self.state)
    }

    /// SHA-256 in small hexadecimal digits over the steps and the state of the inventory that they
    /// start from: two plans with one fingerprint do the same. Reasons are not part of it, since
    /// they speak of the days that are left.
    pub fn fingerprint(&self) -> String {
        let mut context = Context::new(&SHA256);
        context.update(&self.state.entries.to_be_bytes());
        context.update(&self.state.hash);
        for Step { name, deed, .. } in &self.steps {
            let mut text = String::new();
            // Writing to a String cannot fail.
            let _ = write!(text, "{name} {deed:?}");
            let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
            context.update(&length.to_be_bytes());
            context.update(text.as_bytes());
        }
        hexadecimal(context.finish().as_ref()).to_lowercase()
    }
}
