//! A calendar of ends, with alarms (RFC 5545).

use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _, Property, Trigger};
use time::{OffsetDateTime, UtcOffset, macros::format_description};

use super::ReportError;
use crate::authority::status::{Holdings, Status};
use crate::x509::escape_control;

/// How long before an end a calendar reminds of it (RFC 5545 §3.3.6).
const REMINDERS: [(&str, &str); 3] = [
    ("-P30D", "in 30 days"),
    ("-P7D", "in 7 days"),
    ("-P1D", "tomorrow"),
];

/// What ends.
struct End<'status> {
    /// Identifies it over all editions of the calendar, so that an import updates what is there.
    identity: String,
    summary: String,
    description: String,
    moment: OffsetDateTime,
    category: &'status str,
}

/// The ends of the certificates in use, of the CAs and of the published CRLs, each an event with
/// reminders. What has ended before is left out.
///
/// # Errors
/// [`ReportError::Calendar`].
pub fn calendar(status: &Status, holdings: &Holdings) -> Result<String, ReportError> {
    let mut calendar = Calendar::new();
    calendar.properties = [
        ("VERSION", "2.0"),
        ("PRODID", "-//certmint//status//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", "Certificates"),
        ("X-WR-CALNAME", "Certificates"),
    ]
    .map(|(name, value)| Property::new(name, value))
    .into();
    for end in ends(status, holdings) {
        if end.moment >= status.at {
            calendar.push(event(&end, status.at)?);
        }
    }
    let mut text = String::new();
    std::fmt::Write::write_fmt(&mut text, format_args!("{calendar}"))
        .map_err(|_| ReportError::Calendar)?;
    Ok(folded(&text))
}

/// Lines of at most 75 octets (RFC 5545 §3.1); icalendar does not count the space that a continued
/// line begins with.
fn folded(text: &str) -> String {
    const LONGEST: usize = 75;
    let mut folded = String::with_capacity(text.len());
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut length = 0;
        for character in line.chars() {
            if length + character.len_utf8() > LONGEST {
                folded.push_str("\r\n ");
                length = 1;
            }
            folded.push(character);
            length += character.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

fn ends<'status>(
    status: &'status Status,
    holdings: &'status Holdings,
) -> impl Iterator<Item = End<'status>> {
    let authorities = status.authorities.iter().map(|authority| End {
        identity: authority.fingerprint.clone(),
        summary: format!("CA {} ends", authority.title()),
        description: format!(
            "{}\nserial number {}\ncertificates in use that it signed: {}",
            authority.subject, authority.serial, authority.in_use
        ),
        moment: authority.not_after,
        category: "CA",
    });
    let lists = status.authorities.iter().filter_map(|authority| {
        let list = authority.list?;
        Some(End {
            identity: format!("{}-crl", authority.fingerprint),
            summary: format!("CRL of {} ends", authority.title()),
            description: format!(
                "CRL number {} of {}. Servers that check it refuse every client from then on.",
                list.number, authority.subject
            ),
            moment: list.next_update,
            category: "CRL",
        })
    });
    let in_use = holdings.certificates.iter();
    let certificates = in_use
        .filter(|certificate| certificate.revoked.is_none())
        .map(|certificate| End {
            identity: certificate
                .fingerprint
                .clone()
                .unwrap_or_else(|| certificate.serial.clone()),
            summary: format!(
                "{} certificate {} ends",
                certificate.kind.word(),
                certificate.title()
            ),
            description: format!(
                "{}\n{}\nserial number {}\nsigned by {}",
                certificate.subject,
                certificate.sans.join(", "),
                certificate.serial,
                certificate.issuer_title
            ),
            moment: certificate.not_after,
            category: "Certificate",
        });
    authorities.chain(lists).chain(certificates)
}

fn event(end: &End<'_>, now: OffsetDateTime) -> Result<Event, ReportError> {
    let uid = format!("{}@certmint", end.identity);
    let stamp = utc(now)?;
    let mut event = Event::new();
    event
        .add_property("UID", &uid)
        .add_property("DTSTAMP", &stamp)
        .add_property("DTSTART", utc(end.moment)?)
        .add_property("SUMMARY", escape_control(&end.summary))
        .add_property("DESCRIPTION", lines(&end.description))
        .add_property("CATEGORIES", end.category)
        // It takes no time of anybody's day.
        .add_property("TRANSP", "TRANSPARENT");
    for (before, when) in REMINDERS {
        let at_end = Property::new("TRIGGER", "PT0S");
        let at_end = Trigger::try_from(&at_end).map_err(|()| ReportError::Calendar)?;
        let mut alarm = Alarm::display(&escape_control(&format!("{} {when}", end.summary)), at_end);
        alarm
            // icalendar reads no time before an event, but writes it.
            .append_property(Property::new("TRIGGER", before))
            // Set here, or icalendar takes them from the clock and from chance.
            .add_property("DTSTAMP", &stamp)
            .add_property("UID", format!("{uid}{before}"));
        event.alarm(alarm);
    }
    Ok(event.done())
}

/// Text of several lines; what else could drive a program that shows it is written out.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escape_control).collect();
    lines.join("\n")
}

fn utc(moment: OffsetDateTime) -> Result<String, ReportError> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    moment
        .to_offset(UtcOffset::UTC)
        .format(form)
        .map_err(|_| ReportError::Calendar)
}
