//! Fills a PKI with real certificates: `cargo run --release --example signed_at_a_million -- DIR
//! [ROWS]`. DIR is a PKI with one CA whose key is not encrypted. The certificates are for a key that
//! all of them share and are filed nowhere, as those of `certmint sign`, so a million rows take two
//! gigabytes and no files. What is there already counts, so that a run which was ended goes on.
#![allow(
    clippy::print_stdout,
    reason = "whoever waits for minutes wants to see how far it is"
)]

use std::{fs, path::PathBuf, time::Instant};

use anyhow::Context as _;
use certmint::{
    authority::{Filing, Order, SigningAuthority, certify_all, itself},
    key::{KeyFile, KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, LeafKind, LongLife, Profile},
    store::{Actor, AuthorityFile, Filter, Store},
    x509::{DistinguishedNameBuilder, ProvenKey, San, SanSet, Validity, oid},
};
use time::OffsetDateTime;

const BATCH: u64 = 10_000;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().context("name a PKI directory")?.into();
    let rows: u64 = arguments
        .next()
        .map_or(Ok(1_000_000), |rows| rows.parse())?;
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(&folder, &Actor::new("example"), now)?;
    let authority = itself(store.inventory(), None)?;
    let name = authority.name.as_ref().context("the CA has no name")?;
    let key_file = store.layout().authority_file(name, AuthorityFile::Key);
    let key = KeyFile::read(&fs::read(key_file)?)?.unlock(None)?;
    let signing = SigningAuthority::of_this_pki(&store, &authority, key)?;
    let shared = PrivateKey::generate(KeySpec::P256)?;
    let began = Instant::now();
    loop {
        let there = store.inventory().count(&Filter::default())?;
        if there >= rows {
            println!("{there} certificates");
            return Ok(());
        }
        let orders = (there..rows.min(there + BATCH))
            .map(|number| order(&shared, number, now))
            .collect::<anyhow::Result<Vec<Order>>>()?;
        for filed in certify_all(&mut store, &signing, orders, now, &mut |_| {}) {
            filed?;
        }
        println!("{there} certificates before {:.0?}", began.elapsed());
    }
}

/// A server certificate for a host name of its own.
fn order(key: &PrivateKey, number: u64, now: OffsetDateTime) -> anyhow::Result<Order> {
    let host = format!("host{number}.example.com");
    let names = SanSet::new([host.parse::<San>()?])?.context("a set of one name")?;
    Ok(Order {
        application: Application {
            profile: Profile::Leaf(LeafKind::Server),
            key: ProvenKey::of(key),
            subject: DistinguishedNameBuilder::new()
                .attribute(oid::COMMON_NAME, &host)
                .and_then(DistinguishedNameBuilder::build)?,
            alternative_names: AlternativeNames::Given(names),
            validity: Validity::of_days(now, 825)?,
            long_life: LongLife::Refuse,
            requested: Vec::new(),
            operator: Vec::new(),
        },
        filing: Filing::Elsewhere,
    })
}
