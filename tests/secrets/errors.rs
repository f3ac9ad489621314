//! Errors are shown, logged and pasted into tickets: they have no secret in them.

use crate::sandbox::Sandbox;

const MARKERS: [&str; 3] = [
    "mArKeR-right-1111",
    "mArKeR-wrong-2222",
    "mArKeR-other-3333",
];

#[test]
fn no_error_shows_a_passphrase_or_a_key() {
    let sandbox = Sandbox::new();
    for (file, marker) in ["right", "wrong", "other"].iter().zip(MARKERS) {
        sandbox.write(file, format!("{marker}\nand {marker} again\n"));
    }
    sandbox.write("latin", b"mArKeR-wrong-2222 \xe9\n");
    sandbox.ok("ca init --cn root --key p256 --passphrase-file right");
    sandbox.ok("issue client joe --key p256 --passphrase-file right");
    sandbox.ok("key new --key p256 --out plain.key");
    sandbox.ok("key new --key p256 --out locked.key --passphrase-file right");
    sandbox.ok("export p12 joe --out joe.p12 --password-file right");
    sandbox.ok("csr new --key-file plain.key --out flb.csr --san a.example.com");
    let key = String::from_utf8(sandbox.read("plain.key")).unwrap();
    let body = key.lines().nth(1).unwrap().to_owned();
    // A key where something else is expected, whole and damaged.
    sandbox.write("damaged.key", key.replace("-----END", "----END"));
    sandbox.write(
        "spoilt.key",
        key.replacen(&body, &body.replace('A', "!"), 1),
    );
    sandbox.write("bare.key", &body);
    let bare = sandbox.read("bare.key");
    sandbox.write("key.cnf", [b"[req]\n", bare.as_slice(), b"\n"].concat());

    for line in [
        "issue client a --key p256 --passphrase-file wrong",
        "issue client a --key p256 --passphrase-file latin",
        "issue client a --key p256 --passphrase-file plain.key",
        "sign flb.csr --out a.crt --passphrase-file wrong",
        "csr new --key-file locked.key --passphrase-file wrong --out a.csr --cn a",
        "key protect locked.key --passphrase-file wrong --new-passphrase-file other",
        "key protect plain.key --new-passphrase-file missing",
        "key new --key p256 --out locked.key --passphrase-file other",
        "inspect joe.p12 --password-file wrong",
        "inspect locked.key --password-file wrong",
        "export p12 joe --out joe.p12 --password-file right",
        "export p12 joe --out no/such/joe.p12 --password-file right",
        "csr new --key-file damaged.key --out a.csr --cn a",
        "csr new --key-file spoilt.key --out a.csr --cn a",
        "csr new --key-file bare.key --out a.csr --cn a",
        "csr new --key-file right --out a.csr --cn a",
        "csr new --key-file plain.key --out a.csr --config plain.key",
        "csr new --key-file plain.key --out a.csr --config key.cnf",
        "csr new --key-file plain.key --out a.csr --config right",
        "sign plain.key --out a.crt --passphrase-file right",
        "sign right --out a.crt --passphrase-file right",
        "verify plain.key --ca plain.key",
        "verify right --ca right",
        "inspect damaged.key",
        "inspect bare.key right",
    ] {
        for json in ["", " --json"] {
            let line = format!("{line}{json}");
            let told = sandbox.run(&line);
            assert_eq!(told.code, 1, "{line}\n{told:#?}");
            for marker in MARKERS {
                for said in [&told.stdout, &told.stderr] {
                    assert!(!said.contains(marker), "{line}\n{told:#?}");
                }
            }
            for part in [&body[..24], &body[20..44], &body[body.len() - 24..]] {
                for said in [&told.stdout, &told.stderr] {
                    assert!(!said.contains(part), "{line}\n{told:#?}");
                }
            }
        }
    }
}

/// A secret on the command line would be in every process list: there is no flag that takes one.
#[test]
fn no_flag_takes_a_secret() {
    let sandbox = Sandbox::new();
    for command in [
        "ca init",
        "ca intermediate",
        "key new",
        "key protect",
        "csr new",
        "sign",
        "issue server",
        "export p12",
        "export jks",
        "export k8s",
        "inspect",
    ] {
        let help = sandbox.ok(&format!("{command} --help")).stdout;
        for line in help.lines().map(str::trim) {
            let is_flag =
                line.starts_with("--") && (line.contains("pass") || line.contains("secret"));
            // These two say whether there is one.
            if is_flag && !line.starts_with("--no-passphrase") && line != "--passphrase" {
                assert!(line.contains("-file <FILE>"), "{command}: {line}");
            }
        }
        // Nor does an environment variable: only the directory of the PKI is read from there.
        for word in help.split("[env: ").skip(1) {
            assert!(word.starts_with("CERTMINT_PKI"), "{command}: {word}");
        }
    }
}
