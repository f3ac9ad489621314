//! `certmint plan`: the difference between a manifest and a PKI that the other commands made, each
//! step with its reason, at any time of the PKI's life.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod authorities;
mod changes;
mod command;
mod exports;
mod lists;
mod size;
mod times;

use std::path::Path;

use certmint::{
    manifest::{Plan, Surroundings, parse, plan},
    store::{Actor, Inventory, Layout, RecordId, Revocation, Shelf, Store},
    x509::RevocationReason,
};
use time::{Duration, OffsetDateTime};

use world::World;

/// A manifest in a folder, with the PKI in `pki` beside it.
struct Desk {
    world: World,
}

/// A root and a server, as the commands make them by default but for the quick keys.
const SMALL: &str = "[ca.ca]
common_name = \"testca.com\"
key = \"p256\"
passphrase = \"none\"

[server.flb]
san = [\"www.2026testsite.com\"]
key = \"p256\"
";

impl Desk {
    fn new(manifest: &str) -> Self {
        Self::of(World::new(), manifest)
    }

    fn of(world: World, manifest: &str) -> Self {
        world.write("pki.toml", manifest);
        Self { world }
    }

    /// [`SMALL`], and the PKI that it describes.
    fn small() -> Self {
        let desk = Self::new(SMALL);
        desk.ok("ca init --cn testca.com --key p256 --no-passphrase");
        desk.ok("issue server flb --san www.2026testsite.com --key p256");
        desk
    }

    fn ok(&self, line: &str) {
        self.world.ok(line);
    }

    /// The manifest with a part replaced.
    fn edit(&self, from: &str, to: &str) {
        let text = self.world.read_text("pki.toml");
        assert!(text.contains(from), "{from} is not in\n{text}");
        self.world.write("pki.toml", text.replace(from, to));
    }

    fn append(&self, more: &str) {
        let text = self.world.read_text("pki.toml");
        self.world.write("pki.toml", format!("{text}{more}"));
    }

    /// What `plan` prints, a line each, the last one left out, which counts.
    #[track_caller]
    fn lines(&self) -> Vec<String> {
        let told = self.world.ok("plan");
        assert_eq!(told.stderr, "");
        let mut lines: Vec<String> = told.stdout.lines().map(str::to_owned).collect();
        let last = lines.pop().unwrap();
        assert!(last == "nothing to do" || last.contains("step"), "{last}");
        lines
    }

    #[track_caller]
    fn nothing_to_do(&self) {
        assert_eq!(self.lines(), Vec::<String>::new());
    }

    /// The plan so many days from now.
    fn plan_in(&self, days: i64) -> Plan {
        let manifest = parse("pki.toml", &self.world.read_text("pki.toml")).unwrap();
        let layout = Layout::new(self.world.path("pki"));
        let inventory = Inventory::open_to_read(&layout.inventory()).unwrap();
        let surroundings = Surroundings {
            inventory: Some(&inventory),
            layout: &layout,
            folder: self.folder(),
        };
        plan(&manifest, surroundings, in_days(days)).unwrap()
    }

    /// Its steps: name, deed, reasons.
    fn steps_in(&self, days: i64) -> Vec<String> {
        let plan = self.plan_in(days);
        assert!(plan.conflicts().is_empty(), "{:?}", plan.conflicts());
        plan.steps()
            .iter()
            .map(|step| {
                let reasons: Vec<String> = step.reasons.iter().map(ToString::to_string).collect();
                format!("{} {} {}", step.name, step.deed.word(), reasons.join(", "))
            })
            .collect()
    }

    fn store(&self) -> Store {
        let actor = Actor::new("somebody");
        Store::open(self.world.path("pki"), &actor, in_days(0)).unwrap()
    }

    fn current(&self, name: &str) -> RecordId {
        let found = self
            .store()
            .inventory()
            .current(Shelf::Certificates, &name.parse().unwrap());
        found.unwrap().unwrap().id
    }

    /// Revokes a certificate and makes no list.
    fn revoke(&self, name: &str, reason: RevocationReason) {
        let (id, at) = (self.current(name), in_days(0));
        let revocation = Revocation { id, reason, at };
        self.store().revoke(&[revocation], at).unwrap();
    }

    fn folder(&self) -> &Path {
        self.world.folder()
    }
}

fn in_days(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(days)
}
