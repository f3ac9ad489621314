//! Each of the systems that the manifests are written for: applied, applied again, changed.

use std::collections::BTreeMap;

use crate::sandbox::{Sandbox, assert_same, snapshot};

/// A system, one of its server certificates, and the name that this gets besides.
const SYSTEMS: [(&str, &str, &str); 5] = [
    ("minimal", "www", "www2.example.com"),
    ("oci-load-balancer", "flb", "www2.2026testsite.com"),
    ("nginx-client-authentication", "www", "www2.example.com"),
    ("aws-alb", "alb", "www2.example.com"),
    ("aws-internal-alb", "app", "www2.internal.example.com"),
];

fn applied(system: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ok(&format!("manifest new {system} --out pki.toml"));
    for client in ["client01", "client02"] {
        sandbox.write(&format!("{client}.pass"), "correct horse battery staple\n");
    }
    let planned = sandbox.run("plan --check");
    assert_eq!(planned.code, 3, "{planned:#?}");
    let told = sandbox.ok("apply --json");
    let document = told.document();
    let steps = document["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    assert!(
        steps.iter().all(|step| step["done"] == true),
        "{document:#}"
    );
    sandbox
}

/// The serial number of each current certificate.
fn serials(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let listed = sandbox.ok("list --json").document();
    listed["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["state"] == "issued")
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            (format!("{} {}", text("kind"), text("name")), text("serial"))
        })
        .collect()
}

fn assert_valid(sandbox: &Sandbox, name: &str) {
    let folder = format!("pki/certs/{name}");
    let roots: Vec<String> = sandbox.ok("ca list --json").document()["authorities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ca| format!("-CAfile pki/ca/{}.crt", ca["name"].as_str().unwrap()))
        .collect();
    let chain = format!("{folder}/{name}.fullchain.crt");
    let judged = roots.iter().any(|root| {
        let line = format!(
            "verify -x509_strict -purpose sslserver {root} -untrusted {chain} {folder}/{name}.crt"
        );
        let mut openssl = crate::judge::command("openssl");
        openssl
            .args(line.split_whitespace())
            .current_dir(sandbox.root());
        openssl.output().unwrap().status.success()
    });
    assert!(judged, "openssl does not accept {name}");
}

#[test]
fn each_system_is_applied_once_and_changed_by_just_what_changed() {
    for (system, server, added) in SYSTEMS {
        let sandbox = applied(system);
        assert_valid(&sandbox, server);

        // Again: nothing changes, byte for byte, not even a time.
        let before = snapshot(sandbox.root());
        let again = sandbox.ok("apply");
        assert_eq!(again.stdout, "nothing to do\n", "{system}");
        assert_eq!(sandbox.ok("plan --check").stdout, "nothing to do\n");
        assert_same(&before, &snapshot(sandbox.root()), system);

        // A name more: the plan names just that, and only that certificate is made anew.
        let manifest = String::from_utf8(sandbox.read("pki.toml")).unwrap();
        let table = manifest.find(&format!("[server.{server}]")).unwrap();
        let list = table + manifest[table..].find("san = [").unwrap() + "san = [".len();
        let end = list + manifest[list..].find(']').unwrap();
        let changed = format!("{}, \"{added}\"{}", &manifest[..end], &manifest[end..]);
        sandbox.write("pki.toml", changed);
        let plan = sandbox.run("plan --check");
        assert_eq!(plan.code, 3);
        let expected = format!("{server}: reissue — SAN {added} added\n");
        assert!(
            plan.stdout.starts_with(&expected),
            "{system}\n{}",
            plan.stdout
        );
        let steps = sandbox.ok("plan --json").document();
        let concerns = |step: &serde_json::Value| step["name"] == server;
        assert!(
            steps["steps"].as_array().unwrap().iter().all(concerns),
            "{steps:#}"
        );

        let old = serials(&sandbox);
        sandbox.ok("apply");
        let new = serials(&sandbox);
        let differing: Vec<&String> = new
            .iter()
            .filter(|(name, serial)| old.get(*name) != Some(*serial))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(differing, [&format!("server {server}")], "{system}");
        let names = sandbox.openssl(&format!(
            "x509 -in pki/certs/{server}/{server}.crt -noout -ext subjectAltName"
        ));
        assert!(names.contains(&format!("DNS:{added}")), "{system}: {names}");
        assert_valid(&sandbox, server);
        assert_eq!(sandbox.ok("apply").stdout, "nothing to do\n", "{system}");
        sandbox.ok("audit verify");
    }
}

#[test]
fn an_exported_file_follows_its_certificate() {
    let sandbox = applied("nginx-client-authentication");
    let subject = |sandbox: &Sandbox| {
        sandbox.openssl(
            "pkcs12 -in client01.p12 -passin file:client01.pass -nokeys -clcerts -out client01.pem",
        );
        sandbox.openssl("x509 -in client01.pem -noout -serial")
    };
    let first = subject(&sandbox);
    let manifest = String::from_utf8(sandbox.read("pki.toml")).unwrap();
    sandbox.write("pki.toml", manifest.replace("days = 365", "days = 300"));
    let plan = sandbox.ok("plan").stdout;
    assert!(plan.contains("client01: reissue — 36"), "{plan}");
    assert!(
        plan.contains("client01: export — client01.p12 is of an older certificate"),
        "{plan}"
    );
    sandbox.ok("apply");
    assert_ne!(subject(&sandbox), first);
    assert_eq!(sandbox.ok("apply").stdout, "nothing to do\n");
    // A file that certmint did not write is not overwritten.
    std::fs::remove_file(sandbox.path("client01.p12")).unwrap();
    sandbox.ok("apply");
    sandbox.write("client01.p12", "mine");
    let told = sandbox.run("plan --check");
    assert_eq!(told.code, 3, "{told:#?}");
    assert!(told.stdout.contains("client01.p12"), "{told:#?}");
}
