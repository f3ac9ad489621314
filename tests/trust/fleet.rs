//! `trust bundle`: each file of the folder is taken by the program that it is for.

use crate::{
    desk::{DESK, Desk, URL},
    world::World,
};

/// Reads a profile of Apple with Python, and compares what it installs with DER files.
const PROFILE: &str = "
import plistlib, sys, uuid
profile = plistlib.load(open(sys.argv[1], 'rb'), fmt=plistlib.FMT_XML)
assert profile['PayloadType'] == 'Configuration' and profile['PayloadVersion'] == 1
assert profile['PayloadScope'] == 'System' and profile['PayloadRemovalDisallowed'] is False
payloads = profile['PayloadContent']
wanted = [open(file, 'rb').read() for file in sys.argv[2:]]
assert [one['PayloadContent'] for one in payloads] == wanted
seen = {profile['PayloadUUID']}
for one in payloads:
    assert one['PayloadType'] == 'com.apple.security.root' and one['PayloadVersion'] == 1
    for key in ('PayloadIdentifier', 'PayloadDisplayName', 'PayloadCertificateFileName'):
        assert one[key], key
    seen.add(one['PayloadUUID'])
assert len(seen) == len(payloads) + 1
assert all(str(uuid.UUID(one)).upper() == one and uuid.UUID(one).variant == uuid.RFC_4122 for one in seen)
print(payloads[0]['PayloadDisplayName'])
";

#[test]
fn every_form_is_the_same_certificate_and_the_same_each_time() {
    let world = World::with_authority("p256");
    let told = world.ok("trust bundle --out fleet --org 'A & B <Inc.>'");
    assert!(
        told.stderr.contains("fingerprint by another way"),
        "{told:#?}"
    );
    let pem = world.read("pki/ca/ca.crt");
    assert_eq!(world.read("fleet/ca.crt"), pem);
    assert_eq!(world.read("fleet/ca.bundle.pem"), pem);
    world.accepts("openssl x509 -inform der -in fleet/ca.cer -out der.pem");
    assert_eq!(world.read("der.pem"), pem);
    let listed = world.accepts("openssl pkcs7 -in fleet/ca.p7b -print_certs");
    assert!(
        listed.contains(&String::from_utf8_lossy(&pem).into_owned()),
        "{listed}"
    );
    let name = world.python(PROFILE, &["fleet/ca.mobileconfig", "fleet/ca.cer"]);
    assert_eq!(name.trim(), "testca.com");
    // The steps tell the fingerprint as openssl does.
    let told = world.accepts("openssl x509 -in pki/ca/ca.crt -noout -fingerprint -sha256");
    let fingerprint = told.trim().split_once('=').unwrap().1;
    for page in ["fleet/README.md", "fleet/index.html"] {
        assert!(world.read_text(page).contains(fingerprint), "{page}");
    }
    world.ok("trust bundle ca --out again --org 'A & B <Inc.>'");
    world.accepts("diff -r fleet again");
    // Everybody may read it, and nothing is written over.
    assert_eq!(world.accepts("stat -c %a fleet fleet/ca.crt"), "755\n644\n");
    world.refused("trust bundle --out fleet");
    world.refused("trust bundle --out nowhere/fleet");
    world.accepts("diff -r fleet again");
    let left = world.accepts("ls -A");
    assert!(!left.contains(".certmint-"), "{left}");
}

#[test]
fn a_rollover_has_both_roots_and_a_hostile_name_stays_a_name() {
    let world = World::new();
    let hostile = "</string><key>X</key>`id`[x](http://evil.example){{ 7*7 }}&<b>";
    world.ok(&format!(
        "ca init --cn '{hostile}' --key p256 --no-passphrase"
    ));
    world.ok("ca rollover next ca --no-passphrase");
    world.ok("trust bundle ca-2 --out fleet");
    assert_eq!(
        world.read("fleet/ca.bundle.pem"),
        world.read("pki/ca/ca.bundle.crt")
    );
    assert_eq!(world.read("fleet/ca-2.crt"), world.read("pki/ca/ca-2.crt"));
    let shown = world.python(
        PROFILE,
        &["fleet/ca.mobileconfig", "fleet/ca.cer", "fleet/ca-2.cer"],
    );
    assert_eq!(shown.trim(), hostile);
    let html = world.read_text("fleet/index.html");
    assert!(
        !html.contains("</string>") && !html.contains("<b>"),
        "{html}"
    );
    assert!(html.contains("{{ 7*7 }}"), "{html}");
    let markdown = world.read_text("fleet/README.md");
    assert!(
        !markdown.contains("[x](") && !markdown.contains("<b>"),
        "{markdown}"
    );
    let listed = world.accepts("openssl pkcs7 -in fleet/ca.p7b -print_certs");
    assert_eq!(listed.matches("BEGIN CERTIFICATE").count(), 2);
    for policy in ["fleet/chromium-policy.json", "fleet/firefox-policies.json"] {
        let read: serde_json::Value = serde_json::from_slice(&world.read(policy)).unwrap();
        let list = match policy.contains("chromium") {
            true => &read["CACertificates"],
            false => &read["policies"]["Certificates"]["Install"],
        };
        assert_eq!(list.as_array().unwrap().len(), 2, "{policy}");
    }
}

/// The page that a Markdown reader sees has the commands as they are to be run.
fn commands(markdown: &str, heading: &str) -> String {
    let section = markdown
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .unwrap_or_else(|| panic!("no {heading} in {markdown}"));
    let section = section.split("\n## ").next().unwrap();
    let blocks: Vec<&str> = section.split("   ```\n").skip(1).step_by(2).collect();
    blocks.concat()
}

#[test]
fn the_steps_work_as_they_are_written() {
    let desk = Desk::new();
    desk.serve();
    desk.ok("certmint trust bundle --out fleet --quiet");
    let steps = desk.0.read("fleet/README.md");
    let run = |heading: &str| desk.ok(&format!("cd fleet\n{}", commands(&steps, heading)));

    // Firefox and Chromium by policy, the profile as it was.
    run("Firefox, by policy");
    assert_eq!(desk.firefox().trim(), "title: trusted");
    let policy = commands(&steps, "Chromium and Chrome, by policy");
    desk.ok(&format!("cd fleet\n{}", policy.lines().next().unwrap()));
    let told = desk.0.chromium(DESK, URL);
    assert!(told.stdout.contains("<h1>trusted</h1>"), "{told:#?}");

    // Java by itself; then the system, and what follows it.
    desk.ok(&format!(
        "cd fleet\n{}",
        commands(&steps, "Java").replace("-cacerts", "-cacerts -storepass changeit")
    ));
    let told = desk.0.java_get(DESK, "-", URL, None);
    assert!(told.stdout.contains("<h1>trusted</h1>"), "{told:#?}");
    assert_ne!(desk.0.curl(DESK, URL).code, 0);
    let told = desk
        .0
        .curl(DESK, &format!("--cacert fleet/ca.bundle.pem {URL}"));
    assert_eq!(told.code, 0, "{told:#?}");
    run("Debian, Ubuntu");
    let told = desk.0.curl(DESK, URL);
    assert!(told.stdout.contains("<h1>trusted</h1>"), "{told:#?}");
    let told = desk.0.python_get(DESK, "-", URL, None);
    assert!(told.stdout.contains("<h1>trusted</h1>"), "{told:#?}");
}
