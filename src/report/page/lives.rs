//! The lives of the CAs and of the certificates that end first, as bars over time.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::fitted;
use super::tone::{Tone, Tones};
use crate::authority::status::{Holding, Holdings, Status};
use crate::x509::escape_control;

/// More rows make it a wall.
const MOST_AUTHORITIES: usize = 8;
const MOST_CERTIFICATES: usize = 24;

// In CSS pixels.
const LEFT: i64 = 220;
const SPAN: i64 = 700;
const WIDTH: i64 = 1036;
const TOP: i64 = 26;
const ROW: i64 = 24;

#[derive(Serialize)]
pub(super) struct Drawing {
    heading: String,
    description: String,
    width: i64,
    height: i64,
    top: i64,
    bottom: i64,
    today: i64,
    ticks: Vec<Tick>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Tick {
    x: i64,
    text: String,
}

#[derive(Serialize)]
struct Row {
    tone: String,
    tip: String,
    label: String,
    x: i64,
    y: i64,
    text_y: i64,
    width: i64,
    last_x: i64,
    last_width: i64,
    end_x: i64,
    end: String,
}

/// The stretch of time that is drawn.
struct Window {
    from: OffsetDateTime,
    to: OffsetDateTime,
}

impl Window {
    /// Around the lives of the certificates: a CA of thirty years would leave no room for them.
    fn around(certificates: &[&Holding], now: OffsetDateTime) -> Self {
        let starts = certificates.iter().map(|one| one.not_before);
        let ends = certificates.iter().map(|one| one.not_after);
        let year = Duration::days(365);
        let from = starts.min().unwrap_or(now).max(now - 3 * year);
        let to = ends.max().unwrap_or(now).max(now + year);
        let margin = (to - from) / 40;
        Self {
            from: from.min(now) - margin,
            to: to + margin,
        }
    }

    /// The place of a moment, at the edge if it lies beyond.
    fn x(&self, moment: OffsetDateTime) -> i64 {
        let whole = (self.to - self.from).whole_seconds().max(1);
        let part = (moment.clamp(self.from, self.to) - self.from).whole_seconds();
        LEFT + (i128::from(part) * i128::from(SPAN) / i128::from(whole)) as i64
    }
}

pub(super) fn drawing(status: &Status, holdings: &Holdings, tones: &Tones<'_>) -> Drawing {
    let now = status.at;
    let in_use: Vec<&Holding> = holdings
        .certificates
        .iter()
        .filter(|certificate| certificate.revoked.is_none())
        .collect();
    let certificates = in_use.get(..MOST_CERTIFICATES).unwrap_or(&in_use);
    let window = Window::around(certificates, now);
    let mut rows = Vec::new();
    for authority in status.authorities.iter().take(MOST_AUTHORITIES) {
        let tone = tones.of_authority(authority);
        rows.push(row(
            &window,
            rows.len(),
            &format!("authority {}", word(tone)),
            &format!("CA {}", authority.title()),
            (authority.not_before, authority.not_after),
        ));
    }
    for certificate in certificates {
        rows.push(row(
            &window,
            rows.len(),
            word(tones.of_certificate(certificate)),
            certificate.title(),
            (certificate.not_before, certificate.not_after),
        ));
    }
    let more = in_use.len().saturating_sub(certificates.len());
    let heading = if more == 0 && holdings.left_out == 0 {
        "Lives of the CAs and certificates in use".to_owned()
    } else {
        format!(
            "Lives of the CAs and of the {} certificates that end first",
            certificates.len()
        )
    };
    let bottom = TOP + ROW * i64::try_from(rows.len()).unwrap_or(0);
    Drawing {
        description: format!("{heading}; the entries below say the same in words"),
        heading,
        width: WIDTH,
        height: bottom + 20,
        top: TOP,
        bottom,
        today: window.x(now),
        ticks: ticks(&window),
        rows,
    }
}

fn word(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Soon => "soon",
        Tone::Bad => "bad",
        Tone::Off => "off",
    }
}

fn row(
    window: &Window,
    position: usize,
    tone: &str,
    title: &str,
    (not_before, not_after): (OffsetDateTime, OffsetDateTime),
) -> Row {
    let y = TOP + 6 + ROW * i64::try_from(position).unwrap_or(0);
    let (from, to) = (window.x(not_before), window.x(not_after));
    let last = window.x(not_after - (not_after - not_before) / 3);
    let beyond = not_after > window.to;
    Row {
        tone: tone.to_owned(),
        tip: format!(
            "{}: {} to {}",
            escape_control(title),
            not_before.date(),
            not_after.date()
        ),
        label: fitted(title, 28),
        x: from,
        y,
        text_y: y + 11,
        width: (to - from).max(3),
        last_x: last,
        last_width: to - last,
        end_x: LEFT + SPAN + 14,
        end: if beyond {
            format!("{} →", not_after.date())
        } else {
            not_after.date().to_string()
        },
    }
}

/// The first days of years, or of quarters where the window is short.
fn ticks(window: &Window) -> Vec<Tick> {
    let short = window.to - window.from < Duration::days(3 * 365);
    let months: &[time::Month] = if short {
        &[
            time::Month::January,
            time::Month::April,
            time::Month::July,
            time::Month::October,
        ]
    } else {
        &[time::Month::January]
    };
    let mut ticks = Vec::new();
    for year in window.from.year()..=window.to.year() {
        for month in months {
            let Ok(day) = time::Date::from_calendar_date(year, *month, 1) else {
                continue;
            };
            let moment = day.midnight().assume_utc();
            if moment > window.from && moment < window.to {
                ticks.push(Tick {
                    x: window.x(moment),
                    text: match month {
                        time::Month::January => year.to_string(),
                        other => other.to_string().chars().take(3).collect(),
                    },
                });
            }
        }
    }
    ticks
}
