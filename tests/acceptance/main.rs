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
};

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
