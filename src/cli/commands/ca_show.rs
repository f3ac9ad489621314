//! `certmint ca show`

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use super::{
    ca_list::{Role, name_by_id},
    services::{settings_json, settings_text},
};
use crate::{
    authority::{chain_above, itself, named_certificate},
    cli::{render, report::Report},
    store::{AuthorityFile, Filter, Inventory, Layout, State, StoreName},
    x509::{PathLength, moment_text},
};

/// One CA.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca show
  certmint ca show web --json")]
pub(crate) struct CaShow {
    /// Which CA; needed when there are several
    pub(crate) name: Option<StoreName>,
}

pub(crate) fn run(pki: &Path, arguments: &CaShow) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let authority = itself(&inventory, arguments.name.as_ref())?;
    let certificate = named_certificate(&authority)?;
    let chain = chain_above(&inventory, &certificate)?;
    let authorities = inventory.authorities()?;
    // Its earlier certificates carry the same name and key: what they signed is its own.
    let mut issued = 0;
    for same in authorities.iter().filter(|one| one.is_same_as(&authority)) {
        issued += inventory.count(&Filter {
            issuers: vec![same.id],
            state: Some(State::Issued),
            ..Filter::default()
        })?;
    }
    let files: Vec<_> = authority
        .name
        .iter()
        .flat_map(|name| {
            [AuthorityFile::Key, AuthorityFile::Certificate]
                .map(|file| layout.authority_file(name, file))
        })
        .collect();
    let path_length = crate::x509::CaCertificate::try_from(certificate.clone())
        .ok()
        .map(|ca| ca.path_length());
    let mut text = render::certificate_text(
        "CA",
        &certificate,
        &render::remaining_days(&certificate, now),
    );
    let mut fact = |name: &str, value: String| render::line(&mut text, name, &value);
    fact(
        "path",
        match path_length {
            Some(PathLength::AtMost(0)) => "no CA may come below it".to_owned(),
            Some(PathLength::AtMost(1)) => "one level of CAs may come below it".to_owned(),
            Some(PathLength::AtMost(length)) => {
                format!("{length} levels of CAs may come below it")
            }
            Some(PathLength::Unlimited) => "any number of CAs may come below it".to_owned(),
            None => "is no CA certificate by today's rules".to_owned(),
        },
    );
    fact(
        "key id",
        certificate
            .subject_key_identifier()
            .map(|id| id.to_string())
            .unwrap_or_else(|| "none".to_owned()),
    );
    fact(
        "SHA-256",
        render::hexadecimal(&certificate.fingerprint_sha256()),
    );
    let plural = if issued == 1 { "" } else { "s" };
    fact("signed", format!("{issued} certificate{plural} in use"));
    if !chain.is_empty() {
        fact(
            "below",
            chain
                .iter()
                .map(render::title)
                .collect::<Vec<_>>()
                .join(" < "),
        );
    }
    let role = Role::of(&authority, &authorities);
    let successor = name_by_id(authority.successor, &authorities);
    if let Some(successor) = &successor {
        let state = match (authority.switched_at, authority.retired_at) {
            (_, Some(at)) => format!("{successor}; retired since {}", render::day(at)),
            (Some(at), None) => format!("{successor}, which signs since {}", render::day(at)),
            (None, None) => format!("{successor}, which does not sign yet"),
        };
        fact("successor", state);
    }
    let earlier = authorities
        .iter()
        .filter(|one| one.renewed_by == Some(authority.id))
        .count();
    if earlier > 0 {
        let times = if earlier == 1 { "once" } else { "times" };
        let count = if earlier == 1 {
            String::new()
        } else {
            format!("{earlier} ")
        };
        fact("renewed", format!("{count}{times}"));
    }
    let settings = inventory.authority_settings(authority.id)?;
    settings_text(&mut text, &settings);
    let list = inventory.newest_revocation_list(authority.id)?;
    if let Some(list) = &list {
        let next = render::day(list.next_update);
        let entries = usize::try_from(list.entries).unwrap_or(usize::MAX);
        render::line(
            &mut text,
            "list",
            &format!(
                "number {}, {} revoked, the next is due by {next}",
                list.number,
                render::certificates(entries)
            ),
        );
    }
    text.push_str(&render::files_text(
        files
            .iter()
            .map(|file| file.as_path())
            .zip(["private key", "certificate"]),
    ));
    let fields = json!({
        "name": authority.name.as_ref().map(ToString::to_string),
        "days_left": render::days_left(certificate.not_after(), now),
        "issued": issued,
        "path_length": match path_length {
            Some(PathLength::AtMost(length)) => Some(length),
            _ => None,
        },
        "chain": chain.iter().map(render::certificate_json).collect::<Vec<_>>(),
        "files": files,
        "state": role.word(),
        "successor": successor,
        "switched_at": authority.switched_at.map(moment_text),
        "retired_at": authority.retired_at.map(moment_text),
        "renewed": earlier,
        "revocation_list": list.map(|list| json!({
            "number": list.number,
            "this_update": moment_text(list.this_update),
            "next_update": moment_text(list.next_update),
            "entries": list.entries,
        })),
    });
    let document = render::with_fields(render::certificate_json(&certificate), fields);
    let document = render::with_fields(document, settings_json(&settings));
    Ok(Report::new("ca.show", document, text))
}
