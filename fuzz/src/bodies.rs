//! What each fuzz target does with its bytes: one function for each parser of ours and of what
//! foreign bytes are fed to. `tests/mutations.rs` runs the same functions in every test run.
//!
//! A function may refuse its input in any way but one: it must not panic, hang or take memory
//! without bound. Where a value was accepted, what it promises is asserted.

use std::sync::LazyLock;

use certmint::formats::openssl_conf::{
    CertificateExtensions, Config, CopyExtensions, DistinguishedName, Included, RequestConfig,
};
use certmint::formats::{openssl_index, pkcs7, pkcs12};
use certmint::inspect::verify::{Host, Options, Purpose, Request, rustls_says, verify};
use certmint::inspect::{self, bundle, describe, partners};
use certmint::key::{KeyFile, KeySpec, PrivateKey, PublicKey};
use certmint::manifest::{parse, write};
use certmint::x509::{
    self, BasicConstraints, CaCertificate, Certificate, CertificationRequest,
    DistinguishedNameBuilder, Extension, GeneralName, Name, PathLength, San, SanSet, SerialNumber,
    Validity, oid, tbs,
};
use time::{Duration, OffsetDateTime};

/// A target: its name, which is that of its folder of seeds, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 14] = [
    ("certificate", certificate),
    ("general_names", general_names),
    ("inspect", inspect),
    ("key_file", key_file),
    ("manifest", manifest),
    ("name", name),
    ("name_constraints", name_constraints),
    ("openssl_conf", openssl_conf),
    ("openssl_index", openssl_index),
    ("path_validation", path_validation),
    ("pkcs12", pkcs12),
    ("pkcs7", pkcs7),
    ("request", request),
    ("san", san),
];

/// What parts an input that has several; a letter after it says what kind of part follows.
const MARK: &[u8] = b"\n#=>";

/// The start of 2040, within the hundred years for which the seeds are valid.
const NOW: i64 = 2_208_988_800;

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(NOW).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Private keys in any form. Encrypted ones are recognised but not opened: a derivation of ten
/// million rounds is allowed, and would only be slow.
pub fn key_file(data: &[u8]) {
    let Ok(file) = KeyFile::read(data) else {
        return;
    };
    let _ = file.form().to_string();
    match file.unlock(None) {
        Ok(key) => {
            assert!(!file.is_encrypted());
            let again =
                KeyFile::read(key.pkcs8_der().as_bytes()).and_then(|file| file.unlock(None));
            let again = again.map(|key| key.public_key().spki_der().to_vec());
            assert_eq!(again.ok().as_deref(), Some(key.public_key().spki_der()));
        }
        Err(error) => {
            let _ = (error.to_string(), error.hint());
        }
    }
}

/// One certificate, looked at and judged as a server's that nobody else vouches for.
pub fn certificate(data: &[u8]) {
    let Ok(certificate) = Certificate::from_der(data) else {
        return;
    };
    assert_eq!(certificate.as_der(), data);
    let _ = (
        certificate.subject().to_string(),
        certificate.issuer().openssl_oneline(),
    );
    let _ = (
        certificate.subject_alt_names(),
        certificate.authority_key_identifier(),
    );
    let _ = (
        certificate.signed_parts(),
        certificate.to_pem(),
        certificate.fingerprint_sha256(),
    );
    for extension in certificate.extensions() {
        let _ = (extension.name(), extension.read_basic_constraints());
        let _ = x509::KeyUsage::from_extension(extension).map(x509::KeyUsage::names);
        let _ = x509::ExtendedKeyUsage::from_extension(extension);
    }
    let _ = CaCertificate::try_from(certificate);
    judge(&Request {
        target: data,
        pool: &[],
        anchors: &[data],
        crls: &[],
        options: options(),
    });
}

fn options() -> Options {
    let mut options = Options::at(now());
    options.purpose = Purpose::Server;
    options.host = "host.example".parse().ok();
    options
}

fn judge(request: &Request<'_>) {
    if let Ok(verdict) = verify(request) {
        let _ = verdict.failures().count();
    }
    let _ = rustls_says(request);
}

/// A certification request and the proof of possession in it.
pub fn request(data: &[u8]) {
    let Ok(request) = CertificationRequest::from_der(data) else {
        return;
    };
    assert_eq!(request.as_der(), data);
    let _ = (
        request.subject().to_string(),
        request.to_pem(),
        request.other_attributes().len(),
    );
    for extension in request.extensions() {
        let _ = extension.name();
        let _ = GeneralName::read_all(&extension.value);
    }
    if let Ok(proven) = request.prove() {
        assert_eq!(
            proven.public_key().spki_der(),
            request.public_key().spki_der()
        );
    }
}

/// A distinguished name, and a public key, which begins like one.
pub fn name(data: &[u8]) {
    if let Ok(name) = Name::from_der(data) {
        assert_eq!(name.as_der(), data);
        let shown = [name.to_string(), name.openssl_oneline()];
        // A certificate's name must not drive the terminal that it is shown on.
        assert!(
            !shown.iter().any(|text| text.chars().any(char::is_control)),
            "{shown:?}"
        );
        let _ = (name.common_name(), name.values_of(&oid::COMMON_NAME));
        assert!(x509::name_matching::names_match(data, data) || name.relative_names().is_empty());
    }
    let _ = x509::name_matching::ComparableName::from_der(data);
    let _ = DistinguishedName::from_der(data).map(|name| name.to_der());
    let _ = PublicKey::from_spki_der(data).map(|key| key.algorithm().to_string());
}

/// Any file: which objects are in it, and what can be seen of each.
pub fn inspect(data: &[u8]) {
    let items = match inspect::open(data) {
        Ok(items) => items,
        Err(error) => {
            let _ = (error.to_string(), error.hint());
            return;
        }
    };
    assert!(items.len() <= inspect::MAX_OBJECTS);
    let described = items
        .iter()
        .filter_map(|item| describe(&item.object, now(), None).ok());
    let described: Vec<_> = described
        .map(|description| (String::new(), description))
        .collect();
    let listed: Vec<_> = described
        .iter()
        .map(|(name, seen)| (name.clone(), seen))
        .collect();
    let _ = partners(&listed);
    let certificates: Vec<_> = described
        .iter()
        .flat_map(|(_, seen)| seen.leaves())
        .collect();
    let certificates = certificates.into_iter().filter_map(|seen| match seen {
        inspect::Description::Certificate(certificate) => Some(&**certificate),
        _ => None,
    });
    let _ = bundle(&certificates.collect::<Vec<_>>());
}

/// The value of a subject alternative name extension.
pub fn general_names(data: &[u8]) {
    let Ok(names) = GeneralName::read_all(data) else {
        return;
    };
    for name in names {
        let shown = name.to_string();
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        let _ = name.to_san();
    }
}

/// Subject alternative names and hosts as people write them.
pub fn san(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = text.parse::<Host>();
    if let Ok(san) = text.parse::<San>() {
        let again = format!("{}:{}", san.kind(), san.value());
        assert_eq!(
            again.parse::<San>().ok().as_ref(),
            Some(&san),
            "{text:?} became {again:?}"
        );
        let written = SanSet::new([san]).ok().flatten();
        let empty = DistinguishedNameBuilder::new().build();
        if let (Some(set), Ok(empty)) = (written, empty) {
            let written = Extension::subject_alt_name(&set, &empty);
            assert!(written.is_ok_and(|written| GeneralName::read_all(&written.value).is_ok()));
        }
    }
}

/// openssl's request configuration, and what requests and certificates take from it.
pub fn openssl_conf(data: &[u8]) {
    let mut reads = 0;
    let mut includes = |path: &str| {
        reads += 1;
        match path {
            _ if reads > 4 => Err(std::io::ErrorKind::NotFound.into()),
            "again" => Ok(Included::File(data.to_vec())),
            "folder" => Ok(Included::Directory(vec![
                "a.cnf".to_owned(),
                "b".to_owned(),
            ])),
            _ => Ok(Included::File(
                b"included = 1\n[included]\nkey = $included\n".to_vec(),
            )),
        }
    };
    let config = match Config::read("fuzz.cnf", data, &mut includes) {
        Ok(config) => config,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    for section in config.sections() {
        for entry in section.entries() {
            let _ = (entry.name(), entry.bytes(), entry.text());
        }
    }
    for section in [None, Some("req_ext")] {
        let mut subject = DistinguishedName::default();
        if let Ok(request) = RequestConfig::read(&config, section) {
            let _ = request.subject.to_der();
            subject = request.subject;
        }
        if let Err(error) = CertificateExtensions::read(&config, section, &mut subject) {
            let _ = error.to_string();
        }
    }
    let _ = CopyExtensions::read(&config);
}

/// The most rounds of key derivation that are run: more is allowed, and only slow.
const ROUNDS: u64 = 20_000;

/// PKCS#12, with the password of the seeds, with none, and with the empty one.
pub fn pkcs12(data: &[u8]) {
    let _ = pkcs12::is_pkcs12(data);
    let Ok(facts) = pkcs12::facts(data) else {
        return;
    };
    let _ = facts.mac.as_ref().map(ToString::to_string);
    let encryptions = || facts.contents.iter().chain(&facts.keys).flatten();
    let rounds = encryptions().filter_map(|encryption| encryption.iterations);
    let rounds = rounds.chain(facts.mac.iter().filter_map(|mac| mac.iterations));
    let is_costly = rounds.fold(0_u64, u64::saturating_add) > ROUNDS;
    if is_costly || encryptions().any(|encryption| encryption.to_string().contains("scrypt")) {
        return;
    }
    for password in [Some(&b"secret"[..]), None, Some(b"")] {
        match pkcs12::read(data, password) {
            Ok(store) => {
                let _ = (store.keys().count(), store.certificates().count());
                let _ = store.others().count();
            }
            Err(error) => {
                let _ = error.to_string();
            }
        }
    }
}

/// The list of an openssl CA, and its file of the next number.
pub fn openssl_index(data: &[u8]) {
    let whole =
        |octets: &[u8]| (1..=64).contains(&octets.len()) && (octets.len() == 1 || octets[0] != 0);
    for entry in openssl_index::Entries::new(data).flatten() {
        assert!(whole(&entry.serial));
        assert!(!entry.subject.chars().any(char::is_control));
    }
    if let Ok(number) = openssl_index::next_number(data) {
        assert!(whole(&number));
    }
}

/// A manifest; what was read is written and read as the same.
pub fn manifest(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match parse("pki.toml", text) {
        Ok(read) => {
            let written = write(&read);
            let again = parse("pki.toml", &written);
            assert_eq!(again.as_ref().ok(), Some(&read), "{written}");
        }
        Err(error) => {
            let lines = text.matches('\n').count() + 1;
            assert!(!error.0.is_empty());
            for problem in error.0 {
                assert!((1..=lines).contains(&problem.line) && problem.column >= 1);
            }
        }
    }
}

/// PKCS#7; what was read is written and read again.
pub fn pkcs7(data: &[u8]) {
    let _ = pkcs7::is_pkcs7(data);
    let Ok(read) = pkcs7::read(data) else {
        return;
    };
    let certificates: Vec<&[u8]> = read.certificates.iter().map(Vec::as_slice).collect();
    if let Ok(written) = pkcs7::write(&certificates) {
        let again = pkcs7::read(&written).map(|read| read.certificates);
        assert_eq!(again.as_ref().ok(), Some(&read.certificates));
    }
}

/// A target, a pool, trust anchors and revocation lists, each after [`MARK`] and its letter.
pub fn path_validation(data: &[u8]) {
    let (mut target, mut pool, mut anchors, mut crls) = (None, Vec::new(), Vec::new(), Vec::new());
    for part in parts(data) {
        match part.split_first() {
            Some((b'T', der)) => target = Some(der),
            Some((b'P', der)) => pool.push(der),
            Some((b'A', der)) => anchors.push(der),
            Some((b'C', der)) => crls.push(der),
            _ => {}
        }
    }
    let target = target.unwrap_or(data);
    judge(&Request {
        target,
        pool: &pool,
        anchors: &anchors,
        crls: &crls,
        options: options(),
    });
}

fn parts(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        let (part, after) = rest.split_at(at);
        parts.push(part);
        rest = after.get(MARK.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// A CA whose name constraints are the first part and a leaf whose alternative names are the
/// second, rightly signed.
pub fn name_constraints(data: &[u8]) {
    let parts = parts(data);
    let constraints = parts.first().copied().unwrap_or_default();
    let names = parts.get(1).copied().unwrap_or(USUAL_NAMES);
    let _ = constrained_path(constraints, names.strip_prefix(b"S").unwrap_or(names));
}

/// dNSName host.example, iPAddress 10.0.0.7, rfc822Name a@host.example, URI https://host.example/.
const USUAL_NAMES: &[u8] = b"\x30\x3b\x82\x0chost.example\x87\x04\x0a\x00\x00\x07\
    \x81\x0ea@host.example\x86\x15https://host.example/";

fn constrained_path(constraints: &[u8], names: &[u8]) -> Option<()> {
    static KEY: LazyLock<Option<PrivateKey>> =
        LazyLock::new(|| PrivateKey::generate(KeySpec::P256).ok());
    let key = KEY.as_ref()?;
    let named = |common_name| {
        let builder = DistinguishedNameBuilder::new();
        builder
            .attribute(oid::COMMON_NAME, common_name)
            .and_then(|builder| builder.build())
            .ok()
    };
    let (root, leaf) = (named("root")?, named("leaf")?);
    let validity = Validity::new(now() - Duration::days(1), now() + Duration::days(1)).ok()?;
    let make = |serial: u8, subject: &Name, extensions: &[Extension]| {
        let serial = SerialNumber::from_octets(&[serial]).ok()?;
        let signature = key.signature_algorithm(None);
        let tbs = tbs::certificate(tbs::CertificateFields {
            serial: &serial,
            signature,
            issuer: &root,
            validity: &validity,
            subject,
            public_key: key.public_key(),
            extensions,
        });
        let tbs = tbs.ok()?;
        tbs::signed(&tbs, signature, &key.sign(signature, &tbs).ok()?).ok()
    };
    let basic = |constraints| Extension::basic_constraints(constraints).ok();
    let raw = |oid, value: &[u8]| Extension {
        oid,
        critical: true,
        value: value.to_vec(),
    };
    let ca = [
        basic(BasicConstraints::Ca(PathLength::Unlimited))?,
        raw(oid::NAME_CONSTRAINTS, constraints),
    ];
    let end = [
        basic(BasicConstraints::EndEntity)?,
        raw(oid::SUBJECT_ALT_NAME, names),
    ];
    let (ca, leaf) = (make(1, &root, &ca)?, make(2, &leaf, &end)?);
    judge(&Request {
        target: &leaf,
        pool: &[],
        anchors: &[&ca],
        crls: &[],
        options: options(),
    });
    Some(())
}
