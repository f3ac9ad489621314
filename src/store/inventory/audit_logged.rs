//! What the entries of the log about one certificate come to.

use rusqlite::Statement;
use serde_json::Value;

use super::audit::Deed;

#[derive(PartialEq, Eq)]
pub(super) struct LoggedRevocation {
    pub(super) at: String,
    pub(super) reason: i64,
}

#[derive(Default)]
pub(super) struct Logged {
    /// The fingerprint that was logged last, and where.
    pub(super) signed: Option<(i64, String)>,
    /// The revocation that stands, and where it was logged.
    pub(super) revoked: Option<(i64, LoggedRevocation)>,
    /// The newest entry that tells what it is and where it lies.
    pub(super) told: Option<(i64, Value)>,
    /// The shelf that it was put on after it was made.
    pub(super) filed: Option<String>,
    /// Where the inventory has it from; `None` if no entry tells.
    pub(super) source: Option<Option<&'static str>>,
    /// Whether it was given up once.
    pub(super) lost: bool,
    /// The newest entry that made it the current one.
    pub(super) chosen: Option<i64>,
    /// The newest entry that took it off hold.
    pub(super) released: Option<i64>,
}

impl Logged {
    pub(super) fn read(entries: &mut Statement<'_>, id: i64) -> rusqlite::Result<Self> {
        let mut logged = Self::default();
        let mut rows = entries.query([id])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            // What cannot be read was found along the entries.
            let (Ok(deed), Ok(details)) = (row.get_ref(1)?.as_str(), row.get_ref(2)?.as_str())
            else {
                continue;
            };
            let details: Value = serde_json::from_str(details).unwrap_or_default();
            if let Some(deed) = Deed::from_word(deed) {
                logged.add(number, deed, details);
            }
        }
        Ok(logged)
    }

    fn add(&mut self, number: i64, deed: Deed, details: Value) {
        if let Deed::Revoke | Deed::Import = deed {
            let reason = details.get("reason").and_then(Value::as_i64);
            if let Some((at, reason)) = text(&details, "revoked_at").zip(reason) {
                self.revoked = Some((number, LoggedRevocation { at, reason }));
            }
        }
        match deed {
            Deed::Issue | Deed::Import => {
                let fingerprint = text(&details, "fingerprint_sha256");
                self.source = Some(match (deed, &fingerprint) {
                    (Deed::Issue, _) => None,
                    (_, Some(_)) => Some("import"),
                    (_, None) => Some("index"),
                });
                if let Some(fingerprint) = fingerprint {
                    self.signed = Some((number, fingerprint));
                    self.chosen = Some(number);
                }
            }
            Deed::Lose => {
                self.lost = true;
                self.source = Some(None);
            }
            Deed::Release => {
                self.revoked = None;
                self.released = Some(number);
            }
            Deed::Activate | Deed::Adopt => match text(&details, "filed") {
                Some(shelf) => self.filed = Some(shelf),
                None if details.get("served").is_none() => self.chosen = Some(number),
                None => {}
            },
            _ => return,
        }
        self.told = Some((number, details));
    }
}

pub(super) fn text(details: &Value, field: &str) -> Option<String> {
    details
        .get(field)
        .and_then(Value::as_str)
        .map(str::to_owned)
}
