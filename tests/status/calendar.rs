//! The calendar, judged by Python's icalendar.

use certmint::authority::status::Files;
use certmint::report;
use serde_json::Value;

use crate::support::{HOSTILE, add_hostile, holdings, pki, status_in};

/// Reads a calendar into a list of events.
const EVENTS: &str = "
import json, sys, icalendar
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
assert not calendar.errors, calendar.errors
assert str(calendar['VERSION']) == '2.0' and calendar['PRODID']
print(json.dumps([{
    'uid': str(e['UID']), 'summary': str(e['SUMMARY']), 'description': str(e['DESCRIPTION']),
    'start': int(e['DTSTART'].dt.timestamp()), 'errors': [str(x) for x in e.errors],
    'alarms': [[str(a['ACTION']), str(a['DESCRIPTION']), int(a['TRIGGER'].dt.total_seconds())]
        for a in e.walk('VALARM')],
} for e in calendar.walk('VEVENT')]))
";

#[test]
fn every_end_is_an_event_with_reminders() {
    let world = pki();
    add_hostile(&world);
    world.run("status --ics ends.ics");
    let events: Value = serde_json::from_str(&world.python(EVENTS, &["ends.ics"])).unwrap();
    let events = events.as_array().unwrap();
    let document = world.json("list");
    let rows = document["certificates"].as_array().unwrap();
    assert_eq!(events.len(), rows.len());
    for row in rows {
        let fingerprint = row["fingerprint_sha256"].as_str().unwrap();
        let event = events
            .iter()
            .find(|event| event["uid"] == format!("{fingerprint}@certmint"))
            .unwrap();
        let not_after = row["not_after"].as_str().unwrap();
        let seconds = world.accepts(&format!("date -u -d {not_after} +%s"));
        assert_eq!(event["start"].to_string(), seconds.trim());
        assert_eq!(event["errors"], serde_json::json!([]));
        let name = row["name"].as_str().unwrap_or("other.example");
        assert!(event["summary"].as_str().unwrap().contains(name), "{event}");
        let alarms = event["alarms"].as_array().unwrap();
        let before: Vec<i64> = alarms.iter().map(|one| one[2].as_i64().unwrap()).collect();
        assert_eq!(before, [-30 * 86_400, -7 * 86_400, -86_400]);
        assert!(alarms.iter().all(|alarm| alarm[0] == "DISPLAY"));
    }
    let hostile = events
        .iter()
        .find(|event| event["summary"].as_str().unwrap().contains("hostile"))
        .unwrap();
    let description = hostile["description"].as_str().unwrap();
    // As RFC 4514 writes it.
    assert!(
        description.contains("document.title='owned'"),
        "{description}"
    );
    assert!(!description.contains('\u{202e}'));
}

/// A calendar that is imported again updates its events: they have the same identities, and the
/// same PKI at the same moment gives the same bytes.
#[test]
fn nothing_in_it_is_left_to_chance() {
    let world = pki();
    let status = status_in(&world, 0, Files::Skipped);
    let holdings = holdings(&world, &status, 100);
    let one = report::calendar(&status, &holdings).unwrap();
    assert_eq!(one, report::calendar(&status, &holdings).unwrap());
    for line in one.split_terminator("\r\n") {
        assert!(line.len() <= 75, "RFC 5545 §3.1: {line}");
        assert!(!line.contains('\n'));
    }
    // What has ended is no longer in it.
    let later = status_in(&world, 100, Files::Skipped);
    let text = report::calendar(&later, &crate::support::holdings(&world, &later, 100)).unwrap();
    assert!(!text.contains("backend"), "{text}");
    assert!(text.contains("client01"), "{text}");
}

#[test]
fn a_hostile_name_without_a_place_is_text() {
    let world = pki();
    let mut command = world.command("csr new --key-file pki/certs/node1/node1.key --out evil.csr");
    command.args(["--cn", HOSTILE]);
    assert_eq!(crate::world::told(command).code, 0);
    world.ok("sign evil.csr --ca web --profile client --out evil.crt");
    world.run("status --ics ends.ics");
    let events: Value = serde_json::from_str(&world.python(EVENTS, &["ends.ics"])).unwrap();
    let wanted = HOSTILE.replace('\u{202e}', "\\u{202e}");
    let found = events
        .as_array()
        .unwrap()
        .iter()
        .any(|event| event["summary"] == format!("client certificate {wanted} ends"));
    assert!(found, "{events:#}");
}
