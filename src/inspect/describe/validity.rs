//! How long something is good for.

use serde::Serialize;
use time::OffsetDateTime;

use super::notation::rfc3339;

/// Where a moment stands in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidityState {
    /// It has not begun.
    NotYetValid,
    /// It has begun and has not ended.
    Valid,
    /// It has ended.
    Expired,
}

/// The life of a certificate, seen from a moment.
#[derive(Clone, Debug, Serialize)]
pub struct ValidityDescription {
    /// First second, RFC 3339 in UTC.
    #[serde(serialize_with = "as_text")]
    pub not_before: OffsetDateTime,
    /// Last second, RFC 3339 in UTC.
    #[serde(serialize_with = "as_text")]
    pub not_after: OffsetDateTime,
    /// Where the moment stands.
    pub state: ValidityState,
    /// Whole days until the end; `None` when it has ended.
    pub days_left: Option<i64>,
    /// Whole days since the end; `None` when it has not ended.
    pub days_since_expiry: Option<i64>,
}

impl ValidityDescription {
    pub(super) fn at(
        now: OffsetDateTime,
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
    ) -> Self {
        let now_seconds = now.unix_timestamp();
        let end = not_after.unix_timestamp();
        let state = if now_seconds > end {
            ValidityState::Expired
        } else if now_seconds < not_before.unix_timestamp() {
            ValidityState::NotYetValid
        } else {
            ValidityState::Valid
        };
        let days = (end - now_seconds).abs() / SECONDS_PER_DAY;
        let has_ended = state == ValidityState::Expired;
        Self {
            not_before,
            not_after,
            state,
            days_left: (!has_ended).then_some(days),
            days_since_expiry: has_ended.then_some(days),
        }
    }
}

const SECONDS_PER_DAY: i64 = 86_400;

pub(super) fn as_text<S: serde::Serializer>(
    time: &OffsetDateTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}

pub(super) fn as_optional_text<S: serde::Serializer>(
    time: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_some(&rfc3339(*time)),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    #[test]
    fn the_last_second_still_counts() {
        let (start, end) = (
            datetime!(2026-01-01 0:00 UTC),
            datetime!(2026-03-01 0:00 UTC),
        );
        let state = |now| ValidityDescription::at(now, start, end).state;
        assert_eq!(state(start - Duration::SECOND), ValidityState::NotYetValid);
        assert_eq!(state(start), ValidityState::Valid);
        assert_eq!(state(end), ValidityState::Valid);
        assert_eq!(state(end + Duration::SECOND), ValidityState::Expired);
        let days = |now| ValidityDescription::at(now, start, end).days_left;
        assert_eq!(days(end - Duration::DAY), Some(1));
        assert_eq!(days(end - Duration::DAY + Duration::SECOND), Some(0));
        assert_eq!(days(end + Duration::SECOND), None);
    }
}
