//! The how-tos: every command that they show is run on the machines that they name, in order, on the
//! first of these, and says what they say.
//!
//! `CERTMINT_BLESS=1 cargo test --test systems howto` writes what the commands say now into them.

use std::{collections::BTreeSet, fs};

use crate::{
    document::{self, LAB},
    lab::Lab,
};

/// The document and the test that runs it.
const DOCUMENTS: [&str; 3] = [
    "docs/howto/aws-internal-alb.md",
    "docs/howto/nginx-client-authentication.md",
    "docs/howto/oci-load-balancer.md",
];

fn follow(name: &str) {
    let document = document::project().join(name);
    let text = fs::read_to_string(&document).unwrap();
    let (_, after) = text.split_once(LAB).unwrap();
    let (machines, _) = after.split_once(" -->").unwrap();
    let machines: Vec<(&str, &str)> = machines
        .split_whitespace()
        .map(|machine| machine.split_once('=').unwrap())
        .collect();
    let lab = Lab::new(&machines);
    let commands = document::assert_true(&document, "systems", |script| {
        let output = lab
            .command(machines[0].0, "bash")
            .args(["-c", script])
            .output()
            .unwrap();
        let status = output.status.code().unwrap_or(-1);
        (String::from_utf8(output.stdout).unwrap(), status)
    });
    assert!(commands > 10, "{name} has only {commands} commands");
}

#[test]
fn oci_load_balancer() {
    follow("docs/howto/oci-load-balancer.md");
}

#[test]
fn nginx_client_authentication() {
    follow("docs/howto/nginx-client-authentication.md");
}

#[test]
fn aws_internal_alb() {
    follow("docs/howto/aws-internal-alb.md");
}

#[test]
fn no_document_that_names_machines_is_left_out() {
    let named: BTreeSet<String> = document::documents()
        .iter()
        .filter(|document| fs::read_to_string(document).unwrap().contains(LAB))
        .map(|document| {
            let name = document.strip_prefix(document::project()).unwrap();
            name.to_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(named, DOCUMENTS.map(str::to_owned).into());
}
