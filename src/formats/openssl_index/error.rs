//! Why a line of an index is not what openssl writes.

/// A line that could not be read. Reading goes on with the next one.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct IndexError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub fault: IndexFault,
}

/// What is wrong with a line, or with a file that holds a number.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexFault {
    /// The file could not be read on.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Longer than any certificate's line.
    #[error("it is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// Not the six fields between tabs.
    #[error("it has {found} fields between tabs, not 6")]
    Fields {
        /// How many there are.
        found: usize,
    },
    /// Another first field than the three that there are.
    #[error("{0:?} is no state; there are V (valid), R (revoked) and E (expired)")]
    State(String),
    /// A time of another form.
    #[error("{0:?} is no time; YYMMDDHHMMSSZ and YYYYMMDDHHMMSSZ are read")]
    Time(String),
    /// A revocation date on a line that says that the certificate is not revoked.
    #[error("it has a revocation date and is not marked R")]
    RevokedUnmarked,
    /// An R without a date.
    #[error("it is marked R and has no revocation date")]
    RevocationDate,
    /// A reason that neither RFC 5280 nor openssl knows.
    #[error("{0:?} is no revocation reason")]
    Reason(String),
    /// Not a positive number in hexadecimal of at most 64 bytes.
    #[error("{0:?} is no serial number in hexadecimal, positive and of at most 64 bytes")]
    Serial(String),
    /// A file of a number that holds something else.
    #[error("{0:?} is no number in hexadecimal")]
    Number(String),
}
