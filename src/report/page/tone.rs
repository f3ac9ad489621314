//! The colour of a certificate or CA, which is also told in words.

use std::collections::HashSet;

use serde::Serialize;
use time::OffsetDateTime;

use crate::authority::status::{AuthorityState, Holding, Matter, Standing, Status};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tone {
    Ok,
    Soon,
    Bad,
    /// Revoked.
    Off,
}

/// What ends soon, by its serial number: the status has decided what soon is.
pub(super) struct Tones<'status> {
    soon: HashSet<&'status str>,
    now: OffsetDateTime,
}

impl<'status> Tones<'status> {
    pub(super) fn of(status: &'status Status) -> Self {
        let soon = status.findings.iter().filter(|finding| {
            matches!(
                finding.matter,
                Matter::CertificateExpiresSoon
                    | Matter::AuthorityExpiresSoon
                    | Matter::AuthorityTooShort
            )
        });
        Self {
            soon: soon
                .filter_map(|finding| finding.about.serial.as_deref())
                .collect(),
            now: status.at,
        }
    }

    pub(super) fn of_certificate(&self, certificate: &Holding) -> Tone {
        if certificate.revoked.is_some() {
            return Tone::Off;
        }
        self.by_end(certificate.not_after, &certificate.serial)
    }

    pub(super) fn of_authority(&self, authority: &AuthorityState) -> Tone {
        match authority.standing {
            Standing::Revoked => return Tone::Bad,
            Standing::Retired => return Tone::Off,
            Standing::Current | Standing::Succeeded => {}
        }
        self.by_end(authority.not_after, &authority.serial)
    }

    fn by_end(&self, not_after: OffsetDateTime, serial: &str) -> Tone {
        if not_after < self.now {
            Tone::Bad
        } else if self.soon.contains(serial) {
            Tone::Soon
        } else {
            Tone::Ok
        }
    }

    /// How long it is still good for, in words.
    pub(super) fn life(&self, not_after: OffsetDateTime) -> String {
        let day = not_after.date();
        let days = (not_after - self.now).whole_seconds().div_euclid(86_400);
        match days {
            ..0 => format!("expired on {day}"),
            0 => format!("{day}, in less than a day"),
            1 => format!("{day}, in 1 day"),
            _ => format!("{day}, in {days} days"),
        }
    }
}
