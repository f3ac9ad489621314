//! How long a certificate is valid.

use time::{Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::X509Error;

/// A moment to the second as RFC 3339 writes it; one that has no such form, in seconds of Unix
/// time.
pub fn moment_text(moment: OffsetDateTime) -> String {
    moment
        .replace_nanosecond(0)
        .ok()
        .and_then(|whole| whole.format(&Rfc3339).ok())
        .unwrap_or_else(|| moment.unix_timestamp().to_string())
}

/// The first and the last second of a certificate's life, both included (RFC 5280 §4.1.2.5), in
/// UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Validity {
    /// How far a certificate's start lies in the past: hosts whose clocks are a little behind
    /// accept it at once.
    pub const BACKDATE: Duration = Duration::minutes(5);

    /// A period of whole seconds.
    ///
    /// # Errors
    /// An end before the start, or a year that GeneralizedTime cannot hold.
    pub fn new(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Result<Self, X509Error> {
        let refused = |reason| X509Error::Validity {
            not_before,
            not_after,
            reason,
        };
        let whole = |moment: OffsetDateTime| {
            OffsetDateTime::from_unix_timestamp(moment.unix_timestamp())
                .map(|moment| moment.to_offset(UtcOffset::UTC))
                .map_err(|_| refused("a moment is out of range"))
        };
        let (not_before, not_after) = (whole(not_before)?, whole(not_after)?);
        if not_after < not_before {
            return Err(refused("it ends before it starts"));
        }
        if not_before.year() < 1950 || not_after.year() > 9999 {
            return Err(refused("RFC 5280 §4.1.2.5 encodes the years 1950 to 9999"));
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// `days` days that start five minutes before `now`; the last second is included, so the period
    /// is exactly that many times 86,400 seconds, as Apple and Chromium count it.
    ///
    /// # Errors
    /// No days at all, or an end beyond the year 9999.
    pub fn of_days(now: OffsetDateTime, days: u32) -> Result<Self, X509Error> {
        let not_before = now.saturating_sub(Self::BACKDATE);
        let refused = |reason| X509Error::Validity {
            not_before,
            not_after: not_before,
            reason,
        };
        if days == 0 {
            return Err(refused("it has no days"));
        }
        let not_after = not_before
            .checked_add(Duration::days(i64::from(days)))
            .and_then(|end| end.checked_sub(Duration::SECOND))
            .ok_or_else(|| refused("it ends beyond the year 9999"))?;
        Self::new(not_before, not_after)
    }

    /// The first second.
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// The last second.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Its length in seconds, both ends included.
    pub fn seconds(&self) -> i64 {
        (self.not_after - self.not_before).whole_seconds() + 1
    }

    /// Whether a moment lies inside.
    pub fn contains(&self, moment: OffsetDateTime) -> bool {
        self.not_before <= moment && moment.unix_timestamp() <= self.not_after.unix_timestamp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn days_are_counted_with_both_ends() {
        let validity = Validity::of_days(datetime!(2026-01-01 00:05:00.9 UTC), 825).unwrap();
        assert_eq!(validity.not_before(), datetime!(2026-01-01 00:00:00 UTC));
        assert_eq!(validity.seconds(), 825 * 86_400);
        assert!(validity.contains(validity.not_after() + Duration::milliseconds(999)));
        assert!(!validity.contains(validity.not_after() + Duration::SECOND));
    }

    #[test]
    fn no_period_without_days_or_beyond_der() {
        let now = datetime!(2026-01-01 0:00 UTC);
        assert!(Validity::of_days(now, 0).is_err());
        assert!(Validity::of_days(now, 1).is_ok());
        assert!(Validity::of_days(now, u32::MAX).is_err());
        assert!(Validity::new(now, now).is_ok());
        assert!(Validity::new(now, now - Duration::SECOND).is_err());
    }
}
