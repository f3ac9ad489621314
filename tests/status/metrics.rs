//! The metrics file, judged by Prometheus and by its Python client.

use std::io::Write as _;
use std::process::Stdio;

use certmint::authority::status::Files;
use certmint::report;
use serde_json::Value;

use crate::judge;
use crate::support::{HOSTILE, add_hostile, holdings, pki, status_in};

/// Reads a metrics file into a list of `[name, labels, value]`.
const SAMPLES: &str = "
import json, sys
from prometheus_client.parser import text_string_to_metric_families as families
print(json.dumps([[s.name, s.labels, s.value]
    for family in families(open(sys.argv[1], encoding='utf-8').read()) for s in family.samples]))
";

#[test]
fn prometheus_takes_the_metrics() {
    let world = pki();
    add_hostile(&world);
    world.run("status --prometheus certmint.prom");
    let mut check = judge::promtool();
    check
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut check = check.spawn().unwrap();
    let text = world.read("certmint.prom");
    check.stdin.take().unwrap().write_all(&text).unwrap();
    let output = check.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:#?}");

    let samples: Value = serde_json::from_str(&world.python(SAMPLES, &["certmint.prom"])).unwrap();
    let samples = samples.as_array().unwrap();
    let series: std::collections::HashSet<String> = samples
        .iter()
        .map(|sample| format!("{} {}", sample[0], sample[1]))
        .collect();
    assert_eq!(series.len(), samples.len(), "a series appears twice");
    let of =
        |name: &str| -> Vec<&Value> { samples.iter().filter(|sample| sample[0] == name).collect() };
    let document = world.json("list");
    let mut certificates = 0;
    for row in document["certificates"].as_array().unwrap() {
        let family = if row["kind"] == "ca" {
            "certmint_ca_not_after_seconds"
        } else {
            certificates += 1;
            "certmint_certificate_not_after_seconds"
        };
        let found: Vec<&Value> = of(family)
            .into_iter()
            .filter(|sample| sample[1]["serial"] == row["serial"])
            .collect();
        assert_eq!(found.len(), 1, "{row}");
        // openssl's reading of the same moment.
        let not_after = row["not_after"].as_str().unwrap();
        let seconds = world.accepts(&format!("date -u -d {not_after} +%s"));
        assert_eq!(
            found[0][2].as_f64().unwrap(),
            seconds.trim().parse::<f64>().unwrap()
        );
        if family.contains("certificate") {
            assert_eq!(found[0][1]["kind"], row["kind"]);
            assert_eq!(found[0][1]["issuer"], row["ca"]);
        }
    }
    assert_eq!(
        of("certmint_certificate_not_after_seconds").len(),
        certificates
    );
    let issued = of("certmint_certificates")
        .into_iter()
        .find(|sample| sample[1]["state"] == "issued")
        .unwrap();
    assert_eq!(issued[2].as_f64().unwrap(), 9.0);
    assert_eq!(of("certmint_last_run_timestamp_seconds").len(), 1);
}

/// A label holds what a name says, and nothing in it ends the label or begins a line.
#[test]
fn a_name_stays_in_its_label() {
    let world = pki();
    // Without a name in the PKI its common name stands there.
    world.ok("csr new --key-file pki/certs/node1/node1.key --out bad.csr --cn placeholder");
    let mut command = world.command("csr new --key-file pki/certs/node1/node1.key --out evil.csr");
    command.args(["--cn", HOSTILE]);
    assert_eq!(crate::world::told(command).code, 0);
    world.ok("sign evil.csr --ca web --profile client --out evil.crt");
    world.run("status --prometheus certmint.prom");
    let samples: Value = serde_json::from_str(&world.python(SAMPLES, &["certmint.prom"])).unwrap();
    let wanted = HOSTILE.replace('\u{202e}', "\\u{202e}");
    let found = samples.as_array().unwrap().iter().any(|sample| {
        sample[0] == "certmint_certificate_not_after_seconds" && sample[1]["name"] == *wanted
    });
    assert!(found, "{samples:#}");
    assert!(!world.read_text("certmint.prom").contains('\u{202e}'));
}

#[test]
fn what_has_no_series_is_counted() {
    let world = pki();
    let status = status_in(&world, 0, Files::Skipped);
    let text = report::metrics(&status, &holdings(&world, &status, 2));
    assert!(
        text.contains("certmint_certificate_series_left_out 4\n"),
        "{text}"
    );
    // Those that end first are there.
    let series: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("certmint_certificate_not_after_seconds{"))
        .collect();
    assert_eq!(series.len(), 2);
    assert!(series[0].contains("other.example"), "{text}");
    assert!(series[1].contains("backend"), "{text}");
}

/// Whoever reads while it is written sees the old file or the new one, and everybody may read it:
/// the exporter runs as another user.
#[test]
fn the_file_is_replaced_whole() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let world = pki();
    world.run("status --prometheus certmint.prom");
    let before = std::fs::metadata(world.path("certmint.prom")).unwrap();
    world.run("status --prometheus certmint.prom");
    let after = std::fs::metadata(world.path("certmint.prom")).unwrap();
    assert_ne!(before.ino(), after.ino(), "written in place");
    assert_eq!(after.permissions().mode() & 0o777, 0o644);
    let told = world.run("status --prometheus no/such/folder/certmint.prom");
    assert_eq!(told.code, 1, "{told:#?}");
}
