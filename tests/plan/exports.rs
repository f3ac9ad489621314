//! Files in foreign formats beside the manifest.

use std::fs;

use certmint::{
    manifest::parse,
    store::{ExportRecord, chain_above},
    x509::Certificate,
};

use super::{Desk, in_days};
use crate::world::World;

/// SHA-256 as openssl computes it.
fn sha256(world: &World, file: &str) -> [u8; 32] {
    let said = world.accepts(&format!("openssl dgst -sha256 -r {file}"));
    let mut octets = [0; 32];
    for (position, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&said[2 * position..2 * position + 2], 16).unwrap();
    }
    octets
}

/// Notes an export as whoever carries out a plan does.
fn note(desk: &Desk) {
    let manifest = parse("pki.toml", &desk.world.read_text("pki.toml")).unwrap();
    let wanted = &manifest.certificates()[0];
    let export = &wanted.exports[0];
    let file = export.file.to_string_lossy().into_owned();
    let store = desk.store();
    let inventory = store.inventory();
    let der = inventory.certificate_der(desk.current(&wanted.name.to_string()));
    let certificate = Certificate::from_der(&der.unwrap().unwrap()).unwrap();
    let chain = chain_above(inventory, &certificate).unwrap();
    let record = ExportRecord {
        sha256: sha256(&desk.world, &file),
        file,
        certificate: desk.current(&wanted.name.to_string()),
        settings: export.format.settings(&chain),
    };
    desk.store().record_exports(&[record], in_days(0)).unwrap();
}

#[test]
fn an_export_is_kept_up_to_date() {
    let desk = Desk::small();
    desk.append("export.p7b = {}\n");
    assert_eq!(desk.lines(), ["flb: export — flb.p7b is missing"]);
    desk.ok("export p7b flb --out flb.p7b");
    // It could be anybody's.
    let told = desk.world.run("plan --check");
    assert_eq!(told.code, 3);
    assert!(
        told.stdout
            .contains("flb: cannot be done — flb.p7b is there and was not written for it"),
        "{told:#?}"
    );
    note(&desk);
    desk.nothing_to_do();
    let content = desk.world.read("flb.p7b");
    desk.world.write("flb.p7b", "changed");
    assert_eq!(
        desk.lines(),
        ["flb: export — flb.p7b is not what the manifest says"]
    );
    desk.world.write("flb.p7b", content);
    desk.nothing_to_do();
    // Whoever renews by the manifest exports too.
    let manifest = desk.world.read("pki.toml");
    fs::remove_file(desk.world.path("pki.toml")).unwrap();
    desk.ok("renew flb");
    desk.world.write("pki.toml", manifest);
    assert_eq!(
        desk.lines(),
        ["flb: export — flb.p7b is of an older certificate"]
    );
    fs::remove_file(desk.world.path("flb.p7b")).unwrap();
    assert_eq!(desk.lines(), ["flb: export — flb.p7b is missing"]);
}

#[test]
fn another_wish_is_another_file() {
    let desk = Desk::small();
    desk.append("export.pem = { part = \"fullchain\", file = \"flb.pem\" }\n");
    desk.ok("export pem flb --part fullchain --out flb.pem");
    note(&desk);
    desk.nothing_to_do();
    desk.edit("fullchain", "chain");
    assert_eq!(
        desk.lines(),
        ["flb: export — flb.pem is not what the manifest says"]
    );
}

/// What has the root is written again after the root is renewed, by the same plan if it is that which
/// renews it; what has not is left.
#[test]
fn exports_have_the_newest_chain() {
    let desk = Desk::small();
    desk.world.write("p12.pass", "secret of four words\n");
    desk.append(
        "export.p12 = { password_file = \"p12.pass\" }\nexport.p7b = {}\nexport.der = {}\nexport.pem = { part = \"chain\" }\n\n[server.two]\nsan = [\"two.example\"]\nkey = \"p256\"\nexport.pem = { part = \"fullchain\" }\n",
    );
    desk.ok("apply");
    desk.nothing_to_do();
    let is_chain_of_files = || {
        let chain = desk.world.read("pki/certs/flb/flb.chain.crt");
        assert_eq!(desk.world.read("flb.pem"), chain);
    };
    is_chain_of_files();
    // Without the manifest, by which the files would follow at once.
    std::fs::rename(desk.world.path("pki.toml"), desk.world.path("aside.toml")).unwrap();
    desk.ok("ca renew ca");
    std::fs::rename(desk.world.path("aside.toml"), desk.world.path("pki.toml")).unwrap();
    assert_eq!(
        desk.lines(),
        [
            "flb: export — flb.p12 has an older chain",
            "flb: export — flb.p7b has an older chain",
            "flb: export — flb.pem has an older chain"
        ]
    );
    desk.ok("apply");
    desk.nothing_to_do();
    is_chain_of_files();
    // Now the plan itself renews the root.
    desk.edit("passphrase", "renew_days = 3649\npassphrase");
    let plan = desk.plan_in(500);
    let exported = |file: &str| {
        let text = format!("{file} has an older chain");
        plan.steps()
            .iter()
            .any(|step| step.reasons.iter().any(|reason| reason.to_string() == text))
    };
    assert!(exported("flb.p7b"));
    assert!(!exported("two.pem"));
}

/// A certificate that is made anew takes its exports along.
#[test]
fn exports_follow_their_certificate() {
    let desk = Desk::small();
    desk.append("export.der = {}\nrenew_days = 30\n");
    desk.ok("export der flb --out flb.cer");
    note(&desk);
    assert_eq!(
        desk.steps_in(824),
        [
            "flb renew 0 days left",
            "flb export flb.cer is of an older certificate"
        ]
    );
}
