//! When a certificate is due for renewal.

use time::{Duration, OffsetDateTime};

/// The last stretch of a certificate's life, in which it is renewed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RenewalWindow {
    /// The last third of its life.
    #[default]
    LastThird,
    /// The last so many days.
    Days(u32),
}

/// The part of the window over which renewals are spread, as a divisor.
const SPREAD: i128 = 10;

impl RenewalWindow {
    /// When a certificate of this name and life is due: at the start of its window, or a little
    /// later. How much later, up to a tenth of the window, follows from the name, so that certificates
    /// which were made together are not all renewed in one night, and each has its own time that does
    /// not change from run to run.
    pub fn due_at(
        self,
        name: &str,
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
    ) -> OffsetDateTime {
        let life = (not_after - not_before).whole_seconds().max(0);
        let window = match self {
            Self::LastThird => life / 3,
            Self::Days(days) => (i64::from(days) * 86_400).min(life),
        };
        let later = i128::from(window) * i128::from(share(name)) / (SPREAD << 32);
        let later = i64::try_from(later).unwrap_or_default();
        not_after.saturating_sub(Duration::seconds(window - later))
    }
}

/// A number that only the name decides, evenly spread over the 32 bits.
fn share(name: &str) -> u32 {
    let folded = name.to_ascii_lowercase();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, folded.as_bytes());
    digest
        .as_ref()
        .iter()
        .take(4)
        .fold(0, |number, octet| number << 8 | u32::from(*octet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

    #[test]
    fn due_times_lie_in_the_first_tenth_of_the_window() {
        let end = START + Duration::days(900);
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..1_000 {
            let due = RenewalWindow::LastThird.due_at(&format!("host{number}"), START, end);
            assert!(due >= end - Duration::days(300), "{due}");
            assert!(due < end - Duration::days(270), "{due}");
            seen.insert(due.date());
        }
        // 30 days of spread, and a thousand names.
        assert_eq!(seen.len(), 30);
    }

    #[test]
    fn a_name_has_its_own_time() {
        let end = START + Duration::days(100);
        let due = |name| RenewalWindow::Days(30).due_at(name, START, end);
        assert_eq!(due("flb"), due("FLB"));
        assert_ne!(due("flb"), due("backend"));
    }

    #[test]
    fn a_window_is_never_longer_than_the_life() {
        let end = START + Duration::days(10);
        let due = RenewalWindow::Days(30).due_at("flb", START, end);
        assert!(due >= START && due < START + Duration::days(1), "{due}");
        assert_eq!(RenewalWindow::LastThird.due_at("flb", end, START), START);
    }
}
