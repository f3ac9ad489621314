//! Revocation lists as text.

use super::{
    certificate::{extensions, full, instant},
    sheet::{Sheet, Tone},
};
use crate::inspect::{RevocationListDescription, RevokedDescription, ValidityState};

/// Entries that people are shown; `--json` has all of them.
const SHOWN: usize = 10;

pub(super) fn revocation_list(sheet: &mut Sheet<'_>, one: &RevocationListDescription) {
    sheet.headline("revocation list", &one.issuer.title());
    sheet.fact("issuer", &full(&one.issuer));
    if let Some(number) = &one.number {
        sheet.fact("number", number);
    }
    sheet.fact("made", &format!("{} UTC", instant(one.this_update)));
    match (one.next_update, one.state) {
        (Some(next), ValidityState::Expired) => {
            sheet.coloured(
                "next",
                &format!("{} UTC, ", instant(next)),
                "overdue",
                Tone::Bad,
            );
        }
        (Some(next), _) => sheet.fact("next", &format!("{} UTC", instant(next))),
        (None, _) => sheet.coloured("next", "", "not said", Tone::Soon),
    }
    if one.state == ValidityState::NotYetValid {
        sheet.bad("state", "made in the future");
    }
    sheet.fact("signature", &one.signature_algorithm.name);
    if one.version != 2 {
        sheet.bad("version", &one.version.to_string());
    }
    let mut revoked = vec![match one.count {
        0 => "nothing".to_owned(),
        1 => "1 certificate".to_owned(),
        count => format!("{count} certificates"),
    }];
    revoked.extend(one.entries.iter().take(SHOWN).map(entry));
    if one.count > SHOWN {
        revoked.push(format!(
            "… and {} more (--json lists them)",
            one.count - SHOWN
        ));
    }
    sheet.lines("revoked", &revoked, Tone::Plain);
    extensions(sheet, "extensions", &one.extensions);
}

fn entry(entry: &RevokedDescription) -> String {
    let reason = entry
        .reason
        .as_ref()
        .map(|reason| format!("  {reason}"))
        .unwrap_or_default();
    let since = entry
        .invalid_since
        .as_ref()
        .map(|since| format!(", invalid since {since}"));
    let serial = &entry.serial.hex;
    format!(
        "{}  {serial}{reason}{}",
        entry.revoked_at.date(),
        since.unwrap_or_default()
    )
}
