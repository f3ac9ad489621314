//! `certmint ca list`

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    authority::named_certificate,
    cli::{render, report::Report, table::Table},
    store::{Authority, AuthorityId, Inventory, Layout},
};

/// The CAs of this PKI.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca list
  certmint ca list --all
  certmint ca list --json")]
pub(crate) struct CaList {
    /// Show the earlier certificates of renewed CAs too
    #[arg(long)]
    pub(crate) all: bool,
}

/// What the certificate of a CA is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It signs.
    Current,
    /// It is the successor of a CA that still signs.
    Waiting,
    /// Another certificate with the same name and key took its place.
    Renewed,
    /// It joins two roots in a rollover.
    CrossCertificate,
    /// A successor with another key signs in its place.
    Succeeded,
    /// The same, and nobody has to trust it any more.
    Retired,
}

impl Role {
    pub(crate) fn of(authority: &Authority, authorities: &[Authority]) -> Self {
        let waits = || {
            authorities
                .iter()
                .any(|old| old.successor == Some(authority.id) && old.switched_at.is_none())
        };
        if authority.cross_of.is_some() {
            Self::CrossCertificate
        } else if authority.renewed_by.is_some() {
            Self::Renewed
        } else if authority.retired_at.is_some() {
            Self::Retired
        } else if authority.switched_at.is_some() {
            Self::Succeeded
        } else if waits() {
            Self::Waiting
        } else {
            Self::Current
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Waiting => "waiting",
            Self::Renewed => "renewed",
            Self::CrossCertificate => "cross-certificate",
            Self::Succeeded => "succeeded",
            Self::Retired => "retired",
        }
    }
}

/// What a certificate is called after that has no name of its own.
fn tied_to(authority: &Authority, authorities: &[Authority]) -> String {
    let other = authority.renewed_by.or(authority.cross_of);
    name_by_id(other, authorities).unwrap_or_default()
}

pub(crate) fn name_by_id(id: Option<AuthorityId>, authorities: &[Authority]) -> Option<String> {
    let found = authorities.iter().find(|one| Some(one.id) == id)?;
    found.name.as_ref().map(ToString::to_string)
}

pub(crate) fn run(pki: &Path, arguments: &CaList) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let mut table = Table::new([
        "NAME",
        "SUBJECT",
        "ISSUER",
        "KEY",
        "STATE",
        "NOT AFTER",
        "DAYS LEFT",
    ]);
    let mut documents = Vec::new();
    let authorities = inventory.authorities()?;
    for authority in &authorities {
        let role = Role::of(authority, &authorities);
        // What another certificate took the place of is shown with --all only.
        let is_shown = arguments.all || role != Role::Renewed;
        if !is_shown {
            continue;
        }
        let certificate = named_certificate(authority)?;
        let name = authority.name.as_ref().map(ToString::to_string);
        let tied = tied_to(authority, &authorities);
        let days = render::days_left(certificate.not_after(), now);
        let issuer = if certificate.is_self_issued() {
            "itself".to_owned()
        } else {
            certificate.issuer().openssl_oneline()
        };
        table.row([
            name.clone().unwrap_or_else(|| match role {
                Role::Renewed => format!("({tied}, before)"),
                Role::CrossCertificate => format!("({tied}, crossed)"),
                _ => "(by its file)".to_owned(),
            }),
            render::title(&certificate),
            issuer,
            certificate.public_key().algorithm().to_string(),
            role.word().to_owned(),
            render::day(certificate.not_after()),
            render::days_text(days),
        ]);
        documents.push(render::with_fields(
            render::certificate_json(&certificate),
            json!({
                "name": name,
                "days_left": days,
                "state": role.word(),
                "successor": name_by_id(authority.successor, &authorities),
                "renewed_by": name_by_id(authority.renewed_by, &authorities),
                "cross_certificate_of": name_by_id(authority.cross_of, &authorities),
            }),
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
