//! Revocation lists, old keys and unfinished activations in the status.

use certmint::authority::status::{Files, Status};
use certmint::report;
use serde_json::Value;

use crate::support::{holdings, pki, status_in, words};
use crate::world::World;

/// Changes the inventory as a deed does that takes more than a test has: another CA, a server.
const CHANGE: &str = "
import sqlite3, sys
inventory = sqlite3.connect('pki/inventory.sqlite')
inventory.execute(sys.argv[1])
inventory.commit()
";

fn found(status: &Status) -> Vec<String> {
    words(&status.findings)
}

fn status(world: &World) -> (i32, Vec<String>, Value) {
    let told = world.run("status --json");
    let document = told.document();
    let findings = document["findings"].as_array().unwrap();
    let words = findings
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one["matter"].as_str().unwrap(),
                one["name"].as_str().unwrap()
            )
        })
        .collect();
    (told.code, words, document)
}

#[test]
fn a_list_that_is_missing_old_or_another_is_found() {
    let world = pki();
    // Without the CA's key nothing can be published.
    std::fs::rename(world.path("pki/ca/web.key"), world.path("web.key")).unwrap();
    world.run("revoke client01 --reason keyCompromise --yes");
    let (code, found, _) = status(&world);
    assert_eq!(
        (code, found),
        (
            3,
            vec!["crl_missing web".into(), "ca_key_absent web".into()]
        )
    );

    std::fs::rename(world.path("web.key"), world.path("pki/ca/web.key")).unwrap();
    world.ok("crl web");
    let (code, found, document) = status(&world);
    assert_eq!((code, found), (0, Vec::<String>::new()));
    // What openssl reads from the file is what the status says.
    let said =
        world.accepts("openssl crl -in pki/crl/web.crl -noout -text -nextupdate -dateopt iso_8601");
    let web = document["authorities"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "web")
        .unwrap();
    assert_eq!(web["revoked"], 1);
    assert_eq!(web["crl"]["entries"], 1);
    let next = web["crl"]["next_update"]
        .as_str()
        .unwrap()
        .replace('T', " ");
    assert!(
        said.contains(&format!("nextUpdate={next}")),
        "{said}\n{next}"
    );
    world.run("status --prometheus certmint.prom");
    let seconds = world.accepts(&format!("date -u -d '{next}' +%s"));
    let series = format!(
        "certmint_crl_next_update_seconds{{ca=\"web\"}} {}",
        seconds.trim()
    );
    assert!(
        world.read_text("certmint.prom").contains(&series),
        "{series}"
    );

    // One more is revoked, and the list does not say so.
    std::fs::copy(world.path("pki/crl/web.crl"), world.path("old.crl")).unwrap();
    std::fs::rename(world.path("pki/ca/web.key"), world.path("web.key")).unwrap();
    world.run("revoke backend --yes");
    let (code, found, document) = status(&world);
    assert_eq!(
        (code, found),
        (
            3,
            vec!["crl_outdated web".into(), "ca_key_absent web".into()]
        )
    );
    let what = document["findings"][0]["what"].as_str().unwrap();
    assert_eq!(what, "does not say that 1 certificate is revoked");
    // Without the files their numbers tell.
    let told = world.run("status --skip-files --json").document();
    assert_eq!(told["findings"][0]["matter"], "crl_outdated");
    std::fs::rename(world.path("web.key"), world.path("pki/ca/web.key")).unwrap();
    world.ok("crl web");
    assert_eq!(status(&world).1, Vec::<String>::new());

    // Somebody puts the old list back, or takes it away.
    std::fs::copy(world.path("old.crl"), world.path("pki/crl/web.crl")).unwrap();
    assert_eq!(status(&world).1, ["crl_differs web"]);
    std::fs::remove_file(world.path("pki/crl/web.crl.der")).unwrap();
    assert_eq!(status(&world).1, ["crl_differs web"]);
}

#[test]
fn the_end_of_a_list_is_seen_before_it_locks_everybody_out() {
    let world = pki();
    world.ok("crl web --days 10");
    let at = |days| found(&status_in(&world, days, Files::Compared));
    assert_eq!(at(7), Vec::<String>::new());
    assert_eq!(at(8), ["crl_expires_soon web"]);
    assert_eq!(at(11), ["crl_expired web"]);
    assert!(status_in(&world, 11, Files::Compared).needs_attention());
}

/// A certificate that is taken off hold must come off the list too.
#[test]
fn what_is_off_hold_is_missed_on_the_new_list() {
    let world = pki();
    world.ok("revoke client01 --reason certificateHold --yes");
    assert_eq!(status(&world).1, Vec::<String>::new());
    std::fs::rename(world.path("pki/ca/web.key"), world.path("web.key")).unwrap();
    world.run("revoke client01 --release --yes");
    let (_, found, document) = status(&world);
    assert_eq!(found, ["crl_outdated web", "ca_key_absent web"]);
    let what = document["findings"][0]["what"].as_str().unwrap();
    assert_eq!(what, "does not say that 1 certificate is off hold again");
}

#[test]
fn a_revoked_ca_leaves_its_certificates_without_worth() {
    let world = pki();
    world.ok("revoke web --ca ca --yes");
    let (code, found, document) = status(&world);
    assert_eq!((code, found), (3, vec!["ca_revoked web".to_owned()]));
    let what = document["findings"][0]["what"].as_str().unwrap();
    assert_eq!(
        what,
        "is revoked, and 5 certificates in use are signed by it"
    );
}

/// A rollover from its beginning to its end, as the status sees it.
#[test]
fn a_rollover_is_followed() {
    let world = pki();
    world.ok("ca rollover next web --no-passphrase --yes");
    let at = |days| found(&status_in(&world, days, Files::Compared));
    assert_eq!(
        at(0),
        ["rollover_due web"],
        "a subordinate needs no distribution"
    );
    world.ok("ca rollover next web --yes");
    let old = [
        "signed_by_old_key CN=other.example",
        "signed_by_old_key backend",
        "signed_by_old_key *.example.com",
        "signed_by_old_key client01",
        "signed_by_old_key node1",
    ];
    assert_eq!(at(0), old);
    // The successor signs, and its certificates need nobody's attention.
    world.ok("issue server new.example --ca web --key p256");
    let status = status_in(&world, 0, Files::Compared);
    assert_eq!(found(&status), old);
    assert_eq!(status.findings[1].remedy, "certmint renew backend");
    world.ok("renew backend client01 *.example.com node1 --quiet");
    assert_eq!(at(0), ["signed_by_old_key CN=other.example"]);
    let drawn = report::page(&status, &holdings(&world, &status, 100)).unwrap();
    assert!(drawn.contains("EC P-256 · succeeded"), "{drawn}");
    // What was signed for others has ended by then.
    assert!(
        at(21).contains(&"rollover_over web".to_owned()),
        "{:?}",
        at(21)
    );
    assert!(!status_in(&world, 21, Files::Skipped).needs_attention());
}

/// A root has cross-certificates too, and waits until it is known everywhere.
#[test]
fn the_new_root_is_one_of_the_cas_and_its_cross_certificates_are_not() {
    let world = pki();
    world.ok("ca rollover next ca --no-passphrase --yes");
    let now = status_in(&world, 0, Files::Compared);
    assert_eq!(found(&now), Vec::<String>::new());
    let titles: Vec<&str> = now.authorities.iter().map(|one| one.title()).collect();
    assert_eq!(titles, ["ca", "web", "ca-2"]);
    let held = holdings(&world, &now, 100);
    assert_eq!(held.certificates.len(), 6);
    assert!(held.certificates.iter().all(|one| one.issuer.is_some()));
    let later = status_in(&world, 400, Files::Skipped);
    let due: Vec<String> = found(&later)
        .into_iter()
        .filter(|word| word.starts_with("rollover"))
        .collect();
    assert_eq!(due, ["rollover_due ca"]);
}

/// A CA that was renewed with its key is one CA: what its older certificate signed is its own.
#[test]
fn a_renewed_ca_is_one() {
    let world = pki();
    world.ok("ca renew web --days 1900");
    let status = status_in(&world, 0, Files::Compared);
    let titles: Vec<(&str, u64)> = status
        .authorities
        .iter()
        .map(|authority| (authority.title(), authority.in_use))
        .collect();
    assert_eq!(titles, [("ca", 1), ("web", 5)]);
    assert_eq!(found(&status), Vec::<String>::new());
    let said = world.accepts("openssl x509 -noout -serial -in pki/ca/web.crt");
    assert_eq!(
        said.trim(),
        format!("serial={}", status.authorities[1].serial)
    );
    world.ok("revoke client01 --yes");
    assert_eq!(
        found(&status_in(&world, 0, Files::Compared)),
        Vec::<String>::new()
    );
}

#[test]
fn an_activation_that_nobody_finished_is_found() {
    let world = pki();
    world.python(
        CHANGE,
        &["INSERT INTO activation (certificate_id, started_at)
           SELECT id, unixepoch() - 3600 FROM certificate WHERE name = 'flb'"],
    );
    let (code, found, _) = status(&world);
    assert_eq!(
        (code, found),
        (3, vec!["activation_unfinished flb".to_owned()])
    );
}

/// A renewal that its servers did not take is told at once.
#[test]
fn a_renewal_that_failed_just_now_is_found() {
    let world = pki();
    assert_eq!(world.run("renew --reload false flb").code, 1);
    let (code, found, _) = status(&world);
    assert_eq!(
        (code, found),
        (3, vec!["activation_unfinished flb".to_owned()])
    );
    world.ok("renew --reload true flb");
    let (code, found, _) = status(&world);
    assert_eq!((code, found), (0, vec![]));
}
