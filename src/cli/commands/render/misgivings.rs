//! What speaks against a configuration before it is written.

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;

use crate::{
    acceptance,
    cli::{
        acceptance::Subject,
        failure::Advised,
        target_stock::{Keys, PkiStock},
    },
    store::{Inventory, Layout, Shelf, State, StoreName},
    target::{Settings, Stock as _, Target},
};

/// Refuses what the destination would refuse, as far as rules are known for it.
pub(super) fn refuse(pki: &Path, target: &Target, name: &StoreName) -> Result<()> {
    let rules = target.accepts.as_deref().unwrap_or(&target.name);
    let Ok(destination) = acceptance::find(rules) else {
        return Ok(());
    };
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let Some(subject) = Subject::of_name(pki, &inventory, name, None)? else {
        return Ok(());
    };
    let case = subject.case(OffsetDateTime::now_utc());
    let findings = acceptance::judge(&[destination], &case);
    let Some(first) = findings.iter().find(|finding| finding.refuses()) else {
        return Ok(());
    };
    Err(Advised {
        message: format!(
            "{} refuses {name}: {} ({}; {})",
            target.name,
            first.what(),
            first.rule().id(),
            first.rule().source()
        ),
        hint: format!(
            "{}; 'certmint target check {} {name}' tells all, --refused-too goes on",
            first.remedy(),
            target.name
        ),
    }
    .into())
}

/// What speaks against using what was rendered, though nobody refuses it.
pub(super) fn doubts(pki: &Path, settings: &Settings, name: &StoreName) -> Result<Vec<String>> {
    let mut doubts = Vec::new();
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let row = inventory.current(Shelf::Certificates, name)?;
    if row.is_some_and(|row| row.status.state() == State::Revoked) {
        doubts.push(format!(
            "{name} is revoked: 'certmint renew {name}' makes it again"
        ));
    }
    let stock = PkiStock::open(pki, Keys::NotWanted)?;
    for (variable, authority) in settings.authorities() {
        if variable != "clients_ca" {
            continue;
        }
        let told = |error| anyhow::anyhow!("{variable}: {error}");
        let of = stock.certificate(name.file_name()).map_err(told)?;
        let found = stock.authority(authority, &of).map_err(told)?;
        if found.crl_file.is_none() {
            doubts.push(format!(
                "revoked clients of {} are let in: there is no list of it and of the CAs above it; make them with 'certmint crl', then render this again",
                found.name
            ));
        }
    }
    Ok(doubts)
}
