//! A PKI of some size, and its status at another time than now.

use certmint::authority::status::{Files, Finding, Holdings, Scope, Soon, Status};
use certmint::store::{Inventory, Layout};
use time::{Duration, OffsetDateTime};

use crate::world::World;

/// What people write into names who do not mean well: markup, quotes, a turn of the direction of
/// text, formats of lines.
pub(crate) const HOSTILE: &str = "\"><script>document.title='owned'</script>\u{202e}{{7*7}};,\\n\\";

/// A root, a CA below it, and certificates of every kind and of several lives.
pub(crate) fn pki() -> World {
    let world = World::with_authority("p256");
    for line in [
        "ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase",
        "issue server flb --san www.2026testsite.com --ca ca --key p256",
        "issue server backend --san backend.internal.local --san ip:10.0.0.7 --ca web --key p256 --days 40",
        "issue server *.example.com --ca web --key p256 --days 90",
        "issue client client01 --ca web --key p256 --days 365",
        "issue peer node1 --san node1.internal.local --ca web --key p256",
        "csr new --key-file pki/certs/node1/node1.key --out other.csr --cn other.example --san other.example",
        "sign other.csr --ca web --days 20 --out other.crt",
    ] {
        world.ok(line);
    }
    world
}

/// Issues a certificate with a name that is an attack, if anything takes it for more than text.
pub(crate) fn add_hostile(world: &World) {
    let mut command = world.command("issue client hostile --ca web --key p256");
    command.args(["--cn", HOSTILE]);
    let told = crate::world::told(command);
    assert_eq!(told.code, 0, "{told:#?}");
}

pub(crate) fn inventory(world: &World) -> Inventory {
    Inventory::open_to_read(&world.path("pki/inventory.sqlite")).unwrap()
}

pub(crate) fn in_days(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(days)
}

/// The status as it will be in so many days.
pub(crate) fn status_in(world: &World, days: i64, files: Files) -> Status {
    let scope = Scope {
        soon: Soon::PartOfLife,
        files,
    };
    let layout = Layout::new(world.path("pki"));
    Status::of(&inventory(world), &layout, scope, in_days(days)).unwrap()
}

pub(crate) fn holdings(world: &World, status: &Status, limit: usize) -> Holdings {
    Holdings::of(&inventory(world), status, limit).unwrap()
}

/// Findings as `word name`, in order.
pub(crate) fn words(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{} {}", finding.matter.word(), finding.about.title()))
        .collect()
}
