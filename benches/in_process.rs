//! What happens inside one process, each beside the operation of aws-lc that it cannot do without:
//! `cargo bench`, or `cargo bench -- sign` for some. Whole processes are measured by `benches/run`.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    missing_docs,
    reason = "a measurement stops at the first surprise"
)]

use std::{hint::black_box, time::Duration};

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer as _, PublicKeyX509Der},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, UnparsedPublicKey,
    },
};
use certmint::{
    ca::{Draft, Issuer, Ledger, LedgerError, RecordId, RevocationListOrder},
    inspect::{
        open,
        verify::{Options, Purpose, Request, verify},
    },
    key::{KeyFile, KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, CaProfile, LeafKind, LongLife, Profile, approve},
    x509::{
        CaCertificate, Certificate, CertificationRequest, DistinguishedNameBuilder, Extension,
        Name, PathLength, ProvenKey, RevocationReason, RevokedCertificate, San, SanSet,
        SerialNumber, Validity, oid, tbs,
    },
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use time::{OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
const HOST: &str = "www.2026testsite.com";

/// As many bytes as a certificate has that are signed.
const MESSAGE: &[u8] = &[0x5a; 400];

/// A ledger that forgets: what a record costs is the inventory's affair.
struct Nowhere;

impl Ledger for Nowhere {
    fn record(&mut self, drafts: &[Draft]) -> Result<Vec<RecordId>, LedgerError> {
        Ok(vec![RecordId(1); drafts.len()])
    }
}

fn name(common_name: &str) -> Name {
    DistinguishedNameBuilder::new()
        .attribute(oid::COMMON_NAME, common_name)
        .and_then(DistinguishedNameBuilder::build)
        .unwrap()
}

fn names() -> SanSet {
    let name: San = HOST.parse().unwrap();
    SanSet::new([name]).unwrap().unwrap()
}

fn application(profile: Profile, key: ProvenKey, subject: &str, days: u32) -> Application {
    let alternative_names = match profile {
        Profile::Ca(_) => AlternativeNames::AsRequested,
        Profile::Leaf(_) => AlternativeNames::Given(names()),
    };
    Application {
        profile,
        key,
        subject: name(subject),
        alternative_names,
        validity: Validity::of_days(NOW, days).unwrap(),
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: Vec::new(),
    }
}

fn copy_of(key: &PrivateKey) -> PrivateKey {
    let pem = key.to_pkcs8_pem();
    let file = KeyFile::read(pem.as_bytes()).unwrap();
    file.unlock(None).unwrap()
}

fn certify(issuer: &Issuer, application: Application) -> Certificate {
    let serial = SerialNumber::from_octets(&[0x5a; 20]).unwrap();
    let approved = approve(application).unwrap();
    let draft = issuer.draft(approved, serial, NOW).unwrap();
    let recorded = draft.record(&mut Nowhere).unwrap();
    issuer.sign(recorded).unwrap().certificate().clone()
}

fn root(kind: KeySpec) -> Issuer {
    let key = PrivateKey::generate(kind).unwrap();
    let profile = Profile::Ca(CaProfile {
        path_length: PathLength::AtMost(1),
        name_constraints: None,
    });
    let wanted = application(profile, ProvenKey::of(&key), "testca.com", 3650);
    let again = copy_of(&key);
    let certificate = certify(&Issuer::self_signing(name("testca.com"), key), wanted);
    Issuer::new(CaCertificate::try_from(certificate).unwrap(), again).unwrap()
}

fn leaf_of(issuer: &Issuer, key: ProvenKey) -> Certificate {
    let profile = Profile::Leaf(LeafKind::Server);
    certify(issuer, application(profile, key, HOST, 825))
}

fn request(key: &PrivateKey) -> CertificationRequest {
    let subject = name(HOST);
    let extension = Extension::subject_alt_name(&names(), &subject).unwrap();
    let information = tbs::request(&subject, key.public_key(), &[extension]).unwrap();
    let algorithm = key.signature_algorithm(None);
    let signature = key.sign(algorithm, &information).unwrap();
    let der = tbs::signed(&information, algorithm, &signature).unwrap();
    CertificationRequest::from_der(&der).unwrap()
}

fn generating(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("keygen");
    group.bench_function("p256", |bench| {
        bench.iter(|| PrivateKey::generate(KeySpec::P256).unwrap());
    });
    group.bench_function("p256, aws-lc", |bench| {
        bench.iter(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap());
    });
    // From one to the next tenfold apart: only a long run says something.
    group.sample_size(20);
    group.measurement_time(Duration::from_secs(20));
    group.bench_function("rsa2048", |bench| {
        bench.iter(|| PrivateKey::generate(KeySpec::Rsa2048).unwrap());
    });
    group.bench_function("rsa2048, aws-lc", |bench| {
        bench.iter(|| rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap());
    });
    group.finish();
}

fn signing(bench: &mut Criterion) {
    let random = SystemRandom::new();
    let mut group = bench.benchmark_group("sign");
    let ours = PrivateKey::generate(KeySpec::P256).unwrap();
    let algorithm = ours.signature_algorithm(None);
    group.bench_function("p256", |bench| {
        bench.iter(|| ours.sign(algorithm, black_box(MESSAGE)).unwrap());
    });
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    group.bench_function("p256, aws-lc", |bench| {
        bench.iter(|| raw.sign(&random, black_box(MESSAGE)).unwrap());
    });
    group.sample_size(30);
    let ours = PrivateKey::generate(KeySpec::Rsa4096).unwrap();
    let algorithm = ours.signature_algorithm(None);
    group.bench_function("rsa4096", |bench| {
        bench.iter(|| ours.sign(algorithm, black_box(MESSAGE)).unwrap());
    });
    let raw = rsa::KeyPair::generate(rsa::KeySize::Rsa4096).unwrap();
    let mut signature = vec![0; raw.public_modulus_len()];
    group.bench_function("rsa4096, aws-lc", |bench| {
        bench.iter(|| {
            raw.sign(
                &RSA_PKCS1_SHA256,
                &random,
                black_box(MESSAGE),
                &mut signature,
            )
            .unwrap();
        });
    });
    group.finish();
}

/// Approve, draft, record nowhere, sign, look at the signature: what aws-lc has to do of it is a
/// signature and its check.
fn issuing(bench: &mut Criterion) {
    let random = SystemRandom::new();
    let mut group = bench.benchmark_group("issue");
    let issuer = root(KeySpec::P256);
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    group.bench_function("p256", |bench| {
        bench.iter_batched(
            || ProvenKey::of(&key),
            |key| leaf_of(&issuer, key),
            BatchSize::SmallInput,
        );
    });
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, raw.public_key().as_ref());
    group.bench_function("p256, aws-lc", |bench| {
        bench.iter(|| {
            let signature = raw.sign(&random, black_box(MESSAGE)).unwrap();
            public.verify(MESSAGE, signature.as_ref()).unwrap();
        });
    });
    group.finish();
}

fn checking_requests(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("request");
    let der = request(&PrivateKey::generate(KeySpec::P256).unwrap())
        .as_der()
        .to_vec();
    group.bench_function("read", |bench| {
        bench.iter(|| CertificationRequest::from_der(black_box(&der)).unwrap());
    });
    group.bench_function("read and prove, p256", |bench| {
        bench.iter(|| {
            let request = CertificationRequest::from_der(black_box(&der)).unwrap();
            request.prove().unwrap()
        });
    });
    raw_check(&mut group, "prove, p256, aws-lc");
    group.finish();
}

/// The check of one P-256 signature.
fn raw_check(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
) {
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let signature = raw.sign(&SystemRandom::new(), MESSAGE).unwrap();
    let public: PublicKeyX509Der<'_> = raw.public_key().as_der().unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public.as_ref());
    group.bench_function(name, |bench| {
        bench.iter(|| {
            public
                .verify(black_box(MESSAGE), signature.as_ref())
                .unwrap();
        });
    });
}

fn reading(bench: &mut Criterion) {
    const COUNT: usize = 1000;
    let issuer = root(KeySpec::P256);
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let leaf = leaf_of(&issuer, ProvenKey::of(&key));
    let der = leaf.as_der().to_vec();
    let mut group = bench.benchmark_group("read");
    group.throughput(Throughput::Elements(1));
    group.bench_function("certificate", |bench| {
        bench.iter(|| Certificate::from_der(black_box(&der)).unwrap());
    });
    let bundle = leaf.to_pem().repeat(COUNT);
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("bundle of 1,000 in PEM", |bench| {
        bench.iter(|| open(black_box(bundle.as_bytes())).unwrap());
    });
    let pem = key.to_pkcs8_pem();
    group.throughput(Throughput::Elements(1));
    group.bench_function("p256 key", |bench| {
        bench.iter(|| {
            let file = KeyFile::read(black_box(pem.as_bytes())).unwrap();
            file.unlock(None).unwrap()
        });
    });
    let pem = PrivateKey::generate(KeySpec::Rsa4096)
        .unwrap()
        .to_pkcs8_pem();
    group.bench_function("rsa4096 key", |bench| {
        bench.iter(|| {
            let file = KeyFile::read(black_box(pem.as_bytes())).unwrap();
            file.unlock(None).unwrap()
        });
    });
    group.finish();
}

fn verifying(bench: &mut Criterion) {
    let issuer = root(KeySpec::P256);
    let anchor = issuer
        .certificate()
        .unwrap()
        .certificate()
        .as_der()
        .to_vec();
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let target = leaf_of(&issuer, ProvenKey::of(&key)).as_der().to_vec();
    let mut group = bench.benchmark_group("verify");
    group.bench_function("leaf below a root, p256", |bench| {
        bench.iter(|| {
            let verdict = verify(&Request {
                target: black_box(&target),
                pool: &[],
                anchors: &[&anchor],
                crls: &[],
                options: Options {
                    purpose: Purpose::Server,
                    ..Options::at(NOW)
                },
            })
            .unwrap();
            assert!(verdict.is_accepted());
        });
    });
    raw_check(&mut group, "one signature, p256, aws-lc");
    group.finish();
}

fn listing(bench: &mut Criterion) {
    const COUNT: u64 = 10_000;
    let issuer = root(KeySpec::P256);
    let revoked: Vec<RevokedCertificate> = (0..COUNT)
        .map(|number| RevokedCertificate {
            serial: [&[0x5a; 12][..], &number.to_be_bytes()].concat(),
            revoked_at: NOW,
            reason: RevocationReason::KeyCompromise,
        })
        .collect();
    let order = RevocationListOrder {
        number: 1,
        validity: Validity::of_days(NOW, 30).unwrap(),
    };
    let mut written = Vec::new();
    issuer
        .write_revocation_list(&order, revoked.as_slice(), NOW, &mut written)
        .unwrap();
    let mut group = bench.benchmark_group("revocation list");
    group.throughput(Throughput::Elements(COUNT));
    group.bench_function("10,000 entries", |bench| {
        bench.iter(|| {
            issuer
                .write_revocation_list(&order, revoked.as_slice(), NOW, &mut std::io::sink())
                .unwrap()
        });
    });
    // It is digested twice, to be signed and to be checked.
    group.bench_function("10,000 entries, digest twice, aws-lc", |bench| {
        bench.iter(|| {
            let first = digest(&SHA256, black_box(&written));
            let second = digest(&SHA256, black_box(&written));
            (first, second)
        });
    });
    group.finish();
}

criterion_group!(
    benches,
    generating,
    signing,
    issuing,
    checking_requests,
    reading,
    verifying,
    listing
);
criterion_main!(benches);
