//! Certificates as they should be and as they should not: every field can be wrong.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use certmint::x509::{
    BasicConstraints, ExtendedKeyUsage, Extension, KeyUsage, PathLength, San, SanSet, oid,
};
use der::oid::ObjectIdentifier;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::judge;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The digest below an RSA or ECDSA signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha1,
    Sha256,
}

/// What is written into a certificate.
#[derive(Clone)]
pub(crate) struct Paper {
    pub(crate) version: u8,
    pub(crate) serial: Vec<u8>,
    pub(crate) digest: Digest,
    /// A common name, or several with `/CN=` between; `None` is an empty name.
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) not_before: OffsetDateTime,
    /// The last second.
    pub(crate) not_after: OffsetDateTime,
    /// Which key of the workshop it certifies.
    pub(crate) key: &'static str,
    pub(crate) extensions: Vec<Extension>,
}

/// What was signed already, by the key and the bytes.
type Signatures = BTreeMap<(&'static str, Vec<u8>), Vec<u8>>;

/// Where keys are kept and used.
pub(crate) struct Workshop {
    folder: TempDir,
    public_keys: RefCell<BTreeMap<&'static str, Vec<u8>>>,
    signatures: RefCell<Signatures>,
    pub(crate) now: OffsetDateTime,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir_in("/dev/shm")
                .unwrap_or_else(|_| tempfile::tempdir().unwrap()),
            public_keys: RefCell::default(),
            signatures: RefCell::default(),
            now: OffsetDateTime::now_utc().replace_nanosecond(0).unwrap(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A key by its kind, or its kind and a name: `p256`, `p256-other`.
    pub(crate) fn key(&self, name: &'static str) -> PathBuf {
        let file = self.path(&format!("{name}.pem"));
        if !file.exists() {
            let kind = name.split('-').next().unwrap();
            let mut openssl = judge::openssl();
            openssl.arg("genpkey").arg("-out").arg(&file);
            match kind {
                "p256" | "p384" | "p521" => openssl
                    .args(["-algorithm", "EC", "-pkeyopt"])
                    .arg(format!("ec_paramgen_curve:P-{}", &kind[1..])),
                "k256" => openssl.args([
                    "-algorithm",
                    "EC",
                    "-pkeyopt",
                    "ec_paramgen_curve:secp256k1",
                ]),
                "ed25519" => openssl.args(["-algorithm", "ED25519"]),
                bits => openssl.args(["-algorithm", "RSA", "-pkeyopt"]).arg(format!(
                    "rsa_keygen_bits:{}",
                    bits.strip_prefix("rsa").unwrap()
                )),
            };
            judge::ok(openssl);
        }
        file
    }

    fn public_key(&self, name: &'static str) -> Vec<u8> {
        let file = self.key(name);
        self.public_keys
            .borrow_mut()
            .entry(name)
            .or_insert_with(|| {
                let mut openssl = judge::openssl();
                openssl
                    .args(["pkey", "-pubout", "-outform", "DER", "-in"])
                    .arg(file);
                judge::ok(openssl).stdout
            })
            .clone()
    }

    /// The certificate, signed with a key of the workshop.
    pub(crate) fn sign(&self, paper: &Paper, signer: &'static str) -> Vec<u8> {
        let algorithm = algorithm(signer, paper.digest);
        let mut fields = Vec::new();
        if paper.version > 1 {
            fields.push(tlv(0xa0, &tlv(INTEGER, &[paper.version - 1])));
        }
        fields.push(tlv(INTEGER, &paper.serial));
        fields.push(algorithm.clone());
        fields.push(name(paper.issuer.as_deref()));
        fields.push(tlv(
            SEQUENCE,
            &[moment(paper.not_before), moment(paper.not_after)].concat(),
        ));
        fields.push(name(paper.subject.as_deref()));
        fields.push(self.public_key(paper.key));
        if !paper.extensions.is_empty() {
            let extensions: Vec<u8> = paper.extensions.iter().flat_map(extension).collect();
            fields.push(tlv(0xa3, &tlv(SEQUENCE, &extensions)));
        }
        let tbs = tlv(SEQUENCE, &fields.concat());
        let signature = self
            .signatures
            .borrow_mut()
            .entry((signer, tbs.clone()))
            .or_insert_with(|| self.signature(signer, paper.digest, &tbs))
            .clone();
        let bits = [&[0_u8][..], &signature].concat();
        tlv(SEQUENCE, &[tbs, algorithm, tlv(BIT_STRING, &bits)].concat())
    }

    fn signature(&self, signer: &'static str, digest: Digest, tbs: &[u8]) -> Vec<u8> {
        let (message, signature) = (self.path("tbs"), self.path("signature"));
        std::fs::write(&message, tbs).unwrap();
        let mut openssl = judge::openssl();
        if signer.starts_with("ed25519") {
            openssl
                .args(["pkeyutl", "-sign", "-rawin", "-inkey"])
                .arg(self.key(signer));
            openssl.arg("-in").arg(message).arg("-out").arg(&signature);
        } else {
            let digest = match digest {
                Digest::Sha1 => "-sha1",
                Digest::Sha256 => "-sha256",
            };
            openssl
                .args(["dgst", digest, "-sign"])
                .arg(self.key(signer));
            openssl.arg("-out").arg(&signature).arg(message);
        }
        judge::ok(openssl);
        std::fs::read(signature).unwrap()
    }
}

impl Paper {
    /// A CA as certmint makes one.
    pub(crate) fn authority(subject: &str, now: OffsetDateTime) -> Self {
        Self {
            version: 3,
            serial: vec![0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x01],
            digest: Digest::Sha256,
            issuer: Some(subject.to_owned()),
            subject: Some(subject.to_owned()),
            not_before: now - Duration::days(1),
            not_after: now + Duration::days(1500),
            key: "p256-ca",
            extensions: vec![
                Extension::basic_constraints(BasicConstraints::Ca(PathLength::AtMost(1))).unwrap(),
                Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)).unwrap(),
                identifier("p256-ca"),
            ],
        }
    }

    /// A server as certmint makes one.
    pub(crate) fn server(host: &str, now: OffsetDateTime) -> Self {
        let names = SanSet::new([San::dns(host).unwrap()]).unwrap().unwrap();
        Self {
            version: 3,
            serial: vec![0x21, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x02],
            digest: Digest::Sha256,
            issuer: None,
            subject: Some(host.to_owned()),
            not_before: now - Duration::hours(1),
            not_after: now + Duration::days(90),
            key: "p256",
            extensions: vec![
                Extension::basic_constraints(BasicConstraints::EndEntity).unwrap(),
                Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE).unwrap(),
                Extension::extended_key_usage(&ExtendedKeyUsage::server()).unwrap(),
                Extension {
                    oid: oid::SUBJECT_ALT_NAME,
                    critical: false,
                    value: Extension::subject_alt_name(&names, &some_name())
                        .unwrap()
                        .value,
                },
                identifier("p256"),
            ],
        }
    }

    /// Takes an extension out.
    pub(crate) fn without(&mut self, identifier: ObjectIdentifier) {
        self.extensions
            .retain(|extension| extension.oid != identifier);
    }

    /// Puts an extension in the place of the one of its kind.
    pub(crate) fn with(&mut self, extension: Extension) {
        self.without(extension.oid);
        self.extensions.push(extension);
    }

    /// Makes an extension critical or not.
    pub(crate) fn critical(&mut self, identifier: ObjectIdentifier, is_critical: bool) {
        for extension in &mut self.extensions {
            if extension.oid == identifier {
                extension.critical = is_critical;
            }
        }
    }

    /// Lets its end be so many seconds after its start.
    pub(crate) fn lives(&mut self, seconds: i64) {
        self.not_after = self.not_before + Duration::seconds(seconds);
    }
}

pub(crate) fn some_name() -> certmint::x509::Name {
    certmint::x509::DistinguishedNameBuilder::new()
        .attribute(oid::COMMON_NAME, "somebody")
        .unwrap()
        .build()
        .unwrap()
}

/// A subject key identifier of a key of the workshop.
pub(crate) fn identifier(key: &str) -> Extension {
    Extension {
        oid: oid::SUBJECT_KEY_IDENTIFIER,
        critical: false,
        value: tlv(OCTET_STRING, &octets_of(key)),
    }
}

/// An authority key identifier of a key of the workshop.
pub(crate) fn above(key: &str) -> Extension {
    Extension {
        oid: oid::AUTHORITY_KEY_IDENTIFIER,
        critical: false,
        value: tlv(SEQUENCE, &tlv(0x80, &octets_of(key))),
    }
}

fn octets_of(key: &str) -> Vec<u8> {
    let mut octets = key.as_bytes().to_vec();
    octets.resize(20, 0x5a);
    octets
}

fn extension(extension: &Extension) -> Vec<u8> {
    let critical: &[u8] = if extension.critical {
        &[1, 1, 0xff]
    } else {
        &[]
    };
    tlv(
        SEQUENCE,
        &[
            tlv(0x06, extension.oid.as_bytes()),
            critical.to_vec(),
            tlv(OCTET_STRING, &extension.value),
        ]
        .concat(),
    )
}

fn name(common_name: Option<&str>) -> Vec<u8> {
    let Some(common_name) = common_name else {
        return tlv(SEQUENCE, &[]);
    };
    let names: Vec<u8> = common_name
        .split("/CN=")
        .flat_map(|common_name| {
            let attribute = [
                tlv(0x06, oid::COMMON_NAME.as_bytes()),
                tlv(UTF8_STRING, common_name.as_bytes()),
            ]
            .concat();
            tlv(SET, &tlv(SEQUENCE, &attribute))
        })
        .collect();
    tlv(SEQUENCE, &names)
}

/// RFC 5280 §4.1.2.5: UTCTime up to 2049.
fn moment(moment: OffsetDateTime) -> Vec<u8> {
    let (year, rest) = (
        moment.year(),
        format!(
            "{:02}{:02}{:02}{:02}{:02}Z",
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second()
        ),
    );
    if year < 2050 {
        tlv(UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        tlv(GENERALIZED_TIME, format!("{year}{rest}").as_bytes())
    }
}

fn algorithm(signer: &str, digest: Digest) -> Vec<u8> {
    let dotted = match (
        signer.starts_with("rsa"),
        signer.starts_with("ed25519"),
        digest,
    ) {
        (true, _, Digest::Sha1) => "1.2.840.113549.1.1.5",
        (true, _, Digest::Sha256) => "1.2.840.113549.1.1.11",
        (_, true, _) => "1.3.101.112",
        (_, _, Digest::Sha1) => "1.2.840.10045.4.1",
        (_, _, Digest::Sha256) => "1.2.840.10045.4.3.2",
    };
    let null: &[u8] = if signer.starts_with("rsa") {
        &[5, 0]
    } else {
        &[]
    };
    let identifier = ObjectIdentifier::new_unwrap(dotted);
    tlv(
        SEQUENCE,
        &[tlv(0x06, identifier.as_bytes()), null.to_vec()].concat(),
    )
}

/// Tag, length and value.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = vec![tag];
    let length = content.len();
    match length {
        0..0x80 => octets.push(length as u8),
        0x80..0x100 => octets.extend([0x81, length as u8]),
        _ => octets.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    octets.extend(content);
    octets
}
