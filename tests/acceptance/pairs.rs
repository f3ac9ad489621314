//! For each rule a sample that passes and the nearest one that does not.

use certmint::{
    acceptance::Use,
    x509::{
        BasicConstraints, ExtendedKeyUsage, Extension, KeyUsage, NameConstraints, PathLength,
        Subtree, oid,
    },
};
use time::Duration;

use crate::{
    paper::{Digest, Paper, above, identifier, tlv},
    sample::{HOST, NO_ABOVE, Sample, Sent},
};

/// What makes a sample what it is.
pub(crate) type Change = fn(&mut Sample);

/// A sample that passes, and the nearest that does not.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) good: Change,
    pub(crate) bad: Change,
}

const SERVER_AND_ENCIPHERMENT: KeyUsage =
    KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT);
const DAY: i64 = 86_400;

fn right(_: &mut Sample) {}

/// The pair of a rule; `None` where there is none, which fails the test that walks through all.
pub(crate) fn pair(rule: &str) -> Option<Pair> {
    let pair = |good: Change, bad: Change| Some(Pair { good, bad });
    let ends = |endings: &[&str]| endings.iter().any(|ending| rule.ends_with(ending));
    match rule {
        "apple-825-days" => pair(
            |sample| sample.leaf.lives(825 * DAY),
            |sample| sample.leaf.lives(825 * DAY + 1),
        ),
        "apple-server-auth" => pair(right, |sample| sample.leaf.without(oid::EXTENDED_KEY_USAGE)),
        "chrome-key-size" | "java-key-size" => pair(
            |sample| sample.leaf.key = "rsa1024",
            |sample| sample.leaf.key = "rsa1016",
        ),
        "aws-acm-key-kind" => pair(
            |sample| {
                rsa_authority(sample);
                sample.leaf.key = "rsa1024";
            },
            |sample| {
                rsa_authority(sample);
                sample.leaf.key = "rsa1280";
            },
        ),
        "aws-acm-ca-kind" => pair(right, |sample| sample.leaf.key = "rsa2048"),
        "aws-acm-key-file-size" => pair(
            |sample| sample.key.padding = 5120 - 241 - 1,
            |sample| sample.key.padding = 5120 - 241,
        ),
        "aws-acm-no-name" => pair(
            |sample| sample.leaf.without(oid::SUBJECT_ALT_NAME),
            |sample| {
                sample.leaf.without(oid::SUBJECT_ALT_NAME);
                sample.leaf.subject = None;
            },
        ),
        "aws-acm-chain" | "tls-chain-order" => pair(Sample::with_intermediate, |sample| {
            sample.with_intermediate();
            sample.sent = Sent::Shuffled;
        }),
        "aws-acm-reimport-key" => pair(
            |sample| sample.replaces = Some(sample.leaf.clone()),
            |sample| replaces(sample, |before| before.key = "p384"),
        ),
        "aws-acm-reimport-key-usage" => pair(
            |sample| replaces(sample, |before| usage(before, SERVER_AND_ENCIPHERMENT)),
            |sample| {
                replaces(sample, |before| {
                    usage(before, KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CRL_SIGN))
                });
            },
        ),
        "aws-acm-reimport-purpose" => pair(
            |sample| {
                replaces(sample, |before| {
                    purposes(before, &ExtendedKeyUsage::server_and_client())
                });
            },
            |sample| {
                sample.purpose = Use::Client;
                purposes(&mut sample.leaf, &ExtendedKeyUsage::client());
                replaces(sample, |before| {
                    purposes(before, &ExtendedKeyUsage::server_and_client())
                });
            },
        ),
        "aws-acm-reimport-added" => pair(
            |sample| sample.replaces = Some(sample.leaf.clone()),
            |sample| replaces(sample, |before| before.without(oid::EXTENDED_KEY_USAGE)),
        ),
        "aws-acm-reimport-names" => pair(
            |sample| {
                replaces(sample, |before| {
                    before.subject = Some("old.example.com".to_owned())
                });
            },
            |sample| {
                sample.replaces = Some(sample.leaf.clone());
                sample.leaf.without(oid::SUBJECT_ALT_NAME);
                sample.leaf.subject = None;
            },
        ),
        "aws-alb-trust-store-ca-only" => pair(
            |sample| {
                sample.purpose = Use::Authority;
                sample.sent = Sent::Root;
            },
            |sample| {
                sample.purpose = Use::Authority;
                sample.sent = Sent::RootAndLeaf;
            },
        ),
        "aws-alb-trust-store-ca-key" => pair(
            |sample| sample.root.key = "rsa2048-ca",
            |sample| sample.root.key = "rsa2047-ca",
        ),
        "aws-alb-trust-store-client-key" => pair(
            |sample| client(sample, "p256"),
            |sample| client(sample, "ed25519"),
        ),
        "aws-alb-trust-store-version" | "rfc5280-version" | "aws-acm-version" => {
            pair(right, version_1)
        }
        "oci-lb-cipher-suite" => pair(|sample| sample.leaf.key = "rsa2048", right),
        "envoy-curve" => pair(right, |sample| sample.leaf.key = "k256"),
        "postgresql-key-mode" => pair(right, |sample| sample.key.mode = 0o640),
        "tls-intermediate" => pair(Sample::with_intermediate, |sample| {
            sample.with_intermediate();
            sample.sent = Sent::Alone;
        }),
        "tls-root-sent" => pair(right, |sample| sample.sent = Sent::WithRoot),
        "firefox-ca-as-server" => pair(right, |sample| {
            let authority = BasicConstraints::Ca(PathLength::Unlimited);
            sample
                .leaf
                .with(Extension::basic_constraints(authority).unwrap());
        }),
        "rfc5280-serial" => pair(right, |sample| sample.leaf.serial = vec![0]),
        "rfc5280-validity" => pair(right, |sample| {
            sample.leaf.not_after = sample.leaf.not_before - Duration::SECOND;
        }),
        "rfc5280-extension-twice" => pair(right, |sample| {
            let again = identifier(sample.leaf.key);
            sample.leaf.extensions.push(again);
        }),
        "rfc5280-subject-key-identifier" => pair(right, |sample| {
            sample.leaf.without(oid::SUBJECT_KEY_IDENTIFIER)
        }),
        "rfc5280-ca-key-cert-sign" => pair(
            |sample| usage(&mut sample.root, KeyUsage::KEY_CERT_SIGN),
            |sample| {
                usage(&mut sample.root, KeyUsage::CRL_SIGN);
                unlimited(&mut sample.root);
            },
        ),
        "rfc5280-path-length" => pair(
            |sample| {
                usage(&mut sample.root, KeyUsage::CRL_SIGN);
                unlimited(&mut sample.root);
            },
            |sample| usage(&mut sample.root, KeyUsage::CRL_SIGN),
        ),
        "rfc5280-subject-alt-name" => pair(right, |sample| {
            sample.leaf.with(Extension {
                oid: oid::SUBJECT_ALT_NAME,
                critical: false,
                value: tlv(0x30, &[]),
            });
        }),
        "rfc5280-name-constraints" => pair(
            |sample| constrained(sample, true),
            |sample| constrained(sample, false),
        ),
        "rfc5280-key-encipherment" => pair(right, |sample| {
            usage(&mut sample.leaf, SERVER_AND_ENCIPHERMENT);
        }),
        "openssl-extensions" | "python-extensions" => pair(right, |sample| sample.leaf.version = 2),
        _ if ends(&["-issuer"]) => pair(right, |sample| {
            sample.root.subject = None;
            sample.root.issuer = None;
        }),
        _ if ends(&["-subject"]) => pair(
            |sample| {
                sample.leaf.subject = None;
                sample.leaf.critical(oid::SUBJECT_ALT_NAME, true);
            },
            |sample| sample.leaf.subject = None,
        ),
        _ if ends(&["-authority-key-identifier"]) => {
            pair(right, |sample| sample.leaf.serial = NO_ABOVE.to_vec())
        }
        _ if ends(&["-ca-subject-key-identifier", "-subject-key-identifier"]) => {
            pair(right, |sample| {
                sample.root.without(oid::SUBJECT_KEY_IDENTIFIER)
            })
        }
        _ if ends(&["-key-identifier-critical"]) => pair(right, |sample| {
            sample.leaf.critical(oid::SUBJECT_KEY_IDENTIFIER, true);
        }),
        _ if ends(&["-ca-key-usage"]) => pair(right, |sample| sample.root.without(oid::KEY_USAGE)),
        _ if ends(&["-key-cert-sign"]) => pair(right, |sample| {
            usage(
                &mut sample.leaf,
                KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_CERT_SIGN),
            );
        }),
        _ if ends(&["-basic-constraints"]) => pair(right, |sample| {
            sample.root.critical(oid::BASIC_CONSTRAINTS, false);
        }),
        _ if ends(&["-ca"]) => pair(right, |sample| {
            sample
                .root
                .with(Extension::basic_constraints(BasicConstraints::EndEntity).unwrap());
        }),
        _ if ends(&["-no-san"]) => pair(right, |sample| sample.leaf.without(oid::SUBJECT_ALT_NAME)),
        _ if ends(&["-host-name"]) => pair(right, |sample| {
            let other = Paper::server("other.example.com", sample.leaf.not_before);
            let names = other
                .extensions
                .iter()
                .find(|one| one.oid == oid::SUBJECT_ALT_NAME);
            sample.leaf.with(names.unwrap().clone());
            sample.leaf.subject = Some("other.example.com".to_owned());
        }),
        _ if ends(&["-purpose"]) => pair(right, |sample| {
            purposes(&mut sample.leaf, &ExtendedKeyUsage::client());
        }),
        _ if ends(&["-key-usage"]) => pair(
            |sample| {
                sample.leaf.key = "rsa2048";
                usage(&mut sample.leaf, SERVER_AND_ENCIPHERMENT);
            },
            |sample| {
                sample.leaf.key = "rsa2048";
                usage(&mut sample.leaf, KeyUsage::KEY_ENCIPHERMENT);
            },
        ),
        _ if ends(&["-ed25519"]) => pair(right, |sample| sample.leaf.key = "ed25519"),
        _ if ends(&["-p521"]) => pair(
            |sample| sample.leaf.key = "p384",
            |sample| sample.leaf.key = "p521",
        ),
        _ if ends(&["-sha1"]) => pair(right, |sample| sample.leaf.digest = Digest::Sha1),
        "apple-key-size" | "envoy-key-size" => pair(
            |sample| sample.leaf.key = "rsa2048",
            |sample| sample.leaf.key = "rsa2047",
        ),
        _ if ends(&["-key-size"]) => pair(
            |sample| sample.leaf.key = "rsa1963",
            |sample| sample.leaf.key = "rsa1962",
        ),
        _ if ends(&["-expired"]) => pair(
            |sample| sample.leaf.not_after = sample.leaf.not_before + Duration::hours(3),
            |sample| sample.leaf.not_after = sample.leaf.not_before + Duration::minutes(30),
        ),
        _ if ends(&["-not-yet-valid"]) => {
            pair(right, |sample| sample.leaf.not_before += Duration::hours(2))
        }
        _ if ends(&["-key-mismatch"]) => pair(right, |sample| sample.key.name = Some("p256-other")),
        _ if ends(&["-order"]) => pair(right, |sample| sample.sent = Sent::Backwards),
        _ if ends(&["-encrypted-key"]) => pair(right, |sample| sample.key.is_encrypted = true),
        _ if ends(&["-key-pem"]) => pair(right, |sample| sample.key.is_der = true),
        _ if ends(&["-pem"]) => pair(right, |sample| sample.is_der = true),
        _ => None,
    }
}

fn usage(paper: &mut Paper, usage: KeyUsage) {
    paper.with(Extension::key_usage(usage).unwrap());
}

fn purposes(paper: &mut Paper, purposes: &ExtendedKeyUsage) {
    paper.with(Extension::extended_key_usage(purposes).unwrap());
}

fn replaces(sample: &mut Sample, change: fn(&mut Paper)) {
    let mut before = sample.leaf.clone();
    change(&mut before);
    sample.replaces = Some(before);
}

fn unlimited(paper: &mut Paper) {
    let authority = BasicConstraints::Ca(PathLength::Unlimited);
    paper.with(Extension::basic_constraints(authority).unwrap());
}

fn rsa_authority(sample: &mut Sample) {
    sample.root.key = "rsa2048-ca";
    sample.root.with(identifier("rsa2048-ca"));
    sample.leaf.with(above("rsa2048-ca"));
}

fn version_1(sample: &mut Sample) {
    sample.leaf.version = 1;
    sample.leaf.extensions.clear();
}

fn client(sample: &mut Sample, key: &'static str) {
    sample.purpose = Use::Client;
    sample.leaf.key = key;
    sample.leaf.without(oid::SUBJECT_ALT_NAME);
    purposes(&mut sample.leaf, &ExtendedKeyUsage::client());
}

fn constrained(sample: &mut Sample, is_critical: bool) {
    let constraints = NameConstraints::new(vec![Subtree::dns(HOST).unwrap()], Vec::new()).unwrap();
    let extension = Extension::name_constraints(&constraints).unwrap();
    sample.root.with(Extension {
        critical: is_critical,
        ..extension
    });
}
