//! A thousand certificates.

use std::{fmt::Write as _, time::Instant};

use super::{Desk, SMALL};
use crate::world::World;

/// One look-up per name: what a thousand names take is seen to be little even without optimisation.
#[test]
fn a_thousand_certificates_are_looked_through_at_once() {
    let desk = Desk::of(World::in_memory(), SMALL);
    desk.ok("ca init --cn testca.com --key p256 --no-passphrase");
    desk.ok("issue server flb --san www.2026testsite.com --key p256");
    let mut list = String::from("name,san\n");
    let mut entries = String::new();
    for number in 0..1_000 {
        writeln!(list, "host{number},host{number}.example.com").unwrap();
        write!(
            entries,
            "\n[server.host{number}]\nsan = [\"host{number}.example.com\"]\nkey = \"p256\"\n"
        )
        .unwrap();
    }
    desk.world.write("list.csv", list);
    desk.append(&entries);
    desk.ok("issue batch list.csv --key p256");
    desk.nothing_to_do();
    let started = Instant::now();
    let plan = desk.plan_in(0);
    let took = started.elapsed();
    assert!(plan.is_empty());
    assert!(took.as_secs_f64() < 3.0, "{took:?}");
    desk.edit(
        "[\"host7.example.com\"]",
        "[\"host7.example.com\", \"other.example.com\"]",
    );
    assert_eq!(
        desk.lines(),
        ["host7: reissue — SAN other.example.com added"]
    );
}
