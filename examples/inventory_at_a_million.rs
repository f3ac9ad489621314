//! Fills an inventory and measures its lists: `cargo run --example inventory_at_a_million -- DIR
//! [ROWS]`. The directory is made; delete it afterwards (two gigabytes at a million rows).
#![allow(
    clippy::print_stdout,
    reason = "a measurement is made for its figures to be read"
)]

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use certmint::store::{
    ActivationNeed, Actor, CertificateKind, Filter, Inventory, NewAuthority, NewRecord, Order,
    Placement, Query, RecordIssuer, SanKind, SanText, Sealing, Sort, State, StoreName, Succession,
    TextMatch,
};
use time::{Duration, OffsetDateTime};

const BATCH: u64 = 10_000;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().context("name a directory")?.into();
    let rows: u64 = match arguments.next() {
        Some(rows) => rows.parse()?,
        None => 1_000_000,
    };
    std::fs::create_dir_all(&folder)?;
    let mut inventory = Inventory::open_to_write(
        &folder.join("inventory.sqlite"),
        &Actor::new("example"),
        start(),
    )?;
    let there = inventory.count(&Filter::default())?;
    if there < rows {
        fill(&mut inventory, there, rows)?;
    }
    drop(inventory);
    measure(&folder.join("inventory.sqlite"))
}

fn start() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000)
}

/// Scatters numbers as random serial numbers are (the finaliser of SplitMix64).
fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn fill(inventory: &mut Inventory, from: u64, rows: u64) -> anyhow::Result<()> {
    let authority = inventory.add_authority(&NewAuthority {
        name: None,
        subject: "CN=testca.com".into(),
        subject_der: vec![0x30, 0],
        key_id: vec![1; 20],
        certificate_der: b"authority".to_vec(),
        not_before: start(),
        not_after: start() + Duration::days(3650),
        created_at: start(),
    })?;
    let began = Instant::now();
    for batch in from / BATCH..rows.div_ceil(BATCH) {
        let numbers = batch * BATCH..rows.min((batch + 1) * BATCH);
        let records = numbers
            .clone()
            .map(|number| record(RecordIssuer::Authority(authority), number))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let recorded = inventory.record(&records)?;
        // One in a thousand was never signed.
        let sealings: Vec<_> = numbers
            .zip(recorded.iter().zip(&records))
            .filter(|(number, _)| number % 1000 != 0)
            .map(|(_, (recorded, record))| {
                let mut certificate_der = vec![0x30, 0x82, 0x03, 0xc0];
                certificate_der.extend_from_slice(&record.to_be_signed);
                certificate_der.extend_from_slice(&[0; 260]);
                Sealing {
                    id: recorded.id,
                    certificate_der,
                    issued_at: start(),
                    activation: ActivationNeed::Nothing,
                    succession: Succession::None,
                }
            })
            .collect();
        inventory.seal(&sealings)?;
        let ids: Vec<_> = sealings.iter().map(|sealing| sealing.id).collect();
        inventory.mark_filed(&ids, start())?;
        if batch % 10 == 9 {
            println!("{} rows after {:.0?}", (batch + 1) * BATCH, began.elapsed());
        }
    }
    Ok(())
}

fn record(issuer: RecordIssuer, number: u64) -> anyhow::Result<NewRecord> {
    let (high, low) = (scatter(number), scatter(!number));
    let mut to_be_signed = vec![0x30, 0x82, 0x02, 0xb8];
    to_be_signed.extend((0..87).flat_map(|word| scatter(number ^ (word << 32)).to_be_bytes()));
    let host = format!("host{high:016x}.example.com");
    let days = i64::try_from(high % 825)?;
    Ok(NewRecord {
        issuer,
        serial: [high.to_be_bytes(), low.to_be_bytes()].concat(),
        kind: match number % 10 {
            0 => CertificateKind::Client,
            _ => CertificateKind::Server,
        },
        placement: Placement::NewCertificate(host.parse::<StoreName>()?),
        subject: format!("CN={host}"),
        subject_der: vec![0x30; 60],
        sans: vec![SanText {
            kind: SanKind::Dns,
            value: host,
        }],
        not_before: start() + Duration::days(days - 825),
        not_after: start() + Duration::days(days),
        key_id: vec![2; 20],
        public_key_sha256: [3; 32],
        to_be_signed,
        recorded_at: start(),
    })
}

fn measure(path: &std::path::Path) -> anyhow::Result<()> {
    let began = Instant::now();
    let inventory = Inventory::open_to_read(path)?;
    println!(
        "open to read                          {:>10.2?}",
        began.elapsed()
    );
    let all = Filter::default;
    let host = format!("host{:016x}.example.com", scatter(4711));
    let serial = [scatter(4711).to_be_bytes(), scatter(!4711).to_be_bytes()].concat();
    let soon = Some(start() + Duration::days(30));
    let sorts = [
        ("recorded", Sort::Recorded),
        ("name", Sort::Name),
        ("subject", Sort::Subject),
        ("serial", Sort::Serial),
        ("not after", Sort::NotAfter),
    ];
    let filters = [
        ("all", all()),
        (
            "issued",
            Filter {
                state: Some(State::Issued),
                ..all()
            },
        ),
        (
            "recorded only",
            Filter {
                state: Some(State::Recorded),
                ..all()
            },
        ),
        (
            "clients",
            Filter {
                kind: Some(CertificateKind::Client),
                ..all()
            },
        ),
        (
            "authorities",
            Filter {
                kind: Some(CertificateKind::Ca),
                ..all()
            },
        ),
        (
            "one name",
            Filter {
                name: Some(TextMatch::Exactly(host.clone())),
                ..all()
            },
        ),
        (
            "name prefix",
            Filter {
                name: Some(TextMatch::StartingWith("hosta".into())),
                ..all()
            },
        ),
        (
            "one san",
            Filter {
                san: Some(TextMatch::Exactly(host.clone())),
                ..all()
            },
        ),
        (
            "one subject",
            Filter {
                subject: Some(TextMatch::Exactly(format!("CN={host}"))),
                ..all()
            },
        ),
        (
            "one serial",
            Filter {
                serial: Some(serial),
                ..all()
            },
        ),
        (
            "issued, 30 days left",
            Filter {
                state: Some(State::Issued),
                ends_before: soon,
                ..all()
            },
        ),
    ];
    for (filter_name, filter) in &filters {
        for (sort_name, sort) in sorts {
            let query = Query {
                filter: filter.clone(),
                sort,
                order: Order::Descending,
                limit: Some(50),
                offset: 0,
            };
            let began = Instant::now();
            let found = inventory.list(&query)?.len();
            let first = began.elapsed();
            let began = Instant::now();
            inventory.list(&query)?;
            let again = began.elapsed();
            println!(
                "{filter_name:22} by {sort_name:10} {found:>3} rows {first:>10.2?} first, {again:>10.2?} again"
            );
        }
    }
    let began = Instant::now();
    let count = inventory.count(&Filter {
        state: Some(State::Issued),
        ..all()
    })?;
    println!("count issued: {count} in {:.2?}", began.elapsed());
    let began = Instant::now();
    let mut rows = 0_u64;
    inventory.for_each(
        &Query {
            sort: Sort::Name,
            ..Query::default()
        },
        |_| {
            rows += 1;
            std::ops::ControlFlow::Continue(())
        },
    )?;
    println!("all {rows} rows by name in {:.2?}", began.elapsed());
    Ok(())
}
