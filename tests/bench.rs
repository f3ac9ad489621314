//! That `benches/run` works: it measures, it compares, and it says so when something that has to hold
//! does not. No time is judged.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Output};

use serde_json::{Value, json};

/// Runs `benches/run` with few runs, in a folder of its own, with the programs that are there.
fn bench(folder: &Path, program: &str, rows: &str) -> Output {
    judge::command("bash")
        .arg("benches/run")
        .args(["--quick", "--no-install", "--rows", rows])
        .args(["--program", program, "--folder"])
        .arg(folder)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn lines(folder: &Path) -> Vec<Value> {
    fs::read_to_string(folder.join("last/runs.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_run_is_on_record_and_what_it_left_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "start-up,recipe-p256,sign-p256,leaves,inspect,verify,pkcs12-legacy";
    let told = bench(folder.path(), env!("CARGO_BIN_EXE_certmint"), rows);
    assert!(told.status.success(), "{told:#?}");

    let lines = lines(folder.path());
    for row in ["start-up", "recipe-p256", "sign-p256"] {
        for side in ["certmint", "certtool"] {
            let runs: Vec<&Value> = lines
                .iter()
                .filter(|line| {
                    line["row"] == row && line["side"] == side && line["wall"].is_number()
                })
                .collect();
            assert_eq!(runs.len(), 2, "{row}, {side}");
            for run in runs {
                assert!(run["wall"].as_f64().unwrap() > 0.0, "{run}");
                assert!(run["peak"].as_u64().unwrap() > 0, "{run}");
            }
        }
    }
    let synced = |row: &str, side: &str| {
        let line = lines
            .iter()
            .find(|line| line["row"] == row && line["side"] == side && line["syncs"].is_number())
            .unwrap();
        line["syncs"].as_u64().unwrap()
    };
    assert!(synced("recipe-p256", "certmint") > 0);
    assert_eq!(synced("start-up", "openssl"), 0);
    let checks: Vec<&Value> = lines
        .iter()
        .filter(|line| line["row"] == "recipe-p256" && line["faults"].is_array())
        .collect();
    assert!(checks.len() >= 4, "{checks:?}");

    let table = fs::read_to_string(folder.path().join("last/table.md")).unwrap();
    assert!(
        table.contains("| Recipe, P-256, keys made | CPU |"),
        "{table}"
    );
    assert!(!table.contains("FAULT"), "{table}");
}

/// A certmint that lets everybody read its keys is told, however fast it is.
#[test]
fn a_broken_guarantee_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let careless = folder.path().join("careless");
    let script = format!(
        "#!/bin/sh\n{} \"$@\" || exit\nfor key in pki/certs/*/*.key; do [ ! -e \"$key\" ] || chmod 644 \"$key\"; done\n",
        env!("CARGO_BIN_EXE_certmint")
    );
    fs::write(&careless, script).unwrap();
    fs::set_permissions(&careless, fs::Permissions::from_mode(0o755)).unwrap();
    let told = bench(folder.path(), careless.to_str().unwrap(), "recipe-p256");
    assert_eq!(told.status.code(), Some(1), "{told:#?}");
    let errors = String::from_utf8(told.stderr).unwrap();
    assert!(
        errors.contains("certmint: run 1: flb.key has mode 644"),
        "{errors}"
    );
    let table = fs::read_to_string(folder.path().join("last/table.md")).unwrap();
    assert!(table.contains("FAULT: flb.key has mode 644"), "{table}");
}

#[test]
fn a_row_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = bench(folder.path(), env!("CARGO_BIN_EXE_certmint"), "startup");
    assert_eq!(told.status.code(), Some(1));
    let errors = String::from_utf8(told.stderr).unwrap();
    assert!(errors.contains("there is no row 'startup'"), "{errors}");
    assert!(errors.contains("start-up"), "{errors}");
}

/// The tables and the plot from figures that were kept.
#[test]
fn a_report_says_what_holds_and_draws_what_grows() {
    let spread = |median: f64| json!({"median": median, "lower": median, "upper": median});
    let side = |name: &str, cpu: f64| {
        json!({
            "name": name, "ours": true, "runs": 3, "units": 1, "cpu": spread(cpu), "wall": spread(cpu),
            "peak": 1_048_576, "syncs": 0, "note": "", "faults": [],
        })
    };
    let bound = |value: f64| {
        json!({
            "figure": "cpu", "ours": "certmint, at 1,000", "against": "", "words": "10 ms",
            "value": value, "most": 0.010,
        })
    };
    let summary = json!({
        "machine": {"cores": "2"},
        "rows": [{
            "name": "issue", "title": "Issue <one>", "unit": "run",
            "sides": [side("certmint, at 1,000", 0.009), side("certmint, at 10,000", 0.021)],
            "bounds": [bound(0.010), bound(0.0101)],
            "growth": {"certmint, at 1,000": 1000, "certmint, at 10,000": 10000},
        }],
    });
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("summary.json"), summary.to_string()).unwrap();
    let told = judge::command("bash")
        .args(["benches/run", "--report"])
        .arg(folder.path())
        .arg("--out")
        .arg(folder.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:#?}");
    let table = fs::read_to_string(folder.path().join("table.md")).unwrap();
    assert!(
        table.contains("| 10.0 ms | 10.0 ms: 10 ms | 1.00 | yes |"),
        "{table}"
    );
    assert!(
        table.contains("| 10.1 ms | 10.0 ms: 10 ms | 1.01 | NO |"),
        "{table}"
    );
    let well_formed = "import sys, xml.dom.minidom as dom\n\
                       plot = dom.parse(sys.argv[1])\n\
                       print(len(plot.getElementsByTagName('circle')))";
    let plot = folder.path().join("growth.svg");
    let points = judge::command("python3")
        .args(["-c", well_formed])
        .arg(&plot)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&points.stdout).trim(),
        "2",
        "{points:#?}"
    );
}

/// The scripts of the peers, and the one that starts it all.
#[test]
fn the_scripts_are_sound() {
    let mut scripts = vec!["benches/run".to_owned(), "benches/profile".to_owned()];
    for peer in fs::read_dir("benches/peers").unwrap() {
        for file in fs::read_dir(peer.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "sh") {
                scripts.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    assert!(scripts.len() > 5, "{scripts:?}");
    let judged = judge::command("shellcheck")
        .args(&scripts)
        .output()
        .unwrap();
    assert!(judged.status.success(), "{judged:#?}");
}
