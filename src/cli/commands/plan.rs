//! `certmint plan`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use time::OffsetDateTime;

use crate::{
    cli::{manifest_file, output, plan_report, report::Report},
    manifest::{Manifest, Plan, Surroundings, plan},
    store::{Inventory, Layout, is_there},
};

/// What would be done.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint plan
  certmint plan pki.toml --check
  certmint plan --json | jq '.steps[] | select(.deed == \"revoke\") | .name'
  certmint plan --out plan.json

Nothing is changed. Exit code 3 with --check when there is something to do.")]
pub(crate) struct PlanCommand {
    /// The manifest
    #[arg(default_value = "pki.toml")]
    pub(crate) file: PathBuf,
    /// End with exit code 3 when there is something to do
    #[arg(long)]
    pub(crate) check: bool,
    /// Write the plan to a file too, for 'certmint apply --plan'; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

pub(crate) fn run(pki: &Path, arguments: &PlanCommand) -> Result<Report> {
    let PlanCommand { file, check, out } = arguments;
    if let Some(out) = out {
        output::refuse_unwritable(out)?;
    }
    let now = OffsetDateTime::now_utc();
    let manifest = match manifest_file::read(file)? {
        Ok(manifest) => manifest,
        Err(wrong) => return Ok(manifest_file::faulty(wrong)),
    };
    let plan = made(pki, file, &manifest, now)?;
    let report = plan_report::report(&plan);
    if let Some(out) = out {
        output::public(out, format!("{:#}\n", report.json).as_bytes())?;
    }
    Ok(if *check {
        report.verdict(plan_report::verdict(&plan))
    } else {
        report
    })
}

/// The plan from what is in the PKI directory, which may not be there yet.
pub(super) fn made(
    pki: &Path,
    file: &Path,
    manifest: &Manifest,
    now: OffsetDateTime,
) -> Result<Plan> {
    let layout = Layout::new(pki);
    let inventory = if is_there(&layout.inventory())? {
        Some(Inventory::open_to_read(&layout.inventory())?)
    } else {
        None
    };
    let surroundings = Surroundings {
        inventory: inventory.as_ref(),
        layout: &layout,
        folder: manifest_file::folder(file),
    };
    Ok(plan(manifest, surroundings, now)?)
}
