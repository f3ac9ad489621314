//! What making anew would do, and what came of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{
    authority::{Filed, NotHere, ReissueSelection},
    cli::{
        commands::ca_renew::names_json,
        failure,
        render::{self, GREEN, RED},
        report::Report,
        table::Table,
    },
    store::{Authority, RefreshedChains, Row, StoreName},
    x509::moment_text,
};

/// What came of it.
#[derive(Default)]
pub(super) struct Outcome {
    /// What was made, and what it took the place of.
    pub(super) made: Vec<(StoreName, Row, Filed)>,
    /// What has new chain files because a CA was renewed.
    pub(super) refreshed: RefreshedChains,
    /// The certificates that their servers took, or whose new chain.
    pub(super) in_use: Vec<StoreName>,
    /// Those of them that their servers did not take.
    pub(super) not_taken: Vec<StoreName>,
    /// Those of them whose servers have yet to be told.
    pub(super) waiting: Vec<StoreName>,
    /// The files in foreign formats that were written again.
    pub(super) exports: Vec<PathBuf>,
    /// How many of those that were replaced were revoked.
    pub(super) revoked: usize,
    pub(super) lists: Vec<Value>,
    pub(super) list_text: String,
    pub(super) notes: Vec<String>,
    pub(super) failures: Vec<anyhow::Error>,
}

impl Outcome {
    pub(super) fn failed(&mut self, name: &StoreName, error: anyhow::Error) {
        self.failures
            .push(error.context(format!("could not make {name} anew")));
    }
}

/// What would be made anew.
pub(super) fn preview(selection: &ReissueSelection) -> String {
    let mut table = Table::new(["NAME", "DEED", "SIGNED BY", "NOT AFTER"]);
    let mut row = |name: String, deed: &str, signer: &Authority, row: &Row| {
        let signer = signer.name.as_ref().map(StoreName::to_string);
        table.row([
            name,
            deed.to_owned(),
            signer.unwrap_or_default(),
            render::day(row.not_after),
        ]);
    };
    for one in &selection.authorities {
        let name = one.authority.name.as_ref().map(StoreName::to_string);
        row(
            name.unwrap_or_default(),
            "renew, a CA",
            &one.signer,
            &one.row,
        );
    }
    for one in &selection.certificates {
        row(one.name.to_string(), "reissue", &one.signer, &one.row);
    }
    if table.is_empty() {
        return "nothing to make anew\n".to_owned();
    }
    table.to_string()
}

pub(super) fn planned(selection: &ReissueSelection) -> Report {
    let name = |name: &StoreName, row: &Row, signer: &Authority| {
        json!({
            "name": name.to_string(),
            "replaces": row_json(row),
            "signer": signer.name.as_ref().map(StoreName::to_string),
        })
    };
    let authorities: Vec<Value> = selection
        .authorities
        .iter()
        .filter_map(|one| Some(name(one.authority.name.as_ref()?, &one.row, &one.signer)))
        .collect();
    let certificates: Vec<Value> = selection
        .certificates
        .iter()
        .map(|one| name(&one.name, &one.row, &one.signer))
        .collect();
    let document = json!({
        "authorities": authorities,
        "certificates": certificates,
        "not_here": not_here_json(selection),
    });
    Report::new("reissue.plan", document, preview(selection)).notes(not_here_notes(selection))
}

pub(super) fn report(outcome: Outcome, selection: &ReissueSelection) -> Report {
    let Outcome {
        made,
        refreshed,
        in_use,
        not_taken,
        waiting,
        exports,
        revoked,
        lists,
        list_text,
        notes,
        failures,
    } = outcome;
    let mut table = Table::new(["NAME", "DEED", "NOT AFTER", "SERIAL"]);
    for (name, _, filed) in &made {
        let deed = if not_taken.contains(name) {
            format!("{RED}not in use{RED:#}")
        } else if in_use.contains(name) {
            format!("{GREEN}made anew, in use{GREEN:#}")
        } else {
            format!("{GREEN}made anew{GREEN:#}")
        };
        table.row([
            name.to_string(),
            deed,
            render::day(filed.certificate.not_after()),
            render::serial(&filed.certificate),
        ]);
    }
    let mut text = if table.is_empty() {
        String::new()
    } else {
        table.to_string()
    };
    text.push_str(&render::files_text(
        exports
            .iter()
            .map(|file| (file.as_path(), "exported again")),
    ));
    text.push_str(&list_text);
    let reissued: Vec<Value> = made
        .iter()
        .map(|(name, row, filed)| {
            let fields = json!({ "name": name.to_string(), "replaces": row_json(row) });
            render::with_fields(render::filed_json(filed), fields)
        })
        .collect();
    let document = json!({
        "reissued": reissued,
        "refreshed": names_json(&refreshed.certificates),
        "in_use": in_use.iter().map(StoreName::to_string).collect::<Vec<_>>(),
        "exports": exports,
        "waiting": waiting.iter().map(StoreName::to_string).collect::<Vec<_>>(),
        "revoked": revoked,
        "lists": lists,
        "not_here": not_here_json(selection),
        "failures": failures.iter().map(failure::one_line).collect::<Vec<_>>(),
    });
    let is_told = |name: &StoreName| {
        [&in_use, &waiting, &not_taken]
            .iter()
            .any(|names| names.contains(name))
    };
    let untold = made.iter().filter(|(name, ..)| !is_told(name)).count();
    let reload = (untold > 0).then(|| {
        let which = if untold == made.len() {
            "these"
        } else {
            "the other"
        };
        format!("reload what serves {which} certificates")
    });
    let yet = waiting.iter().filter(|name| !not_taken.contains(name));
    let tell = Some(yet.count()).filter(|count| *count > 0).map(|count| {
        format!(
            "the servers of {} have yet to take them: certmint renew tells them",
            render::certificates(count)
        )
    });
    Report::new("reissue", document, text)
        .notes(notes)
        .notes(not_here_notes(selection))
        .notes(tell)
        .notes(reload)
        .failures(failures)
}

fn row_json(row: &Row) -> Value {
    json!({
        "serial": render::hexadecimal(&row.serial).to_uppercase(),
        "subject": row.subject,
        "not_after": moment_text(row.not_after),
    })
}

fn not_here_json(selection: &ReissueSelection) -> Vec<Value> {
    let one = |(row, why): &(Row, NotHere)| {
        render::with_fields(row_json(row), json!({ "reason": why.reason() }))
    };
    selection.not_here.iter().map(one).collect()
}

fn not_here_notes(selection: &ReissueSelection) -> Vec<String> {
    let one = |(row, why): &(Row, NotHere)| {
        format!(
            "{} (serial number {}) {}",
            row.subject,
            render::hexadecimal(&row.serial).to_uppercase(),
            why.reason()
        )
    };
    selection.not_here.iter().map(one).collect()
}
