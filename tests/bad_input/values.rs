//! Values of the command line that mean nothing, and CAs and keys that do not fit or have ended.

use crate::{desk::desk, sandbox::Sandbox};

/// The command line is wrong: exit code 2, and nothing happens.
fn misspelt(desk: &Sandbox, line: &[&str]) -> String {
    let before = crate::sandbox::snapshot(desk.root());
    let mut command = desk.bounded("");
    command.args(line);
    let told = crate::sandbox::told(&mut command);
    assert_eq!(told.code, 2, "{line:?}\n{told:#?}");
    assert_eq!(told.stdout, "", "{line:?}");
    let shown = "certmint ";
    crate::sandbox::assert_same(&before, &crate::sandbox::snapshot(desk.root()), shown);
    told.stderr
}

#[test]
fn a_name_that_is_none_is_a_mistake_of_the_command_line() {
    let desk = desk();
    let long = format!("{}.example.com", "x".repeat(64));
    for san in [
        "",
        ".",
        "a..b",
        "foo bar",
        "-a.example.com",
        "*.*.example.com",
        "a*.example.com",
        "dns:10.0.0.1",
        "ip:300.1.2.3",
        "ip:10.0.0.0/8",
        "email:nobody",
        "uri:no-scheme",
        "dns:",
        "a\nb",
        "http://",
        long.as_str(),
        "xn--\u{fc}",
    ] {
        for command in [
            &["issue", "server", "a.example.com"][..],
            &[
                "csr",
                "new",
                "--key-file",
                "foreign.key",
                "--out",
                "out.csr",
            ],
            &["sign", "good.csr", "--out", "out.crt"],
        ] {
            let told = misspelt(&desk, &[command, &[&format!("--san={san}")]].concat());
            assert!(told.contains("--san"), "{san:?}: {told}");
        }
    }
}

#[test]
fn a_value_that_is_none_is_a_mistake_of_the_command_line() {
    let desk = desk();
    let name = "x".repeat(201);
    for line in [
        &["issue", "server", "../escape"][..],
        &["issue", "server", ".hidden"],
        &["issue", "server", ""],
        &["issue", "server", "a/b"],
        &["issue", "server", &name],
        &["issue", "server", "a.example.com", "--days", "0"],
        &["issue", "server", "a.example.com", "--days", "-1"],
        &[
            "issue",
            "server",
            "a.example.com",
            "--days",
            "99999999999999999999",
        ],
        &["issue", "server", "a.example.com", "--key", "rsa1024"],
        &["issue", "server"],
        &["issue", "toaster", "a.example.com"],
        &["ca", "init", "--cn", "a", "--path-len", "256"],
        &["ca", "init", "--cn", "a", "--permit-ip", "10.0.0.0/33"],
        &["ca", "init", "--cn", "a", "--permit-dns", "a..b"],
        &["ca", "init"],
        &["sign", "good.csr"],
        &[
            "sign",
            "good.csr",
            "--out",
            "out.crt",
            "--ca-cert",
            "foreign.crt",
        ],
        &["verify", "foreign.crt"],
        &[
            "verify",
            "foreign.crt",
            "--ca",
            "foreign.crt",
            "--host",
            "a..b",
        ],
        &[
            "verify",
            "foreign.crt",
            "--ca",
            "foreign.crt",
            "--at",
            "yesterday",
        ],
        &["export", "pem", "--serial", "no-number", "--out", "out.pem"],
        &["list", "--limit", "-1"],
        &["no-such-command"],
    ] {
        misspelt(&desk, line);
    }
}

const AUTHORITIES: &str = "
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
key = serialization.load_pem_private_key(open('foreign.key', 'rb').read(), None)
now = datetime.datetime.now(datetime.timezone.utc)
day = datetime.timedelta(days=1)
def make(file, begin, end, ca=True, sign=True, version=None):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, file)])
    builder = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now + begin * day).not_valid_after(now + end * day)
        .add_extension(x509.BasicConstraints(ca, None), True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, sign, False, False, False), True))
    signed = builder.sign(key, hashes.SHA256())
    open(file, 'wb').write(signed.public_bytes(serialization.Encoding.PEM))
make('expired.crt', -30, -1)
make('not-yet.crt', 1, 4000)
make('short.crt', -1, 10)
make('leaf.crt', -1, 4000, ca=False, sign=False)
make('no-sign.crt', -1, 4000, sign=False)
";

#[test]
fn a_ca_that_cannot_sign_does_not() {
    let desk = desk();
    desk.judge("python3", &["-c", AUTHORITIES]);
    for (authority, key, said) in [
        ("expired.crt", "foreign.key", "expired"),
        ("not-yet.crt", "foreign.key", ""),
        // The certificate would outlive its issuer.
        ("short.crt", "foreign.key", "--days"),
        ("leaf.crt", "foreign.key", "leaf.crt"),
        ("no-sign.crt", "foreign.key", "keyCertSign"),
        ("foreign.crt", "other.key", "other.key"),
    ] {
        let line = format!("sign good.csr --out out.crt --ca-cert {authority} --ca-key {key}");
        let told = desk.run(&line);
        told.assert_refused(&line, 1);
        assert!(!desk.exists("out.crt"));
        assert!(told.stderr.contains(said), "{authority}: {told:#?}");
    }
}

#[test]
fn what_the_profile_refuses_leaves_nothing() {
    let desk = desk();
    for line in [
        "issue server plain --key p256",
        "issue server a.example.com --days 826 --key p256",
        "issue server a.example.com --days 36500 --allow-long-life --key p256",
        "ca intermediate deep --cn deep --path-len 5 --key p256 --passphrase-file pass",
        "sign good.csr --out out.crt --days 3000",
    ] {
        desk.refused(line);
    }
    // A request that its key did not sign.
    let mut forged = desk.read("good.csr.der");
    let end = forged.len() - 1;
    forged[end] ^= 1;
    desk.write("forged.csr", forged);
    let told = desk.refused("sign forged.csr --out out.crt");
    assert!(told.stderr.contains("forged.csr"), "{told:#?}");
}
