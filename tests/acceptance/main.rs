//! What destinations refuse: every rule has a certificate that passes and the nearest one that does
//! not, and where the software is on this machine it says the same.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

mod clients;
mod command;
mod common_name;
#[path = "../judge/mod.rs"]
mod judge;
mod manifest;
mod pairs;
mod paper;
mod sample;
mod servers;
mod table;
#[path = "../world/mod.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use certmint::{
    acceptance::{DESTINATIONS, Destination, USUAL, find, judge as judged},
    inspect::verify::Host,
    x509::oid,
};
use time::macros::datetime;

use pairs::{Change, pair};
use paper::Workshop;
use sample::{Made, Sample};

/// A sample made, and what a destination has against it: the rules' identifiers.
fn found(workshop: &Workshop, destination: &'static Destination, made: &Made) -> Vec<&'static str> {
    let hosts: [Host; 1] = [made.host.parse().unwrap()];
    judged(&[destination], &made.case(workshop, &hosts))
        .iter()
        .map(|finding| {
            assert!(!finding.what().is_empty() && !finding.remedy().is_empty());
            assert!(!finding.rule().source().to_string().is_empty());
            finding.rule().id()
        })
        .collect()
}

fn make(workshop: &Workshop, number: usize, name: &str, change: Change) -> Made {
    let mut sample = Sample::new(workshop, number);
    change(&mut sample);
    sample.make(workshop, name)
}

#[test]
fn each_rule_passes_one_certificate_and_refuses_the_nearest() {
    let workshop = Workshop::new();
    let mut seen = BTreeSet::new();
    let mut made: BTreeMap<&str, (Made, Made)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for destination in DESTINATIONS {
        for rule in destination.rules() {
            let id = rule.id();
            let Some(pair) = pair(id) else {
                wrong.push(format!("{id} has no pair"));
                continue;
            };
            if !seen.insert((destination.name(), id)) {
                wrong.push(format!("{} has {id} twice", destination.name()));
            }
            let (good, bad) = made.entry(id).or_insert_with(|| {
                let make = |name, change| make(&workshop, 1, &format!("{id}-{name}"), change);
                (make("good", pair.good), make("bad", pair.bad))
            });
            // The load balancer of OCI warns of every key that is not RSA, which the pairs have.
            let mut passes = found(&workshop, destination, good);
            passes.retain(|other| *other == id || *other != "oci-lb-cipher-suite");
            if passes.contains(&id) {
                wrong.push(format!("{}: {id} refuses the good one", destination.name()));
            }
            if !passes.is_empty() && !EXPECTED_BESIDE.contains(&id) {
                wrong.push(format!(
                    "{}: the good one of {id} meets {passes:?}",
                    destination.name()
                ));
            }
            if !found(&workshop, destination, bad).contains(&id) {
                wrong.push(format!("{}: {id} passes the bad one", destination.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 150, "{} rules were walked through", seen.len());
}

/// Rules whose nearest good certificate is wrong in another way.
const EXPECTED_BESIDE: &[&str] = &["rfc5280-path-length", "aws-acm-no-name"];

#[test]
fn destinations_are_found_by_their_names() {
    let names: BTreeSet<&str> = DESTINATIONS.iter().map(Destination::name).collect();
    assert_eq!(names.len(), DESTINATIONS.len());
    for name in names {
        assert_eq!(find(name).unwrap().name(), name);
    }
    for name in USUAL {
        find(name).unwrap();
    }
    let unknown = find("aws-acn").unwrap_err();
    assert_eq!(unknown.near, Some("aws-acm"));
    assert!(unknown.to_string().contains("did you mean"), "{unknown}");
    assert_eq!(find("mainframe").unwrap_err().near, None);
}

/// What begins before July 2019 was made under other rules.
#[test]
fn the_limits_of_apple_begin_in_july_2019() {
    const ASKED: [&str; 2] = ["apple-825-days", "apple-server-auth"];
    let workshop = Workshop::new();
    let apple = find("apple").unwrap();
    let old: Change = |sample| {
        sample.leaf.without(oid::EXTENDED_KEY_USAGE);
        sample.leaf.not_before = datetime!(2019-06-30 23:59:59 UTC);
    };
    let new: Change = |sample| {
        sample.leaf.without(oid::EXTENDED_KEY_USAGE);
        sample.leaf.not_before = datetime!(2019-07-01 0:00 UTC);
    };
    let old = found(&workshop, apple, &make(&workshop, 1, "old", old));
    assert!(!ASKED.iter().any(|rule| old.contains(rule)), "{old:?}");
    let new = found(&workshop, apple, &make(&workshop, 2, "new", new));
    assert!(ASKED.iter().all(|rule| new.contains(rule)), "{new:?}");
}
