//! The same PKI at other times.

use super::{Desk, SMALL};

#[test]
fn a_certificate_is_due_in_the_last_third_and_has_expired_after_its_end() {
    let desk = Desk::small();
    // 825 days: the last third begins 275 days before the end, and its tenth is 27.5 days.
    assert_eq!(desk.steps_in(549), Vec::<String>::new());
    let renewals = desk.steps_in(578);
    assert_eq!(renewals, ["flb renew 246 days left"]);
    assert_eq!(desk.steps_in(824), ["flb renew 0 days left"]);
    let expired = desk.steps_in(900);
    assert!(
        expired[0].starts_with("flb renew expired on "),
        "{expired:?}"
    );
}

#[test]
fn the_manifest_says_when_it_is_due() {
    let desk = Desk::small();
    desk.append("renew_days = 10\n");
    assert_eq!(desk.steps_in(814), Vec::<String>::new());
    assert_eq!(desk.steps_in(816), ["flb renew 8 days left"]);
}

#[test]
fn a_change_and_the_time_are_one_step() {
    let desk = Desk::small();
    desk.edit(
        "[\"www.2026testsite.com\"]",
        "[\"www.2026testsite.com\", \"b.example\"]",
    );
    assert_eq!(
        desk.steps_in(824),
        ["flb reissue SAN b.example added, 0 days left"]
    );
}

#[test]
fn what_was_made_while_the_clock_was_ahead_is_made_again() {
    let desk = Desk::small();
    let steps = desk.steps_in(-2);
    assert!(
        steps
            .iter()
            .any(|step| step.starts_with("flb renew not valid before ")),
        "{steps:?}"
    );
    assert!(
        steps
            .iter()
            .any(|step| step.starts_with("ca renew not valid before ")),
        "{steps:?}"
    );
}

/// A root is renewed in its last third, and earlier where what it signs would outlive it, but never
/// in the first half of its life.
#[test]
fn a_ca_is_renewed_before_what_it_signs_would_outlive_it() {
    let desk = Desk::new(SMALL);
    desk.ok("ca init --cn testca.com --key p256 --no-passphrase --days 1000");
    desk.ok("issue server flb --san www.2026testsite.com --key p256 --days 600");
    desk.edit("passphrase", "days = 1000\npassphrase");
    desk.append("days = 600\n");
    assert_eq!(desk.steps_in(399), Vec::<String>::new());
    // Half of the life is 500 days; a tenth of that is 50.
    let steps = desk.steps_in(555);
    assert!(
        steps.contains(&"ca renew 444 days left, and what it signs lives for 600".to_owned()),
        "{steps:?}"
    );
    let steps = desk.steps_in(720);
    assert!(
        steps.contains(&"ca renew 279 days left".to_owned()),
        "{steps:?}"
    );
    // Whoever says when wants it then.
    desk.edit("days = 1000\n", "days = 1000\nrenew_days = 30\n");
    assert!(
        !desk
            .steps_in(720)
            .iter()
            .any(|step| step.starts_with("ca "))
    );
    let steps = desk.steps_in(975);
    assert!(
        steps.contains(&"ca renew 24 days left".to_owned()),
        "{steps:?}"
    );
}
