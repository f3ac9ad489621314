//! Path validation against the NIST Public Key Interoperability Test Suite (PKITS), as it comes in
//! the PyPI package `cryptography-vectors`: every test of sections 4.1 to 4.16, with its published
//! inputs and result, once with the certificates and CRLs of the test and once with those of the
//! whole suite at hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise"
)]

mod judge;

use std::collections::{BTreeMap, BTreeSet};

use certmint::inspect::verify::{
    Check, Options, PolicyInputs, Request, RevocationMode, Verdict, verify,
};
use time::macros::datetime;

const CASES: &str = include_str!("pkits/cases.txt");

/// The suite's certificates are valid from 2010 to 2030.
const NOW: time::OffsetDateTime = datetime!(2024-06-01 12:00 UTC);

/// Tests that this library cannot judge, because aws-lc has no DSA. They must be exactly the ones
/// that fail with an unsupported signature.
const NOT_APPLICABLE: [&str; 3] = ["4.1.4", "4.1.5", "4.1.6"];

struct Case {
    test: &'static str,
    is_valid: bool,
    target: &'static str,
    pool: Vec<&'static str>,
    crls: Vec<&'static str>,
    policies: PolicyInputs,
}

fn cases() -> Vec<Case> {
    let lines = CASES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let mut fields = line.split('|').map(str::trim);
            let mut field = || {
                fields
                    .next()
                    .unwrap_or_else(|| panic!("too few fields: {line}"))
            };
            let test = field();
            let is_valid = match field() {
                "valid" => true,
                "invalid" => false,
                other => panic!("{other}: neither valid nor invalid"),
            };
            let target = field();
            let pool = field().split_whitespace().collect();
            let crls = field().split_whitespace().collect();
            let initial_policies = match field() {
                "any" => Vec::new(),
                list => list
                    .split(',')
                    .map(|policy| {
                        format!(
                            "2.16.840.1.101.3.2.1.48.{}",
                            policy.strip_prefix('P').unwrap()
                        )
                    })
                    .collect(),
            };
            let inputs = field();
            let policies = PolicyInputs {
                initial_policies,
                require_explicit_policy: inputs == "explicit",
                inhibit_policy_mapping: inputs == "no-mapping",
                inhibit_any_policy: inputs == "no-any",
            };
            Case {
                test,
                is_valid,
                target,
                pool,
                crls,
                policies,
            }
        })
        .collect()
}

/// Files of the suite by name without ending.
struct Suite {
    certificates: BTreeMap<String, Vec<u8>>,
    crls: BTreeMap<String, Vec<u8>>,
}

impl Suite {
    fn load() -> Self {
        let folder = judge::vectors().join("x509/PKITS_data");
        Self {
            certificates: read_folder(&folder.join("certs"), "crt"),
            crls: read_folder(&folder.join("crls"), "crl"),
        }
    }

    fn certificate(&self, name: &str) -> &[u8] {
        self.certificates
            .get(name)
            .unwrap_or_else(|| panic!("no certificate {name}"))
    }

    fn crl(&self, name: &str) -> &[u8] {
        self.crls
            .get(name)
            .unwrap_or_else(|| panic!("no CRL {name}"))
    }
}

fn read_folder(folder: &std::path::Path, ending: &str) -> BTreeMap<String, Vec<u8>> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect()
}

fn judge(suite: &Suite, case: &Case, pool: &[&[u8]], crls: &[&[u8]]) -> Verdict {
    let mut options = Options::at(NOW);
    options.revocation = RevocationMode::Required;
    options.policies = case.policies.clone();
    verify(&Request {
        target: suite.certificate(case.target),
        pool,
        anchors: &[suite.certificate("TrustAnchorRootCertificate")],
        crls,
        options,
    })
    .unwrap_or_else(|error| panic!("{}: {error}", case.test))
}

fn explain(verdict: &Verdict) -> String {
    let failures = verdict.failures().map(|(link, finding)| {
        let subject = link.map_or("", |link| link.subject.as_str());
        format!("  {subject}: {} [{}]", finding.what, finding.rule)
    });
    failures.collect::<Vec<_>>().join("\n")
}

/// Whether everything that failed is of the kind that the test's section is about.
fn fails_for_the_reason_tested(test: &str, verdict: &Verdict) -> bool {
    use Check as C;
    let section = test.split('.').nth(1).unwrap();
    let reasons: &[Check] = match section {
        // The forged signature of 4.1.2 has an incomplete last octet too.
        "1" => &[C::Signature, C::Encoding],
        "2" => &[C::NotYetValid, C::Expired],
        "3" => &[C::IssuerMissing],
        "4" | "14" | "15" => &[C::Revoked, C::RevocationUnknown],
        // 4.5.8: a key for CRLs alone signed a certificate.
        "5" => &[C::Revoked, C::RevocationUnknown, C::NotCa, C::KeyUsage],
        "6" => &[C::NotCa, C::PathLength],
        "7" => &[C::KeyUsage, C::RevocationUnknown],
        "8" | "9" | "10" | "11" | "12" => &[C::Policy],
        "13" => &[C::NameConstraints],
        "16" => &[C::CriticalExtension],
        other => panic!("no section {other}"),
    };
    verdict
        .failures()
        .all(|(_, finding)| reasons.contains(&finding.check))
}

/// Runs every case and compares; returns the tests with an unsupported signature.
fn run(material: impl Fn(&Suite, &Case) -> (Vec<Vec<u8>>, Vec<Vec<u8>>)) {
    let suite = Suite::load();
    let mut wrong = Vec::new();
    let mut unsupported = BTreeSet::new();
    let mut passed = BTreeSet::new();
    for case in cases() {
        let (pool, crls) = material(&suite, &case);
        let pool: Vec<&[u8]> = pool.iter().map(Vec::as_slice).collect();
        let crls: Vec<&[u8]> = crls.iter().map(Vec::as_slice).collect();
        let verdict = judge(&suite, &case, &pool, &crls);
        let is_unsupported = verdict
            .failures()
            .any(|(_, finding)| finding.check == Check::SignatureUnsupported);
        if is_unsupported {
            unsupported.insert(case.test);
        } else if verdict.is_accepted() == case.is_valid
            && fails_for_the_reason_tested(case.test, &verdict)
        {
            passed.insert(case.test);
        } else {
            wrong.push(format!(
                "{} {} should be {}\n{}",
                case.test,
                case.target,
                if case.is_valid { "valid" } else { "invalid" },
                explain(&verdict)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} tests came out wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(
        unsupported,
        BTreeSet::from(NOT_APPLICABLE),
        "tests with unsupported signatures"
    );
    println!(
        "{} inputs came out as published, {} do not apply",
        passed.len(),
        unsupported.len()
    );
}

#[test]
fn every_test_comes_out_as_published() {
    run(|suite, case| {
        (
            case.pool
                .iter()
                .map(|name| suite.certificate(name).to_vec())
                .collect(),
            case.crls
                .iter()
                .map(|name| suite.crl(name).to_vec())
                .collect(),
        )
    });
}

/// The harder question: the right path has to be found among all the suite's certificates, and no
/// wrong one made of them.
#[test]
fn every_test_comes_out_as_published_with_the_whole_suite_at_hand() {
    run(|suite, _| {
        (
            suite.certificates.values().cloned().collect(),
            suite.crls.values().cloned().collect(),
        )
    });
}

#[test]
fn the_table_holds_all_224_tests() {
    let tests: BTreeSet<String> = cases()
        .iter()
        .map(|case| case.test.split('.').take(3).collect::<Vec<_>>().join("."))
        .collect();
    let published = [6, 8, 11, 21, 8, 17, 5, 20, 8, 14, 11, 10, 38, 35, 10, 2];
    let mut expected = BTreeSet::new();
    for (section, count) in published.iter().enumerate() {
        expected.extend((1..=*count).map(|test| format!("4.{}.{test}", section + 1)));
    }
    assert_eq!(tests, expected);
    assert_eq!(tests.len(), 224);
}
