//! A million revoked certificates: `cargo run --release --example revocation_at_a_million -- DIR
//! [ROWS [KIND]]`. Run it twice: the first time it makes the PKI with all of them, the second time it
//! makes the list and checks the audit log, and tells how long that takes and in how much memory.
//! Delete the directory afterwards (two gigabytes at a million rows). KIND is the kind of the CA's
//! key.
#![allow(
    clippy::print_stdout,
    reason = "a measurement is made for its figures to be read"
)]

use std::{fs, path::PathBuf, time::Instant};

use anyhow::Context as _;
use certmint::{
    authority::{Filing, Order, SigningAuthority, certify, itself, publish_revocation_list},
    key::{KeyFile, KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, CaProfile, LongLife, Profile},
    store::{
        Actor, AuthorityFile, AuthorityId, CertificateKind, Filter, NewRecord, Placement,
        RecordIssuer, Revocation, Store, StoreName,
    },
    x509::{DistinguishedNameBuilder, PathLength, ProvenKey, RevocationReason, Validity, oid},
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

const BATCH: u64 = 10_000;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().context("name a directory")?.into();
    let rows: u64 = arguments
        .next()
        .map_or(Ok(1_000_000), |rows| rows.parse())?;
    let kind: KeySpec = arguments
        .next()
        .map_or(Ok(KeySpec::P256), |kind| kind.parse())?;
    let now = OffsetDateTime::now_utc();
    let name: StoreName = "ca".parse()?;
    let mut store = Store::create(&folder, &Actor::new("example"), now)?;
    if store.inventory().count(&Filter::default())? == 0 {
        found(&mut store, &name, &PrivateKey::generate(kind)?, now)?;
        let authority = itself(store.inventory(), Some(&name))?;
        return measured("record and revoke", || {
            for batch in 0..rows.div_ceil(BATCH) {
                let numbers = batch * BATCH..rows.min((batch + 1) * BATCH);
                revoke(&mut store, authority.id, numbers, now)?;
            }
            Ok(())
        });
    }
    let key_file = store.layout().authority_file(&name, AuthorityFile::Key);
    let key = KeyFile::read(&fs::read(key_file)?)?.unlock(None)?;
    let authority = itself(store.inventory(), Some(&name))?;
    let signing = SigningAuthority::of_this_pki(&store, &authority, key)?;
    measured("make the list", || {
        let list = publish_revocation_list(&mut store, &signing, None, now)?;
        println!("{} revoked certificates", list.entries);
        Ok(())
    })?;
    measured("check the audit log", || {
        let mut findings = Vec::new();
        let check = store
            .inventory()
            .check_audit(None, &mut |finding| findings.push(finding))?;
        anyhow::ensure!(findings.is_empty(), "{findings:?}");
        println!(
            "{} entries, {} certificates",
            check.entries, check.certificates
        );
        Ok(())
    })
}

/// How long it takes, and the most memory that the process has meanwhile.
fn measured(what: &str, deed: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    // Resets the peak (proc(5), clear_refs).
    fs::write("/proc/self/clear_refs", "5")?;
    let began = Instant::now();
    deed()?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    println!("{what:<22} {:>8.1?}  peak {}", began.elapsed(), peak.trim());
    Ok(())
}

fn found(
    store: &mut Store,
    name: &StoreName,
    key: &PrivateKey,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    let subject = DistinguishedNameBuilder::new()
        .attribute(oid::COMMON_NAME, "testca.com")
        .and_then(DistinguishedNameBuilder::build)?;
    let copy = KeyFile::read(key.to_pkcs8_pem().as_bytes())?.unlock(None)?;
    let application = Application {
        profile: Profile::Ca(CaProfile {
            path_length: PathLength::AtMost(1),
            name_constraints: None,
        }),
        key: ProvenKey::of(key),
        subject: subject.clone(),
        alternative_names: AlternativeNames::AsRequested,
        validity: Validity::of_days(now, 3650)?,
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: Vec::new(),
    };
    let filing = Filing::Authority {
        name: name.clone(),
        key_pem: Zeroizing::new(key.to_pkcs8_pem().to_string()),
    };
    let order = Order {
        application,
        filing,
    };
    certify(
        store,
        &SigningAuthority::new_root(subject, copy),
        order,
        now,
    )?;
    Ok(())
}

/// Serial numbers that were recorded and lost, which is all that a list says of a certificate.
fn revoke(
    store: &mut Store,
    authority: AuthorityId,
    numbers: std::ops::Range<u64>,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    let records: Vec<NewRecord> = numbers
        .map(|number| {
            let mut serial = vec![0x5a; 20];
            for (octet, part) in serial.iter_mut().skip(12).zip(number.to_be_bytes()) {
                *octet = part;
            }
            NewRecord {
                issuer: RecordIssuer::Authority(authority),
                serial,
                kind: CertificateKind::Client,
                placement: Placement::Elsewhere,
                subject: format!("CN = client{number}"),
                subject_der: vec![0x30, 0],
                sans: Vec::new(),
                not_before: now,
                not_after: now + Duration::days(365),
                key_id: vec![2; 20],
                public_key_sha256: [3; 32],
                to_be_signed: vec![0x30, 0],
                recorded_at: now,
            }
        })
        .collect();
    let ids: Vec<_> = store
        .record(&records)?
        .iter()
        .map(|record| record.id)
        .collect();
    store.mark_lost(&ids, now)?;
    let revocations: Vec<Revocation> = ids
        .iter()
        .map(|id| Revocation {
            id: *id,
            reason: RevocationReason::KeyCompromise,
            at: now,
        })
        .collect();
    Ok(store.revoke(&revocations, now)?)
}
