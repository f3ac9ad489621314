//! `certmint ca list`

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    authority::named_certificate,
    cli::{render, report::Report, table::Table},
    store::{Inventory, Layout},
};

/// The CAs of this PKI.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca list
  certmint ca list --json")]
pub(crate) struct CaList {}

pub(crate) fn run(pki: &Path, _arguments: &CaList) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let mut table = Table::new(["NAME", "SUBJECT", "ISSUER", "KEY", "NOT AFTER", "DAYS LEFT"]);
    let mut documents = Vec::new();
    for authority in inventory.authorities()? {
        let certificate = named_certificate(&authority)?;
        let name = authority.name.as_ref().map(ToString::to_string);
        let days = render::days_left(certificate.not_after(), now);
        let issuer = if certificate.is_self_issued() {
            "itself".to_owned()
        } else {
            certificate.issuer().openssl_oneline()
        };
        table.row([
            name.clone().unwrap_or_else(|| "(by its file)".to_owned()),
            render::title(&certificate),
            issuer,
            certificate.public_key().algorithm().to_string(),
            render::day(certificate.not_after()),
            render::days_text(days),
        ]);
        documents.push(render::with_fields(
            render::certificate_json(&certificate),
            json!({ "name": name, "days_left": days }),
        ));
    }
    let text = if documents.is_empty() {
        "no CA yet\n".to_owned()
    } else {
        table.to_string()
    };
    Ok(Report::new(
        "ca.list",
        json!({ "authorities": documents }),
        text,
    ))
}
