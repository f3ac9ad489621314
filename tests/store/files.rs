//! Single files: permissions, refusals, limits.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use certmint::store::StoreError;
use certmint::store::files::{self, Secrecy};

use crate::judge;
use crate::support::{child, child_root, mode, names_in, run};

#[test]
fn a_new_file_is_never_written_over_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flb.key");
    files::create_new(&path, b"first", Secrecy::Secret).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(mode(&path), 0o600);
    let refused = files::create_new(&path, b"second", Secrecy::Secret).unwrap_err();
    assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
    assert!(refused.to_string().contains("flb.key"));
    assert_eq!(fs::read(&path).unwrap(), b"first");
    // A link counts as something, wherever it leads.
    for target in ["flb.key", "nowhere"] {
        let link = folder.path().join(format!("link-to-{target}"));
        symlink(target, &link).unwrap();
        let refused = files::create_new(&link, b"second", Secrecy::Secret).unwrap_err();
        assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(names_in(folder.path()).len(), 3);
}

#[test]
fn a_replaced_file_is_the_old_or_the_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.crl");
    files::replace(&path, b"first", Secrecy::Public).unwrap();
    let mut opened = File::open(&path).unwrap();
    files::replace(&path, b"second", Secrecy::Public).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"second");
    let mut old = String::new();
    std::io::Read::read_to_string(&mut opened, &mut old).unwrap();
    assert_eq!(old, "first");
    assert_eq!(mode(&path) & 0o600, 0o600);
    // What was readable by all is not, once it holds a secret.
    files::replace(&path, b"secret", Secrecy::Secret).unwrap();
    assert_eq!(mode(&path), 0o600);

    let link = folder.path().join("link");
    symlink("ca.crl", &link).unwrap();
    files::replace(&link, b"third", Secrecy::Public).unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("ca.crl"));
    assert_eq!(fs::read(&path).unwrap(), b"third");
    let dangling = folder.path().join("dangling");
    symlink("nowhere", &dangling).unwrap();
    let refused = files::replace(&dangling, b"x", Secrecy::Public).unwrap_err();
    assert!(
        matches!(refused, StoreError::DanglingLink { .. }),
        "{refused}"
    );
    assert_eq!(names_in(folder.path()).len(), 3);
}

#[test]
fn what_is_no_file_is_refused_or_written_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    for write in [files::create_new, files::replace] {
        for path in [inner.clone(), folder.path().join("new/"), "/".into()] {
            let refused = write(&path, b"x", Secrecy::Public).unwrap_err();
            assert!(matches!(refused, StoreError::Directory { .. }), "{refused}");
        }
        let missing = folder.path().join("missing/out.crt");
        let refused = write(&missing, b"x", Secrecy::Public).unwrap_err();
        assert!(
            matches!(refused, StoreError::NoDirectory { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("no such directory"));
        write(Path::new("/dev/null"), b"x", Secrecy::Public).unwrap();
        let below_a_file = Path::new("/etc/passwd/out.crt");
        let refused = write(below_a_file, b"x", Secrecy::Public).unwrap_err();
        assert!(matches!(refused, StoreError::File { .. }), "{refused}");
    }
    let device = fs::metadata("/dev/null").unwrap();
    assert!(std::os::unix::fs::FileTypeExt::is_char_device(
        &device.file_type()
    ));

    let pipe = folder.path().join("pipe");
    run(Command::new("mkfifo").arg(&pipe));
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || files::read(&pipe, 100).unwrap().to_vec())
    };
    files::replace(&pipe, b"through", Secrecy::Secret).unwrap();
    assert_eq!(reader.join().unwrap(), b"through");
}

#[test]
fn reading_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.pem");
    fs::write(&path, [7; 100]).unwrap();
    assert_eq!(files::read(&path, 100).unwrap().len(), 100);
    let refused = files::read(&path, 99).unwrap_err();
    assert!(matches!(refused, StoreError::TooLarge { limit: 99, .. }));
    assert!(refused.to_string().contains("in.pem"));
    // A hole of a gigabyte is refused by its size.
    File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let refused = files::read(&path, files::USUAL_LIMIT).unwrap_err();
    assert!(matches!(refused, StoreError::TooLarge { .. }));
    // What has no size is read as far as the limit.
    let refused = files::read(Path::new("/dev/zero"), 1 << 20).unwrap_err();
    assert!(matches!(refused, StoreError::TooLarge { .. }));
    assert!(
        !files::read(Path::new("/proc/self/status"), 1 << 20)
            .unwrap()
            .is_empty()
    );
    let refused = files::read(folder.path(), 100).unwrap_err();
    assert!(matches!(refused, StoreError::Directory { .. }));
    let refused = files::read(&folder.path().join("none"), 100).unwrap_err();
    assert!(refused.to_string().contains("none"));
    let reason = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(reason, "no such file or directory");
    File::create(&path).unwrap();
    assert!(files::read(&path, 0).unwrap().is_empty());
}

/// The child of the test below.
fn writes_each_kind_of_secret(root: &Path) {
    use crate::support::{actor, add_authority, fresh_serial, issue, name, new_record, now};
    use certmint::store::{Placement, RecordIssuer, Store};

    files::create_new(&root.join("out.key"), b"secret", Secrecy::Secret).unwrap();
    files::replace(&root.join("out.key"), b"secret", Secrecy::Secret).unwrap();
    let mut store = Store::create(root.join("pki"), &actor(), now()).unwrap();
    let root_ca = Placement::NewAuthority(name("ca"));
    let record = new_record(RecordIssuer::Itself, root_ca, &fresh_serial());
    issue(&mut store, record, |_| ()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let leaf = Placement::NewCertificate(name("flb"));
    issue(
        &mut store,
        new_record(issuer, leaf, &fresh_serial()),
        |_| (),
    )
    .unwrap();
}

#[test]
fn secrets_are_0600_from_their_first_byte() {
    if let Some(root) = child_root() {
        return writes_each_kind_of_secret(&root);
    }
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let child = child(
        "files::secrets_are_0600_from_their_first_byte",
        folder.path(),
    );
    let mut command = judge::strace();
    command
        .args(["-f", "-qq", "-y", "-e"])
        .arg("trace=?open,openat,?creat,?chmod,fchmod,fchmodat,?fchmodat2,write,pwrite64,writev")
        .args(["-s", "64", "-o"])
        .arg(&trace)
        .arg(child.get_program())
        .args(child.get_args())
        .env("CERTMINT_TEST_PKI", folder.path());
    run(&mut command);
    let trace = fs::read_to_string(&trace).unwrap();
    let own = folder.path().to_str().unwrap();
    let mut secrets = 0;
    for line in trace.lines().filter(|line| line.contains(own)) {
        assert!(!line.contains("chmod"), "{line}");
        let writes_secret =
            line.contains("write(") && (line.contains("secret") || line.contains("PRIVATE KEY"));
        if !writes_secret {
            continue;
        }
        secrets += 1;
        // write(5</folder/.certmint-x>, …: how was that file created?
        let written = line.split(['<', '>']).nth(1).unwrap();
        let created = trace
            .lines()
            .find(|line| line.contains("O_CREAT") && line.contains(&format!("\"{written}\"")))
            .unwrap_or_else(|| panic!("{written} was not created: {line}"));
        assert!(
            created.contains("O_EXCL") && created.contains("0600"),
            "{created}"
        );
    }
    assert_eq!(secrets, 4, "{trace}");
    for key in ["out.key", "pki/ca/ca.key", "pki/certs/flb/flb.key"] {
        assert_eq!(mode(&folder.path().join(key)), 0o600);
    }
}
