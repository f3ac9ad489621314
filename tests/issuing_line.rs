//! The line that every certificate walks, without a disk: what is refused, when the ledger is
//! asked, and that the CA's key signs nothing that is not on record.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use certmint::{
    ca::{CaError, Draft, Issuer, Ledger, LedgerError, RecordId},
    key::{KeySpec, PrivateKey},
    profile::{
        AlternativeNames, Application, Approved, CaProfile, LeafKind, LongLife, Outcome, Profile,
        Refusal, approve,
    },
    x509::{
        BasicConstraints, CaCertificate, Certificate, DistinguishedNameBuilder, Extension,
        KeyUsage, Name, PathLength, ProvenKey, San, SanSet, SerialNumber, Validity, oid,
    },
};
use time::{Duration, OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

/// Keeps what it is given, or refuses everything.
enum TestLedger {
    Keeps(Vec<Vec<u8>>),
    Fails,
}

impl Ledger for TestLedger {
    fn record(&mut self, drafts: &[Draft]) -> Result<Vec<RecordId>, LedgerError> {
        match self {
            Self::Fails => Err(LedgerError::Storage("the disk is full".into())),
            Self::Keeps(recorded) => {
                recorded.extend(drafts.iter().map(|draft| draft.tbs().to_vec()));
                Ok((0..drafts.len()).map(|row| RecordId(row as i64)).collect())
            }
        }
    }
}

fn name(common_name: &str) -> Name {
    DistinguishedNameBuilder::new()
        .attribute(oid::COMMON_NAME, common_name)
        .and_then(DistinguishedNameBuilder::build)
        .unwrap()
}

fn serial(octet: u8) -> SerialNumber {
    SerialNumber::from_octets(&[octet; 20]).unwrap()
}

fn application(profile: Profile, key: &PrivateKey, subject: Name, days: u32) -> Application {
    Application {
        profile,
        key: ProvenKey::of(key),
        subject,
        alternative_names: AlternativeNames::Given(
            SanSet::new([San::dns("host.example").unwrap()])
                .unwrap()
                .unwrap(),
        ),
        validity: Validity::of_days(NOW, days).unwrap(),
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: Vec::new(),
    }
}

fn approved_leaf(days: u32) -> Approved {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    approve(application(
        Profile::Leaf(LeafKind::Server),
        &key,
        name("host.example"),
        days,
    ))
    .unwrap()
}

fn ca_profile(path_length: PathLength) -> Profile {
    Profile::Ca(CaProfile {
        path_length,
        name_constraints: None,
    })
}

fn ca_application(profile: Profile, key: &PrivateKey, subject: Name, days: u32) -> Application {
    Application {
        alternative_names: AlternativeNames::AsRequested,
        ..application(profile, key, subject, days)
    }
}

fn issue(issuer: &Issuer, approved: Approved, octet: u8) -> Result<Certificate, CaError> {
    let mut ledger = TestLedger::Keeps(Vec::new());
    let recorded = issuer
        .draft(approved, serial(octet), NOW)?
        .record(&mut ledger)?;
    Ok(issuer.sign(recorded)?.certificate().clone())
}

/// A root of the given path length and life.
fn root(path_length: PathLength, days: u32) -> Issuer {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let pem = key.to_pkcs8_pem();
    let subject = name("Root");
    let approved = approve(ca_application(
        ca_profile(path_length),
        &key,
        subject.clone(),
        days,
    ))
    .unwrap();
    let certificate = issue(&Issuer::self_signing(subject, key), approved, 1).unwrap();
    let again = certmint::key::KeyFile::read(pem.as_bytes())
        .and_then(|file| file.unlock(None))
        .unwrap();
    Issuer::new(CaCertificate::try_from(certificate).unwrap(), again).unwrap()
}

#[test]
fn what_the_ledger_refuses_is_never_signed() {
    let root = root(PathLength::AtMost(1), 3650);
    let draft = root.draft(approved_leaf(825), serial(2), NOW).unwrap();
    // The only way to something that can be signed leads through the ledger, which consumes the
    // draft: there is nothing left to sign after this.
    let refused = draft.record(&mut TestLedger::Fails).unwrap_err();
    assert!(matches!(refused, LedgerError::Storage(_)), "{refused}");
}

#[test]
fn what_is_signed_is_what_was_recorded() {
    let root = root(PathLength::AtMost(1), 3650);
    let mut ledger = TestLedger::Keeps(Vec::new());
    let drafts = vec![
        root.draft(approved_leaf(825), serial(2), NOW).unwrap(),
        root.draft(approved_leaf(10), serial(3), NOW).unwrap(),
    ];
    for recorded in Draft::record_all(drafts, &mut ledger).unwrap() {
        let issued = root.sign(recorded).unwrap();
        let TestLedger::Keeps(recorded) = &ledger else {
            panic!("the ledger keeps")
        };
        let tbs = issued.certificate().signed_parts().unwrap().tbs.to_vec();
        assert_eq!(recorded[issued.record().0 as usize], tbs);
    }
}

#[test]
fn a_record_of_one_issuer_is_not_signed_by_another() {
    let one = root(PathLength::AtMost(1), 3650);
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let other = Issuer::self_signing(name("Other"), key);
    let recorded = one
        .draft(approved_leaf(825), serial(2), NOW)
        .unwrap()
        .record(&mut TestLedger::Keeps(Vec::new()))
        .unwrap();
    assert!(matches!(other.sign(recorded), Err(CaError::OtherIssuer)));
}

#[test]
fn a_leaf_ends_with_its_issuer_at_the_latest() {
    let root = root(PathLength::AtMost(1), 100);
    assert!(issue(&root, approved_leaf(100), 2).is_ok());
    let refused = issue(&root, approved_leaf(101), 3).unwrap_err();
    let CaError::OutlivesIssuer { days_left, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(days_left, 100);
    assert!(refused.hint().unwrap().contains("--days 100"));
}

#[test]
fn an_issuer_signs_within_its_own_life_only() {
    let root = root(PathLength::AtMost(1), 100);
    let end = root.certificate().unwrap().certificate().not_after();
    let late = root.draft(approved_leaf(1), serial(2), end + Duration::SECOND);
    assert!(matches!(late, Err(CaError::IssuerExpired { .. })));
    let early = root.draft(approved_leaf(1), serial(2), NOW - Duration::HOUR);
    assert!(matches!(early, Err(CaError::IssuerNotYetValid { .. })));
}

#[test]
fn path_lengths_bind() {
    for (own, wanted, fits) in [
        (PathLength::AtMost(1), PathLength::AtMost(0), true),
        (PathLength::AtMost(1), PathLength::AtMost(1), false),
        (PathLength::AtMost(0), PathLength::AtMost(0), false),
        (PathLength::AtMost(2), PathLength::Unlimited, false),
        (PathLength::Unlimited, PathLength::Unlimited, true),
    ] {
        let root = root(own, 3650);
        let key = PrivateKey::generate(KeySpec::P256).unwrap();
        let sub = approve(ca_application(ca_profile(wanted), &key, name("Sub"), 30)).unwrap();
        let made = issue(&root, sub, 2);
        assert_eq!(made.is_ok(), fits, "{own:?} above {wanted:?}: {made:?}");
        assert!(issue(&root, approved_leaf(30), 3).is_ok(), "{own:?}");
    }
}

#[test]
fn a_key_that_does_not_fit_its_certificate_makes_no_issuer() {
    let root = root(PathLength::AtMost(1), 3650);
    let other = PrivateKey::generate(KeySpec::P256).unwrap();
    let refused = Issuer::new(root.certificate().unwrap().clone(), other);
    assert!(matches!(refused, Err(CaError::KeyDoesNotFit { .. })));
}

#[test]
fn the_issuers_own_key_is_certified_for_nobody() {
    let root = root(PathLength::AtMost(1), 3650);
    let approved = approve(application(
        Profile::Leaf(LeafKind::Server),
        root.key(),
        name("host.example"),
        30,
    ))
    .unwrap();
    assert!(matches!(
        root.draft(approved, serial(2), NOW),
        Err(CaError::IssuersOwnKey { .. })
    ));
}

#[test]
fn every_refusal_comes_at_once() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let refusals = approve(Application {
        alternative_names: AlternativeNames::AsRequested,
        requested: vec![
            Extension::basic_constraints(BasicConstraints::Ca(PathLength::Unlimited)).unwrap(),
            Extension::key_usage(KeyUsage::KEY_CERT_SIGN).unwrap(),
        ],
        ..application(Profile::Leaf(LeafKind::Server), &key, name("x"), 826)
    })
    .unwrap_err()
    .0;
    let count = |wanted: fn(&Refusal) -> bool| refusals.iter().filter(|one| wanted(one)).count();
    assert_eq!(
        count(|one| matches!(one, Refusal::LongLife { days: 826 })),
        1
    );
    assert_eq!(count(|one| matches!(one, Refusal::MakesCa { .. })), 2);
    assert_eq!(count(|one| matches!(one, Refusal::NoHostName { .. })), 1);
}

#[test]
fn long_lives_are_for_clients_or_for_those_who_say_so() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let order = |kind, days, long_life| {
        approve(Application {
            long_life,
            ..application(Profile::Leaf(kind), &key, name("x"), days)
        })
        .is_ok()
    };
    assert!(order(LeafKind::Server, 825, LongLife::Refuse));
    assert!(!order(LeafKind::Server, 826, LongLife::Refuse));
    assert!(!order(LeafKind::Peer, 826, LongLife::Refuse));
    assert!(order(LeafKind::Client, 826, LongLife::Refuse));
    assert!(order(LeafKind::Server, 826, LongLife::Allow));
}

#[test]
fn key_usage_follows_the_key() {
    let usage = |kind: LeafKind, spec| {
        let key = PrivateKey::generate(spec).unwrap();
        let approved = approve(application(Profile::Leaf(kind), &key, name("x"), 1)).unwrap();
        let extension = approved
            .extensions()
            .iter()
            .find(|extension| extension.oid == oid::KEY_USAGE)
            .unwrap()
            .clone();
        assert!(extension.critical);
        KeyUsage::from_extension(&extension).unwrap().to_string()
    };
    assert_eq!(
        usage(LeafKind::Server, KeySpec::Rsa2048),
        "digitalSignature, keyEncipherment"
    );
    assert_eq!(
        usage(LeafKind::Client, KeySpec::Rsa2048),
        "digitalSignature"
    );
    assert_eq!(usage(LeafKind::Server, KeySpec::P256), "digitalSignature");
    assert_eq!(usage(LeafKind::Peer, KeySpec::Ed25519), "digitalSignature");
}

#[test]
fn a_requests_extensions_are_each_decided() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let subject = name("host.example");
    let names = SanSet::new([San::dns("host.example").unwrap()])
        .unwrap()
        .unwrap();
    let unknown = Extension {
        oid: "1.2.3.4".parse().unwrap(),
        critical: false,
        value: vec![5, 0],
    };
    let must_staple = Extension {
        oid: oid::TLS_FEATURE,
        critical: false,
        value: vec![0x30, 3, 2, 1, 5],
    };
    let approved = approve(Application {
        alternative_names: AlternativeNames::AsRequested,
        requested: vec![
            Extension::subject_alt_name(&names, &subject).unwrap(),
            Extension::key_usage(KeyUsage::KEY_ENCIPHERMENT).unwrap(),
            must_staple.clone(),
            unknown.clone(),
        ],
        ..application(Profile::Leaf(LeafKind::Server), &key, subject, 30)
    })
    .unwrap();
    let words: Vec<&str> = approved
        .decisions()
        .iter()
        .map(|decision| decision.outcome.word())
        .collect();
    assert_eq!(words, ["granted", "changed", "granted", "refused"]);
    assert!(
        matches!(&approved.decisions()[3].outcome, Outcome::Refused(why) if why.contains("--config"))
    );
    assert!(approved.extensions().contains(&must_staple));
    assert!(!approved.extensions().contains(&unknown));
}

#[test]
fn requested_names_are_ascii() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    // GeneralNames with one name: rfc822Name is [1], dNSName [2] (RFC 5280 §4.2.1.6).
    for (tag, text, is_fit) in [
        (0x81, "a@e.example", true),
        (0x81, "a@é.example", false),
        (0x82, "e.example", true),
        (0x82, "é.example", false),
    ] {
        let mut value = vec![0x30, text.len() as u8 + 2, tag, text.len() as u8];
        value.extend_from_slice(text.as_bytes());
        let requested = Extension {
            oid: oid::SUBJECT_ALT_NAME,
            critical: false,
            value,
        };
        let decided = approve(Application {
            alternative_names: AlternativeNames::AsRequested,
            requested: vec![requested],
            ..application(Profile::Leaf(LeafKind::Client), &key, name("x"), 30)
        });
        assert_eq!(decided.is_ok(), is_fit, "{text}: {decided:?}");
    }
}

#[test]
fn a_certificate_without_a_subject_has_critical_names() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let empty = DistinguishedNameBuilder::new().build().unwrap();
    let san_is_critical = |subject: Name| {
        let approved = approve(application(
            Profile::Leaf(LeafKind::Server),
            &key,
            subject,
            30,
        ))
        .unwrap();
        let mut extensions = approved.extensions().iter();
        extensions
            .find(|extension| extension.oid == oid::SUBJECT_ALT_NAME)
            .unwrap()
            .critical
    };
    assert!(san_is_critical(empty));
    assert!(!san_is_critical(name("host.example")));
}

#[test]
fn foreign_names_are_kept_byte_for_byte() {
    // DC=com,DC=example and a multi-valued relative name with a T61String in Latin-1: what a map
    // by attribute type, or a re-encoding, would change.
    let attribute = |oid: &[u8], tag: u8, value: &[u8]| {
        let mut pair = vec![0x06, oid.len() as u8];
        pair.extend(oid);
        pair.extend([tag, value.len() as u8]);
        pair.extend(value);
        let mut sequence = vec![0x30, pair.len() as u8];
        sequence.extend(pair);
        sequence
    };
    let set = |members: &[Vec<u8>]| {
        let content = members.concat();
        let mut set = vec![0x31, content.len() as u8];
        set.extend(content);
        set
    };
    let component = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19];
    let content = [
        set(&[attribute(&component, 0x16, b"com")]),
        set(&[attribute(&component, 0x16, b"example")]),
        set(&[
            attribute(&[0x55, 4, 3], 0x13, b"CA"),
            attribute(&[0x55, 4, 11], 0x14, b"M\xfcller"),
        ]),
    ]
    .concat();
    let mut der = vec![0x30, content.len() as u8];
    der.extend(content);
    let subject = Name::from_der(&der).unwrap();
    assert_eq!(subject.to_string(), "CN=CA+OU=Müller,DC=example,DC=com");

    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let pem = key.to_pkcs8_pem();
    let profile = ca_profile(PathLength::Unlimited);
    let approved = approve(ca_application(profile, &key, subject.clone(), 3650)).unwrap();
    let own = issue(&Issuer::self_signing(subject, key), approved, 1).unwrap();
    assert_eq!(own.subject().as_der(), der);
    let key = certmint::key::KeyFile::read(pem.as_bytes())
        .and_then(|file| file.unlock(None))
        .unwrap();
    let issuer = Issuer::new(CaCertificate::try_from(own.clone()).unwrap(), key).unwrap();
    let leaf = issue(&issuer, approved_leaf(30), 2).unwrap();
    assert_eq!(leaf.issuer().as_der(), der);
    assert_eq!(
        leaf.authority_key_identifier(),
        own.subject_key_identifier()
    );
}
