//! Times as an index writes them.

use ::time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// Reads `YYMMDDHHMMSSZ` (UTCTime) or `YYYYMMDDHHMMSSZ` (GeneralizedTime). Two digits of a year from
/// 50 on are of the last century (RFC 5280 §4.1.2.5.1).
pub(super) fn moment(text: &str) -> Option<OffsetDateTime> {
    let digits = text.strip_suffix('Z')?;
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match digits.len() {
        12 => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            (year + if year < 50 { 2000 } else { 1900 }, rest)
        }
        14 => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let pair = |position: usize| -> Option<u8> {
        rest.get(position..position.checked_add(2)?)?.parse().ok()
    };
    let month = Month::try_from(pair(0)?).ok()?;
    let date = Date::from_calendar_date(year, month, pair(2)?).ok()?;
    let time = Time::from_hms(pair(4)?, pair(6)?, pair(8)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_their_limits() {
        let read = |text| moment(text).map(|at| at.to_string());
        assert_eq!(
            read("491231235959Z").unwrap(),
            "2049-12-31 23:59:59.0 +00:00:00"
        );
        assert_eq!(
            read("500101000000Z").unwrap(),
            "1950-01-01 0:00:00.0 +00:00:00"
        );
        assert_eq!(
            read("20500101000000Z").unwrap(),
            "2050-01-01 0:00:00.0 +00:00:00"
        );
        assert_eq!(
            read("99991231235959Z").unwrap(),
            "9999-12-31 23:59:59.0 +00:00:00"
        );
        for wrong in [
            "",
            "Z",
            "260230000000Z",
            "261301000000Z",
            "260101240000Z",
            "+60101000000Z",
        ] {
            assert!(read(wrong).is_none(), "{wrong:?}");
        }
    }
}
