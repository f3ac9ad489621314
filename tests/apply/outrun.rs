//! Yesterday's plan is not applied to today's PKI.

use crate::sandbox::Sandbox;

#[test]
fn a_plan_that_the_pki_has_outrun_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.ok("manifest new minimal --out pki.toml");
    sandbox.ok("plan --out plan.json");
    sandbox.ok("ca init other --cn Other --key p256 --no-passphrase");
    let told = sandbox.refused("apply --plan plan.json");
    assert!(
        told.stderr.contains("has changed since this plan was made"),
        "{told:#?}"
    );
    sandbox.ok("plan --out again.json");
    sandbox.ok("apply --plan again.json");
    let told = sandbox.refused("apply --plan again.json");
    assert!(told.stderr.contains("has changed since"), "{told:#?}");

    // A plan is of its manifest too.
    let manifest = String::from_utf8(sandbox.read("pki.toml")).unwrap();
    sandbox.write(
        "pki.toml",
        manifest.replace("www.example.com", "www.example.org"),
    );
    sandbox.ok("plan --out third.json");
    sandbox.write(
        "pki.toml",
        manifest.replace("www.example.com", "www.example.net"),
    );
    sandbox.refused("apply --plan third.json");
    sandbox.write("nonsense.json", "{}");
    let told = sandbox.refused("apply --plan nonsense.json");
    assert!(told.stderr.contains("is no plan of certmint"), "{told:#?}");
}

#[test]
fn the_log_says_from_which_plan() {
    let sandbox = Sandbox::new();
    sandbox.ok("manifest new minimal --out pki.toml");
    let plan = sandbox.ok("plan --json").document();
    let applied = sandbox.ok("apply --json").document();
    assert_eq!(plan["fingerprint"], applied["fingerprint"]);
    let log = sandbox.ok("audit log --json").document();
    let entries = log["entries"].as_array().unwrap();
    assert!(entries.len() >= 2, "{log:#}");
    for entry in entries {
        assert_eq!(entry["plan"], plan["fingerprint"], "{log:#}");
    }
}
