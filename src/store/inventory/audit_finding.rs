//! What a check of the audit log finds.

/// What an entry or a row says of the certificate that it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Its name in the PKI directory.
    pub name: Option<String>,
    /// Its serial number in hexadecimal.
    pub serial: String,
    /// Its subject as text.
    pub subject: String,
}

/// Who says that a column is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// The certificate that was signed.
    Certificate,
    /// This entry.
    Entry(i64),
    /// The entries all together.
    Log,
}

/// A column of the inventory that was changed; `None` stands for NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The column; `san` for the rows of that table.
    pub column: &'static str,
    /// What the row says.
    pub row: Option<String>,
    /// What it ought to say.
    pub truth: Option<String>,
    /// By whom.
    pub witness: Witness,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFinding {
    /// Entries are not there, from the first to the last of these numbers.
    Missing {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// An entry's hash does not fit its content.
    Changed {
        /// Its number.
        number: i64,
    },
    /// An entry does not carry the hash of the one before: one of the two was put there later.
    Unlinked {
        /// Its number.
        number: i64,
    },
    /// The head, which is written with every entry, is missing or another than the last entry.
    Head {
        /// How many entries the head counts.
        counted: i64,
        /// How many there are.
        found: i64,
    },
    /// No entry has the hash that was written down elsewhere: the log was written anew, or cut off
    /// before it.
    HeadUnknown,
    /// The certificates that were there before the log began are not those of its first entry.
    Begin {
        /// The entry.
        number: i64,
        /// How many there were then.
        counted: i64,
        /// How many there are.
        found: i64,
    },
    /// The certificate of an entry is not in the inventory any more.
    CertificateGone {
        /// The entry.
        number: i64,
        /// What it says of the certificate.
        told: Told,
    },
    /// A signed certificate of which no entry speaks.
    Unlogged {
        /// The certificate.
        told: Told,
    },
    /// A certificate that is another than the one that was logged.
    OtherCertificate {
        /// The entry.
        number: i64,
        /// The certificate.
        told: Told,
    },
    /// The bytes of a certificate are missing, or do not have its fingerprint.
    OtherBytes {
        /// The certificate.
        told: Told,
    },
    /// The certificate of an authority does not have its fingerprint.
    AuthorityBytes {
        /// Its subject.
        subject: String,
    },
    /// The row of a certificate says something else than the certificate or the log.
    RowChanged {
        /// The certificate, as its row says it.
        told: Told,
        /// What.
        difference: Difference,
    },
    /// The row of an authority says something else than its certificate or the log.
    AuthorityChanged {
        /// Its subject, as its row says it.
        subject: String,
        /// What.
        difference: Difference,
    },
    /// A revoked certificate of whose revocation no entry speaks, or another one.
    RevocationUnlogged {
        /// The certificate.
        told: Told,
    },
    /// An entry says that a certificate was revoked, and it is not.
    RevocationGone {
        /// The entry.
        number: i64,
        /// The certificate.
        told: Told,
    },
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCheck {
    /// How many entries there are.
    pub entries: i64,
    /// The hash of the last; zeros for an empty log.
    pub head: [u8; 32],
    /// How many certificates were compared with them.
    pub certificates: u64,
    /// The entry whose hash was written down elsewhere.
    pub known: Option<i64>,
}
