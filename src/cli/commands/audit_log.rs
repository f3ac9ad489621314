//! `certmint audit log`

use std::{collections::VecDeque, path::Path};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{render, report::Report, table::Table},
    store::{AuditEntry, Inventory, Layout, StoreError, StoreName},
    x509::{escape_control, moment_text},
};

/// The audit log.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint audit log
  certmint audit log --name flb --limit 5
  certmint audit log --limit 1000 --json | jq '.entries[] | select(.deed == \"revoke\")'")]
pub(crate) struct AuditLog {
    /// How many entries, the newest last
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Only those about this name: a certificate or a CA
    #[arg(long)]
    pub(crate) name: Option<StoreName>,
}

pub(crate) fn run(pki: &Path, arguments: &AuditLog) -> Result<Report> {
    let AuditLog { limit, name } = arguments;
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let (count, head) = inventory.audit_head()?;
    let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
    // Which entries are about a name is known by looking at them all.
    let first = match name {
        Some(_) => 1,
        None => count.saturating_sub(i64::try_from(limit).unwrap_or(i64::MAX)) + 1,
    };
    let mut entries: VecDeque<(AuditEntry, Value)> = VecDeque::new();
    let mut left_out = first - 1;
    inventory.for_each_audit_entry(first, |entry| {
        let details = serde_json::from_str(&entry.details).unwrap_or_default();
        if name.as_ref().is_none_or(|name| is_about(&details, name)) {
            entries.push_back((entry, details));
            if entries.len() > limit {
                entries.pop_front();
                left_out += 1;
            }
        }
        Ok::<(), StoreError>(())
    })?;
    let mut table = Table::new(["NUMBER", "WHEN", "WHO", "DEED", "WHAT", "PLAN"]);
    let mut documents: Vec<Value> = Vec::new();
    for (entry, details) in &entries {
        table.row([
            entry.number.to_string(),
            moment_text(entry.at),
            escape_control(&entry.who),
            escape_control(&entry.deed),
            escape_control(&what(details)),
            entry
                .plan
                .as_deref()
                .map_or_else(|| "-".to_owned(), shortened),
        ]);
        documents.push(json!({
            "number": entry.number,
            "at": moment_text(entry.at),
            "who": entry.who,
            "deed": entry.deed,
            "plan": entry.plan,
            "details": details,
            "previous": render::hexadecimal(&entry.previous),
            "hash": render::hexadecimal(&entry.hash),
        }));
    }
    let text = if table.is_empty() {
        "no entry yet\n".to_owned()
    } else {
        table.to_string()
    };
    let json = json!({
        "count": count,
        "head": render::hexadecimal(&head),
        "entries": documents,
    });
    let earlier = (left_out > 0)
        .then(|| format!("{left_out} earlier entries are not shown: give a larger --limit"));
    Ok(Report::new("audit.log", json, text).notes(earlier))
}

fn is_about(details: &Value, name: &StoreName) -> bool {
    details
        .get("name")
        .and_then(Value::as_str)
        .is_some_and(|about| about.eq_ignore_ascii_case(&name.to_string()))
}

/// What an entry is about, in a few words.
fn what(details: &Value) -> String {
    let field = |name: &str| match details.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let name = field("name").map(|name| match field("generation") {
        Some(generation) if generation != "1" => format!("{name}, generation {generation}"),
        _ => name,
    });
    let parts = [
        name.or_else(|| field("subject")),
        field("serial").as_deref().map(shortened),
        field("number").map(|number| format!("list {number}")),
        field("entries").map(|entries| format!("{entries} revoked")),
        field("certificates").map(|count| format!("{count} certificates before")),
        field("file"),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    told.join(", ")
}

/// The start of a number that is too long for a line.
fn shortened(text: &str) -> String {
    match text.get(..12) {
        Some(start) if text.len() > 16 => format!("{start}…"),
        _ => text.to_owned(),
    }
}
