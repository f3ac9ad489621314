//! What needs attention.

use time::OffsetDateTime;

use crate::store::{CertificateFile, Row, StoreName};
use crate::x509::{Name, hexadecimal};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something does not work now.
    Critical,
    /// Something will not work, or is not as it should be, unless somebody acts.
    Warning,
    /// Worth knowing; nothing has to be done.
    Notice,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Notice];

    /// The word: `critical`, `warning`, `notice`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

macro_rules! matters {
    ($($(#[$documentation:meta])* $matter:ident $word:literal $severity:ident,)*) => {
        /// What kind of thing was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Matter {
            $($(#[$documentation])* $matter,)*
        }

        impl Matter {
            /// Its word, which stays the same from version to version.
            pub fn word(self) -> &'static str {
                match self { $(Self::$matter => $word,)* }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Self::$matter => Severity::$severity,)* }
            }
        }
    };
}

matters! {
    /// A CA has ended, and with it everything below it.
    AuthorityExpired "ca_expired" Critical,
    /// A CA is revoked, and certificates that it signed are in use.
    AuthorityRevoked "ca_revoked" Critical,
    /// A certificate in use has ended.
    CertificateExpired "certificate_expired" Critical,
    /// A published CRL has ended: servers that check it refuse everybody.
    RevocationListExpired "crl_expired" Critical,
    /// Certificates are revoked, and no CRL says so.
    RevocationListMissing "crl_missing" Critical,
    /// A file of a certificate or CA is not where it was put.
    FileMissing "file_missing" Critical,
    /// A certificate file holds another certificate than the inventory says.
    FileDiffers "file_differs" Critical,
    /// A private key does not belong to the certificate beside it.
    KeyDoesNotFit "key_does_not_fit" Critical,
    /// Clients refuse what a live endpoint shows.
    EndpointRefused "endpoint_refused" Critical,
    /// Others than its owner may read a private key.
    KeyReadable "key_readable" Warning,
    /// A CA is in the last tenth of its life.
    AuthorityExpiresSoon "ca_expires_soon" Warning,
    /// A CA ends before a new certificate of the usual life would.
    AuthorityTooShort "ca_too_short" Warning,
    /// Certificates in use end later than the CA that signed them.
    AuthorityEndsFirst "ca_ends_first" Warning,
    /// A certificate is in the last quarter of its life.
    CertificateExpiresSoon "certificate_expires_soon" Warning,
    /// A published CRL is in the last quarter of its life.
    RevocationListExpiresSoon "crl_expires_soon" Warning,
    /// Certificates were revoked after the CRL was published.
    RevocationListOutdated "crl_outdated" Warning,
    /// The published CRL is not the one that the inventory knows.
    RevocationListDiffers "crl_differs" Warning,
    /// A certificate in use is signed by a key that its CA has given up.
    SignedByOldKey "signed_by_old_key" Warning,
    /// A renewed certificate is in place, and the server is not known to serve it.
    ActivationUnfinished "activation_unfinished" Warning,
    /// A live endpoint shows another certificate than it should.
    EndpointDrift "endpoint_drift" Warning,
    /// A live endpoint does not show any certificate.
    EndpointUnreachable "endpoint_unreachable" Warning,
    /// A rollover of a CA to a new key waits for its next step.
    RolloverDue "rollover_due" Warning,
    /// A certificate is signed, and its files are not where they belong.
    NotFiled "not_filed" Warning,
    /// A certificate that was written elsewhere has ended.
    ElsewhereExpired "elsewhere_expired" Notice,
    /// Nothing in use is left under the old key of a CA.
    RolloverOver "rollover_over" Notice,
    /// A serial number was used for what was never completed.
    Lost "lost" Notice,
    /// The private key of a CA is not in the PKI directory.
    AuthorityKeyAbsent "ca_key_absent" Notice,
    /// Private keys that this user may not read, so that nothing is known of them.
    NotChecked "not_checked" Notice,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Noun {
    /// A certificate.
    Certificate,
    /// A certification authority.
    Authority,
    /// A certificate revocation list; named after its CA.
    RevocationList,
    /// The PKI directory as a whole.
    Pki,
}

impl Noun {
    /// The word: `certificate`, `ca`, `crl`, `pki`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Authority => "ca",
            Self::RevocationList => "crl",
            Self::Pki => "pki",
        }
    }
}

/// Which one a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it is.
    pub noun: Noun,
    /// Its name in this PKI, if it has one.
    pub name: Option<String>,
    /// Its subject (RFC 4514); empty for the PKI.
    pub subject: String,
    /// Its serial number, if it has one.
    pub serial: Option<String>,
    /// When it ends.
    pub ends: Option<OffsetDateTime>,
}

impl About {
    /// What people call it.
    pub fn title(&self) -> &str {
        match (&self.name, self.noun) {
            (Some(name), _) => name,
            (None, Noun::Pki) => "the PKI",
            (None, _) if self.subject.is_empty() => self.serial.as_deref().unwrap_or("-"),
            (None, _) => &self.subject,
        }
    }

    pub(super) fn pki() -> Self {
        Self {
            noun: Noun::Pki,
            name: None,
            subject: String::new(),
            serial: None,
            ends: None,
        }
    }

    pub(super) fn row(row: &Row) -> Self {
        Self {
            noun: Noun::Certificate,
            name: row.place.as_ref().map(|place| place.name.to_string()),
            subject: distinguished_name(&row.subject_der, &row.subject),
            serial: Some(hexadecimal(&row.serial)),
            ends: Some(row.not_after),
        }
    }
}

/// Something that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub matter: Matter,
    /// About which certificate, CA or CRL.
    pub about: About,
    /// What is the case, and why it matters.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.matter.severity()
    }
}

/// RFC 4514, as every other document has names.
pub(super) fn distinguished_name(der: &[u8], otherwise: &str) -> String {
    Name::from_der(der).map_or_else(|_| otherwise.to_owned(), |name| name.to_string())
}

/// Whole days from `now` to a moment; negative when it is past.
pub(super) fn days_until(moment: OffsetDateTime, now: OffsetDateTime) -> i64 {
    (moment - now).whole_seconds().div_euclid(86_400)
}

/// `ended on 2026-11-01, 25 days ago` or `ends on 2026-12-08, in 12 days`.
pub(super) fn end(moment: OffsetDateTime, now: OffsetDateTime) -> String {
    let day = moment.date();
    let plural = |days: i64| if days == 1 { "" } else { "s" };
    // The last second belongs to the life.
    if moment < now {
        let past = days_until(now, moment);
        return match past {
            0 => format!("ended on {day}, today"),
            _ => format!("ended on {day}, {past} day{} ago", plural(past)),
        };
    }
    match days_until(moment, now) {
        0 => format!("ends on {day}, in less than a day"),
        left => format!("ends on {day}, in {left} day{}", plural(left)),
    }
}

/// What the files of a certificate are called in sentences.
pub(super) fn file_noun(file: CertificateFile) -> &'static str {
    match file {
        CertificateFile::Key => "private key",
        CertificateFile::Request => "request",
        CertificateFile::Certificate => "certificate",
        CertificateFile::FullChain => "full chain",
        CertificateFile::Chain => "chain",
    }
}

/// How to make a certificate again.
pub(super) fn renew(name: &StoreName) -> String {
    format!("certmint renew {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    #[test]
    fn ends_are_told_in_days() {
        let now = datetime!(2026-11-26 12:00 UTC);
        let day = Duration::DAY;
        assert_eq!(end(now, now), "ends on 2026-11-26, in less than a day");
        assert_eq!(
            end(now - Duration::SECOND, now),
            "ended on 2026-11-26, today"
        );
        assert_eq!(end(now + day, now), "ends on 2026-11-27, in 1 day");
        assert_eq!(end(now + 2 * day, now), "ends on 2026-11-28, in 2 days");
        assert_eq!(end(now - day, now), "ended on 2026-11-25, 1 day ago");
        assert_eq!(end(now - 25 * day, now), "ended on 2026-11-01, 25 days ago");
    }
}
