//! What the tests share: small certificates, one issuing line, judges, mounts and child processes.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use certmint::store::{
    ActivationNeed, Actor, AuthorityFile, AuthorityId, CertificateFile, CertificateKind, Filter,
    Inventory, NewAuthority, NewRecord, Placement, Published, Query, RecordIssuer, Recorded,
    SanKind, SanText, Sealing, Shelf, Staged, Store, StoreError, StoreName, Succession,
};
use time::{Duration, OffsetDateTime};

use crate::judge;

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

pub(crate) fn actor() -> Actor {
    Actor::new("test")
}

pub(crate) fn name(name: &str) -> StoreName {
    name.parse().unwrap()
}

/// Random enough to be different in every process and at every call.
pub(crate) fn fresh_serial() -> Vec<u8> {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let mut serial = vec![0x5a];
    for _ in 0..2 {
        serial.extend(RandomState::new().build_hasher().finish().to_be_bytes());
    }
    serial
}

pub(crate) fn new_record(issuer: RecordIssuer, placement: Placement, serial: &[u8]) -> NewRecord {
    let kind = match placement {
        Placement::NewAuthority(_) => CertificateKind::Ca,
        _ => CertificateKind::Server,
    };
    let mut to_be_signed = vec![0x30, u8::try_from(serial.len()).unwrap()];
    to_be_signed.extend_from_slice(serial);
    NewRecord {
        issuer,
        serial: serial.to_vec(),
        kind,
        placement,
        subject: "CN=test".into(),
        subject_der: vec![0x30, 0],
        sans: vec![SanText {
            kind: SanKind::Dns,
            value: "www.example.com".into(),
        }],
        not_before: now(),
        not_after: now() + Duration::days(825),
        key_id: vec![2; 20],
        public_key_sha256: [3; 32],
        to_be_signed,
        recorded_at: now(),
    }
}

/// Stands for the signature: the store does not look at it.
pub(crate) fn sign(record: &NewRecord) -> Vec<u8> {
    let mut content = record.to_be_signed.clone();
    content.extend_from_slice(&[0x05, 0x00]);
    let mut der = vec![0x30, u8::try_from(content.len()).unwrap()];
    der.append(&mut content);
    der
}

pub(crate) fn to_pem(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE", der))
}

pub(crate) fn key_text(serial: &[u8]) -> String {
    format!("PRIVATE KEY {serial:02x?}\n")
}

pub(crate) fn add_authority(store: &mut Store) -> AuthorityId {
    store
        .add_authority(&NewAuthority {
            name: None,
            subject: "CN=testca.com".into(),
            subject_der: vec![0x30, 0],
            key_id: vec![1; 20],
            certificate_der: b"a certificate".to_vec(),
            not_before: now(),
            not_after: now() + Duration::days(3650),
            created_at: now(),
        })
        .unwrap()
}

/// Puts all files of a record into its staging folder.
pub(crate) fn stage(
    store: &Store,
    recorded: &Recorded,
    record: &NewRecord,
) -> Result<Staged, StoreError> {
    let staging = store.stage(recorded)?;
    let certificate = to_pem(&sign(record));
    let key = key_text(&record.serial);
    match record.placement {
        Placement::NewAuthority(_) => {
            staging.write_authority(AuthorityFile::Key, key.as_bytes())?;
            staging.write_authority(AuthorityFile::Certificate, certificate.as_bytes())?;
        }
        _ => {
            staging.write(CertificateFile::Key, key.as_bytes())?;
            for file in [
                CertificateFile::Request,
                CertificateFile::Certificate,
                CertificateFile::FullChain,
                CertificateFile::Chain,
            ] {
                staging.write(file, certificate.as_bytes())?;
            }
        }
    }
    staging.complete()
}

pub(crate) fn sealing(recorded: &Recorded, record: &NewRecord) -> Sealing {
    Sealing {
        id: recorded.id,
        certificate_der: sign(record),
        issued_at: now(),
        activation: ActivationNeed::Nothing,
        succession: Succession::None,
    }
}

/// The whole line from the record to the files; `signed` hears of a serial number once it counts
/// as signed.
pub(crate) fn issue(
    store: &mut Store,
    record: NewRecord,
    mut signed: impl FnMut(&[u8]),
) -> Result<Published, StoreError> {
    let recorded = store.record(std::slice::from_ref(&record))?.remove(0);
    signed(&record.serial);
    let staged = stage(store, &recorded, &record)?;
    store.seal(&[sealing(&recorded, &record)])?;
    Ok(store.publish(vec![staged], now())?.remove(0))
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// All names in a folder, hidden ones included.
pub(crate) fn names_in(folder: &Path) -> BTreeSet<String> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect(),
        Err(_) => BTreeSet::new(),
    }
}

/// Asks another SQLite than ours.
pub(crate) fn ask_sqlite(database: &Path, sql: &str) -> String {
    let script = "import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
    run(judge::python().args(["-c", script]).arg(database).arg(sql))
}

pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} is needed and cannot be run: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What the inventory says and what the files say, compared by hand.
pub(crate) fn assert_sound(root: &Path) {
    let database = root.join("inventory.sqlite");
    assert_eq!(ask_sqlite(&database, "PRAGMA integrity_check"), "ok");
    for staging in ["certs/.staging", "ca/.staging"] {
        assert_eq!(names_in(&root.join(staging)), BTreeSet::new());
    }
    let inventory = Inventory::open_to_read(&database).unwrap();
    let mut expected = BTreeSet::from([".generations".to_owned(), ".staging".to_owned()]);
    let mut authorities = BTreeSet::from([".staging".to_owned()]);
    for row in inventory.list(&Query::default()).unwrap() {
        let Some(place) = row.place else { continue };
        let Some(der) = inventory.certificate_der(row.id).unwrap() else {
            assert!(row.status.signed().is_none());
            continue;
        };
        let file = place.name.file_name().to_owned();
        let (folder, others) = match place.shelf {
            Shelf::Authorities => {
                authorities.extend([format!("{file}.key"), format!("{file}.crt")]);
                (root.join("ca"), vec![])
            }
            Shelf::Certificates => {
                expected.insert(file.clone());
                let generations = root.join("certs/.generations").join(&file);
                let others = vec!["csr", "fullchain.crt", "chain.crt"];
                (generations.join(place.generation.to_string()), others)
            }
        };
        let certificate = fs::read_to_string(folder.join(format!("{file}.crt"))).unwrap();
        assert_eq!(certificate, to_pem(&der));
        let key = folder.join(format!("{file}.key"));
        assert_eq!(fs::read_to_string(&key).unwrap(), key_text(&row.serial));
        assert_eq!(mode(&key), 0o600);
        for other in others {
            let other = fs::read_to_string(folder.join(format!("{file}.{other}"))).unwrap();
            assert_eq!(other, certificate);
        }
        assert!(row.filed_at.is_some(), "{file} is not filed");
    }
    let certs = names_in(&root.join("certs"));
    assert!(certs.is_subset(&expected), "{certs:?} {expected:?}");
    for certificate in expected.iter().filter(|name| !name.starts_with('.')) {
        let row = inventory
            .current(Shelf::Certificates, &name(certificate))
            .unwrap()
            .unwrap();
        let generation = row.place.unwrap().generation;
        let link = fs::read_link(root.join("certs").join(certificate)).unwrap();
        assert_eq!(
            link,
            PathBuf::from(format!(".generations/{certificate}/{generation}"))
        );
    }
    let pairs = names_in(&root.join("ca"));
    assert!(pairs.is_subset(&authorities), "{pairs:?}");
    inventory.count(&Filter::default()).unwrap();
}

/// Runs a test of this program in a process of its own, where it plays the other part: see
/// [`child_root`].
pub(crate) fn child(test: &str, root: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env("CERTMINT_TEST_PKI", root)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Where a child works; `None` if the test was not started as a child.
pub(crate) fn child_root() -> Option<PathBuf> {
    std::env::var_os("CERTMINT_TEST_PKI").map(PathBuf::from)
}

pub(crate) fn assert_done(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A number below `below` that is different at every call.
pub(crate) fn random(below: u64) -> u64 {
    let serial = fresh_serial();
    let bytes: [u8; 8] = serial[1..9].try_into().unwrap();
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    (u64::from_be_bytes(bytes) ^ u64::from(clock.subsec_nanos())) % below
}

/// Appends a line in one write, so that a killed process leaves it whole or not at all.
pub(crate) fn append_line(path: &Path, line: &str) {
    let mut log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    log.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// A small file system of its own, gone with this value.
pub(crate) struct Mount {
    folder: tempfile::TempDir,
}

impl Mount {
    pub(crate) fn tmpfs(options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path()));
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn remount(&self, options: &str) {
        run(Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.path()));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
