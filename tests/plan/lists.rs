//! Revocation lists.

use std::fs;

use certmint::x509::RevocationReason;

use super::Desk;

#[test]
fn a_list_is_kept_where_something_is_revoked() {
    let desk = Desk::small();
    desk.ok("issue client client01 --key p256");
    desk.revoke("client01", RevocationReason::Unspecified);
    assert_eq!(
        desk.lines(),
        ["CA ca: make revocation list — there is none"]
    );
    desk.ok("crl ca");
    desk.nothing_to_do();
    desk.ok("issue client client02 --key p256");
    desk.nothing_to_do();
    desk.revoke("client02", RevocationReason::Unspecified);
    assert_eq!(
        desk.lines(),
        ["CA ca: make revocation list — what is revoked changed since the one before"]
    );
    desk.ok("crl ca");
    desk.nothing_to_do();
    fs::remove_file(desk.world.path("pki/crl/ca.crl")).unwrap();
    assert_eq!(
        desk.lines(),
        ["CA ca: make revocation list — its files are missing"]
    );
}

#[test]
fn a_list_is_made_anew_in_the_last_third_of_its_life() {
    let desk = Desk::small();
    desk.edit("passphrase", "crl_days = 9\npassphrase");
    desk.ok("ca set ca --crl-days 9");
    desk.ok("crl ca");
    desk.nothing_to_do();
    assert_eq!(desk.steps_in(5), Vec::<String>::new());
    let steps = desk.steps_in(7);
    assert!(
        steps[0].starts_with("ca publish_list the one there is ends on "),
        "{steps:?}"
    );
}

/// What was taken off hold is on no list, and one that expired leaves the list by itself.
#[test]
fn a_list_is_outdated_by_what_is_released_and_not_by_what_ends() {
    let desk = Desk::small();
    desk.ok("issue client held --key p256");
    desk.ok("issue client brief --key p256 --days 1");
    desk.revoke("held", RevocationReason::CertificateHold);
    desk.revoke("brief", RevocationReason::Superseded);
    desk.ok("crl ca --days 300");
    desk.nothing_to_do();
    assert_eq!(desk.steps_in(20), Vec::<String>::new());
    let held = desk.current("held");
    desk.store().release(&[held], super::in_days(0)).unwrap();
    assert_eq!(
        desk.lines(),
        ["CA ca: make revocation list — what is revoked changed since the one before"]
    );
}
