//! Containers, and the certificates of a file together, as text.

use super::{
    keys::protection,
    sheet::{Sheet, Tone},
};
use crate::inspect::{Arrangement, BundleDescription, Pkcs7Description, Pkcs12Description};

pub(super) fn pkcs7(sheet: &mut Sheet<'_>, one: &Pkcs7Description) {
    sheet.headline("PKCS#7", &counted(one.objects.len(), "object", "objects"));
    match one.signers {
        0 => sheet.fact("signers", "none: only a bag of certificates"),
        signers => sheet.fact(
            "signers",
            &format!("{signers} (signatures are not checked)"),
        ),
    }
    if one.others > 0 {
        sheet.fact("besides", &format!("{} that are not shown", one.others));
    }
}

pub(super) fn pkcs12(sheet: &mut Sheet<'_>, one: &Pkcs12Description) {
    let title = if one.locked {
        "not opened".to_owned()
    } else {
        counted(one.entries.len(), "entry", "entries")
    };
    sheet.headline("PKCS#12", &title);
    match &one.mac {
        Some(mac) => sheet.fact("MAC", mac),
        None => sheet.coloured(
            "MAC",
            "",
            "none: a change of the file would not be noticed",
            Tone::Soon,
        ),
    }
    let contents: Vec<String> = one
        .contents
        .iter()
        .map(|content| {
            content
                .as_ref()
                .map_or_else(|| "not encrypted".to_owned(), protection)
        })
        .collect();
    sheet.lines("contents", &contents, Tone::Plain);
    if one.trailing > 0 {
        sheet.bad("besides", &format!("{} octets after its end", one.trailing));
    }
    for (position, entry) in one.entries.iter().enumerate() {
        let name = entry.friendly_name.as_deref().unwrap_or("no friendly name");
        let trusted = if entry.trusted {
            ", trusted by Java"
        } else {
            ""
        };
        let key = entry
            .local_key_id
            .as_ref()
            .map(|id| format!(", local key id {id}"));
        sheet.fact(
            &format!("entry {}", position + 1),
            &format!(
                "{}: {name}{trusted}{}",
                entry.object.kind(),
                key.unwrap_or_default()
            ),
        );
    }
}

pub(super) fn unreadable(sheet: &mut Sheet<'_>, problem: &str, hint: Option<&str>) {
    sheet.headline("unreadable", "");
    sheet.bad("problem", problem);
    if let Some(hint) = hint {
        sheet.fact("hint", hint);
    }
}

pub(super) fn bundle(sheet: &mut Sheet<'_>, one: &BundleDescription, count: usize) {
    sheet.headline("bundle", &counted(count, "certificate", "certificates"));
    match one.arrangement {
        Arrangement::Chain => sheet.good("order", "each is issued by the next"),
        Arrangement::OutOfOrder => {
            let chain: Vec<String> = one.chain.iter().map(ToString::to_string).collect();
            let order = format!("not the order of issuing, which is {}", chain.join(", "));
            sheet.bad("order", &order);
        }
        Arrangement::Collection => sheet.fact("order", "a collection: not one chain"),
    }
    if one.arrangement != Arrangement::Collection {
        match &one.missing_issuer {
            None => sheet.fact("root", "included"),
            Some(issuer) => sheet.fact(
                "root",
                &format!("not included; the last is issued by {issuer}"),
            ),
        }
    }
    for duplicate in &one.duplicates {
        let text = format!("{} is {} again", duplicate.position, duplicate.first);
        sheet.coloured("double", "", &text, Tone::Soon);
    }
    let list = |positions: &[usize]| {
        positions
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !one.expired.is_empty() {
        sheet.bad("expired", &list(&one.expired));
    }
    if !one.not_yet_valid.is_empty() {
        sheet.bad("too early", &list(&one.not_yet_valid));
    }
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
