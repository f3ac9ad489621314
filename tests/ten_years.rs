//! Ten years in a few minutes: a daily renewal of a thousand certificates and one rollover of their
//! CA, with a clock that the test moves. Every deed takes the time as an argument; nothing here
//! touches a clock.
//!
//! At no moment is a certificate expired or valid longer than its issuer, and while the CA is rolled
//! over openssl accepts every certificate, with what its server sends, from the old trust bundle and
//! from the new one.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    process::Stdio,
};

use certmint::{
    authority::{
        Filed, Filing, Generation, KeyChoice, LeafKey, LeafOrder, Order, ReissueScope,
        RenewalWindow, SigningAuthority, all, certify, due, issue_all, itself, named, reissue,
        renewal, renewing_authority,
        rollover::{Insistence, Preparation, Rollover, prepare, retire, switch},
        select_for_reissue,
    },
    key::{KeyFile, KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, CaProfile, LeafKind, LongLife, Profile},
    store::{
        ActivationNeed, Actor, AuthorityFile, CertificateFile, Filter, Shelf, State, Store,
        StoreName,
    },
    x509::{DistinguishedNameBuilder, Name, PathLength, ProvenKey, San, SanSet, Validity, oid},
};
use time::{Duration, OffsetDateTime, macros::datetime};

const START: OffsetDateTime = datetime!(2026-01-01 04:00 UTC);
const DAYS: i64 = 3650;
const CERTIFICATES: usize = 1000;
/// The rollover begins when the CA has a little more than the life of a certificate left.
const PREPARED: i64 = 2700;
const WAIT: i64 = 30;
const REISSUED_A_DAY: usize = 50;

fn name(text: &str) -> StoreName {
    text.parse().unwrap()
}

fn subject(common_name: &str) -> Name {
    DistinguishedNameBuilder::new()
        .attribute(oid::COMMON_NAME, common_name)
        .unwrap()
        .build()
        .unwrap()
}

/// The CA that signs for a name on this day.
fn signer(store: &Store, called: &StoreName) -> SigningAuthority {
    let authority = named(store.inventory(), Some(called)).unwrap();
    opened(store, &authority)
}

fn opened(store: &Store, authority: &certmint::store::Authority) -> SigningAuthority {
    let file = store
        .layout()
        .authority_file(authority.name.as_ref().unwrap(), AuthorityFile::Key);
    let key = KeyFile::read(&fs::read(file).unwrap())
        .unwrap()
        .unlock(None);
    SigningAuthority::of_this_pki(store, authority, key.unwrap()).unwrap()
}

fn make_root(store: &mut Store, now: OffsetDateTime) {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let order = Order {
        application: Application {
            profile: Profile::Ca(CaProfile {
                path_length: PathLength::AtMost(1),
                name_constraints: None,
            }),
            key: ProvenKey::of(&key),
            subject: subject("testca.com"),
            alternative_names: AlternativeNames::AsRequested,
            validity: Validity::of_days(now, 3650).unwrap(),
            long_life: LongLife::Refuse,
            requested: Vec::new(),
            operator: Vec::new(),
        },
        filing: Filing::Authority {
            name: name("ca"),
            key_pem: key.to_pkcs8_pem(),
        },
    };
    let root = SigningAuthority::new_root(subject("testca.com"), key);
    certify(store, &root, order, now).unwrap();
}

/// A thousand certificates of different lives, so that no two years are alike.
fn issue_first(store: &mut Store, now: OffsetDateTime) {
    let signer = signer(store, &name("ca"));
    let orders = (0..CERTIFICATES)
        .map(|number| {
            let host = format!("host{number}.example.com");
            let days = [825, 398, 200, 90][number % 4];
            LeafOrder {
                name: name(&format!("host{number}")),
                kind: LeafKind::Server,
                key: LeafKey::New(KeySpec::P256),
                subject: subject(&host),
                names: SanSet::new([San::dns(&host).unwrap()]).unwrap(),
                validity: Validity::of_days(now, days).unwrap(),
                long_life: LongLife::Refuse,
                generation: Generation::First,
            }
        })
        .collect();
    for filed in issue_all(store, &signer, orders, now, &mut |_| {}) {
        filed.unwrap();
    }
}

/// What `renew` does each night.
fn renew(store: &mut Store, now: OffsetDateTime) -> usize {
    let window = RenewalWindow::default();
    let found = due(
        store.inventory(),
        |name, row| Some(window.due_at(&name.to_string(), row.not_before, row.not_after)),
        now,
    )
    .unwrap();
    let mut by_authority: BTreeMap<StoreName, Vec<_>> = BTreeMap::new();
    for one in found {
        let authority = renewing_authority(store.inventory(), &one).unwrap();
        by_authority.entry(authority).or_default().push(one);
    }
    let mut count = 0;
    for (authority, group) in by_authority {
        let signer = signer(store, &authority);
        let orders = group
            .iter()
            .map(|one| {
                let need = ActivationNeed::Nothing;
                renewal(store, &signer, one, KeyChoice::New, need, now)
                    .unwrap_or_else(|error| panic!("{now}: {}: {error}", one.name))
            })
            .collect();
        for filed in issue_all(store, &signer, orders, now, &mut |_| {}) {
            assert_within_issuers(&filed.unwrap(), now);
            count += 1;
        }
    }
    count
}

/// What was just made ends no later than any certificate above it.
fn assert_within_issuers(filed: &Filed, now: OffsetDateTime) {
    let made = &filed.certificate;
    assert!(
        made.not_before() <= now && made.not_after() > now,
        "{now}: {made:?}"
    );
    for above in filed.chain.iter() {
        // An expired issuer in a chain is no issuer.
        assert!(
            above.not_after() >= made.not_after(),
            "{now}: outlives {}",
            above.subject()
        );
    }
}

/// There are as many current certificates as names, and none of them has expired.
fn assert_none_expired(store: &Store, now: OffsetDateTime) {
    let current = Filter {
        state: Some(State::Issued),
        shelf: Some(Shelf::Certificates),
        ..Filter::default()
    };
    let expired = Filter {
        ends_before: Some(now),
        ..current.clone()
    };
    let count = |filter| store.inventory().count(filter).unwrap();
    assert_eq!(count(&current), CERTIFICATES as u64, "{now}");
    assert_eq!(count(&expired), 0, "{now}: expired");
}

/// Every current certificate is valid now, and within its issuer's life.
fn assert_alive(store: &Store, now: OffsetDateTime) {
    let ends: HashMap<_, _> = store
        .inventory()
        .authorities()
        .unwrap()
        .into_iter()
        .map(|authority| (authority.id, authority.not_after))
        .collect();
    let current = all(store.inventory()).unwrap();
    assert_eq!(current.len(), CERTIFICATES, "{now}");
    for one in current {
        let row = one.row;
        assert!(
            row.not_before <= now,
            "{now}: {} is not valid yet",
            one.name
        );
        assert!(row.not_after > now, "{now}: {} has expired", one.name);
        let end = ends[&row.issuer.unwrap()];
        assert!(
            row.not_after <= end,
            "{now}: {} outlives its issuer",
            one.name
        );
    }
}

/// openssl's judgement of every certificate with what its server sends, from one root alone.
fn judge_all(store: &Store, root: &Path, now: OffsetDateTime) {
    // Certificates that are sent with the same others go to openssl together.
    let mut groups: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
    for one in all(store.inventory()).unwrap() {
        let layout = store.layout();
        let sent =
            fs::read(layout.certificate_file(&one.name, CertificateFile::FullChain)).unwrap();
        let alone = layout.certificate_file(&one.name, CertificateFile::Certificate);
        let certificate = fs::read(&alone).unwrap();
        let others = sent.strip_prefix(certificate.as_slice()).unwrap().to_vec();
        let file = alone.to_str().unwrap().to_owned();
        groups.entry(others).or_default().push(file);
    }
    let folder = tempfile::tempdir().unwrap();
    for (others, files) in groups {
        let mut openssl = judge::command("openssl");
        openssl
            .args(["verify", "-x509_strict", "-purpose", "sslserver", "-attime"])
            .arg(now.unix_timestamp().to_string())
            .arg("-CAfile")
            .arg(root)
            .args(["-no-CApath", "-no-CAstore"]);
        if !others.is_empty() {
            let untrusted = folder.path().join("sent.pem");
            fs::write(&untrusted, &others).unwrap();
            openssl.arg("-untrusted").arg(untrusted);
        }
        let count = files.len();
        let output = openssl.args(files).stdin(Stdio::null()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let accepted = told.lines().filter(|line| line.ends_with(": OK")).count();
        assert_eq!(
            accepted,
            count,
            "{now}, from {}: {}",
            root.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_thousand_certificates_and_their_ca_live_for_ten_years() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap());
    let pki = folder.path().join("pki");
    let ca = name("ca");
    let successor = name("ca-2");
    let mut store = Store::create(&pki, &Actor::new("simulation"), START).unwrap();
    make_root(&mut store, START);
    issue_first(&mut store, START);
    let old_root = folder.path().join("old.crt");
    let new_root = folder.path().join("new.crt");
    fs::copy(pki.join("ca/ca.crt"), &old_root).unwrap();

    let mut renewed = 0;
    let mut judged = 0;
    let mut retired = None;
    for day in 1..=DAYS {
        // A timer is not on the dot.
        let now = START + Duration::days(day) + Duration::minutes(day * 7 % 180);
        renewed += renew(&mut store, now);

        if day == PREPARED {
            let old = itself(store.inventory(), Some(&ca)).unwrap();
            let rollover = Rollover::of(store.inventory(), &old, now).unwrap();
            let key = PrivateKey::generate(KeySpec::P256).unwrap();
            let order = Preparation {
                name: successor.clone(),
                subject: subject("testca.com"),
                key_pem: key.to_pkcs8_pem(),
                key,
                validity: Validity::of_days(now, 3650).unwrap(),
                wait: Duration::days(WAIT),
            };
            let signer = opened(&store, &old);
            let prepared = prepare(&mut store, &rollover, order, &signer, now).unwrap();
            assert_eq!(prepared.cross.made.len(), 2);
            fs::copy(pki.join("ca/ca-2.crt"), &new_root).unwrap();
        }
        if day >= PREPARED && retired.is_none() {
            let old = itself(store.inventory(), Some(&ca)).unwrap();
            let rollover = Rollover::of(store.inventory(), &old, now).unwrap();
            if day == PREPARED + WAIT / 2 {
                switch(&mut store, &rollover, Insistence::No, now).unwrap_err();
            }
            if day == PREPARED + WAIT {
                switch(&mut store, &rollover, Insistence::No, now).unwrap();
            }
            if day > PREPARED + WAIT {
                let scope = ReissueScope::SignedBy(Box::new(old.clone()));
                let left = select_for_reissue(store.inventory(), &scope, now).unwrap();
                let few = &left.certificates[..left.certificates.len().min(REISSUED_A_DAY)];
                let signer = signer(&store, &ca);
                for filed in reissue(
                    &mut store,
                    &signer,
                    few,
                    KeyChoice::New,
                    &|_| ActivationNeed::Nothing,
                    now,
                    &mut |_| {},
                ) {
                    assert_within_issuers(&filed.unwrap(), now);
                }
                if left.certificates.is_empty() {
                    retire(&mut store, &rollover, Insistence::No, now).unwrap();
                    retired = Some(day);
                    println!("the old key retired on day {day}");
                }
            }
            // Both bundles, until the last day of the old one.
            let changes = day == PREPARED || day == PREPARED + WAIT || retired.is_some();
            if changes || day % 7 == 0 {
                if retired.is_none() {
                    judge_all(&store, &old_root, now);
                }
                judge_all(&store, &new_root, now);
                judged += 1;
            }
        } else if day % 365 == 0 {
            let root = if day < PREPARED { &old_root } else { &new_root };
            judge_all(&store, root, now);
            judged += 1;
        }
        assert_none_expired(&store, now);
        // What is in a row does not change, and was looked at when it came.
        if day % 90 == 0 {
            assert_alive(&store, now);
        }
    }
    assert!(retired.is_some_and(|day| day < PREPARED + 365));
    let now = START + Duration::days(DAYS + 1);
    judge_all(&store, &new_root, now);

    // The old root has nothing left to be trusted for.
    let newest = store
        .inventory()
        .current(Shelf::Certificates, &name("host0"));
    let issuer = newest.unwrap().unwrap().issuer.unwrap();
    let issuer = store.inventory().authority(issuer).unwrap().unwrap();
    assert_eq!(issuer.name, Some(successor));
    println!(
        "{renewed} renewals in {DAYS} days; {judged} judgements of {CERTIFICATES} certificates"
    );
    assert!(renewed > 10 * CERTIFICATES, "{renewed}");
}
