//! Every command that makes, reads or moves a key.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::{sandbox::Sandbox, trace::Trace};

const PASSPHRASE: &str = "mArKeR-old-Passphrase-7391";
const NEW_PASSPHRASE: &str = "mArKeR-new-Passphrase-8264";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pass", format!("{PASSPHRASE}\n"));
    sandbox.write("new.pass", format!("{NEW_PASSPHRASE}\n"));
    sandbox
}

/// The secret part of a key in each form that it could leak in.
fn forms_of_key(sandbox: &Sandbox, file: &str) -> Vec<Vec<u8>> {
    // PKCS#8 in the clear, by openssl. The secret integer of an EC key is the octet string of 32
    // octets after its version; of an RSA key the middle of the encoding is its primes.
    let print = "import sys; from cryptography.hazmat.primitives import serialization as s
pem = open(sys.argv[1], 'rb').read()
for password in [None] + [word.encode() for word in sys.argv[2:]]:
    try: key = s.load_pem_private_key(pem, password)
    except (TypeError, ValueError): continue
    numbers = key.private_numbers()
    value = numbers.p if hasattr(numbers, 'p') else numbers.private_value
    print(f'{value:0{(value.bit_length() + 15) // 16 * 4}x}')
    print(key.private_bytes(s.Encoding.DER, s.PrivateFormat.PKCS8, s.NoEncryption()).hex())
    break";
    let told = sandbox.judge("python3", &["-c", print, file, PASSPHRASE, NEW_PASSPHRASE]);
    let mut lines = told.lines();
    let hexadecimal = lines.next().unwrap().to_owned();
    let octets: Vec<u8> = (0..hexadecimal.len() / 2)
        .map(|index| u8::from_str_radix(&hexadecimal[2 * index..][..2], 16).unwrap())
        .collect();
    let der = lines.next().unwrap();
    let der: Vec<u8> = (0..der.len() / 2)
        .map(|index| u8::from_str_radix(&der[2 * index..][..2], 16).unwrap())
        .collect();
    // The base64 of a PEM file, line by line: those that lie within the secret integer.
    let start = der
        .windows(octets.len())
        .position(|window| window == octets)
        .unwrap_or_else(|| panic!("{file}: the integer is not in its encoding"));
    let pem = pem::encode(&pem::Pem::new("X", der));
    let base64: String = pem.lines().filter(|line| !line.contains("--")).collect();
    let inside = base64[start.div_ceil(3) * 4..][..octets.len() / 3 * 4 - 8].to_owned();
    vec![
        octets,
        hexadecimal.to_uppercase().into_bytes(),
        hexadecimal.into_bytes(),
        inside.as_bytes()[..24.min(inside.len())].to_vec(),
    ]
}

fn forms_of_passphrase(passphrase: &str) -> Vec<Vec<u8>> {
    let wide: Vec<u8> = passphrase.bytes().flat_map(|octet| [0, octet]).collect();
    vec![passphrase.as_bytes().to_vec(), wide]
}

/// Whether one of the forms is in it, line ends or not.
fn holds(content: &[u8], forms: &[Vec<u8>]) -> bool {
    // As text of Latin-1, in which the standard library searches fast.
    let text = |octets: &[u8]| octets.iter().copied().map(char::from).collect::<String>();
    let content = text(content);
    let joined = content.replace('\n', "");
    forms.iter().any(|form| {
        let form = text(form);
        content.contains(&form) || joined.contains(&form)
    })
}

/// Runs a line and looks at everything that it did. `keys` are the files that hold a key when it is
/// done, encrypted or not; they and nothing else ever got one.
fn watch(sandbox: &Sandbox, line: &str, keys: &[&str]) -> Trace {
    let trace = Trace::of(sandbox, line);
    assert_eq!(trace.told.code, 0, "{line}\n{:#?}", trace.told);
    let secrets: Vec<Vec<u8>> = keys
        .iter()
        .filter(|file| !file.ends_with(".p12"))
        .flat_map(|file| forms_of_key(sandbox, file))
        .collect();
    for file in keys {
        // The search finds what it is for.
        let content = sandbox.read(file);
        let is_plain = content.starts_with(b"-----BEGIN PRIVATE KEY");
        assert_eq!(holds(&content, &secrets), is_plain, "{file}");
    }
    let expected: BTreeSet<_> = keys.iter().map(|file| real(sandbox, file)).collect();
    assert_made_well(&trace, &expected, &secrets);
    assert_left_well(sandbox, &expected, &secrets);
    assert_told_nothing(&trace, &secrets);
    trace
}

fn real(sandbox: &Sandbox, file: &str) -> std::path::PathBuf {
    fs::canonicalize(sandbox.path(file)).unwrap()
}

/// Looks like a key, whatever certmint says of it.
fn is_key(content: &[u8], secrets: &[Vec<u8>]) -> bool {
    let label = [b"PRIVATE KEY".to_vec()];
    holds(content, &label) || holds(content, secrets)
}

/// Every file that a key was ever written to came to be under a name that was free, with mode 0600,
/// never had another, was written once, and ended where a key belongs.
fn assert_made_well(trace: &Trace, expected: &BTreeSet<std::path::PathBuf>, secrets: &[Vec<u8>]) {
    let line = &trace.line;
    let mut found = BTreeSet::new();
    for (first_name, file) in trace.written() {
        let ends = fs::canonicalize(&file.last_name).unwrap_or(file.last_name.clone());
        if !is_key(&file.content, secrets) && !expected.contains(&ends) {
            continue;
        }
        let made = file.made.as_ref();
        let made = made.unwrap_or_else(|| panic!("{line}: a key went to {first_name:?}"));
        for flag in ["O_CREAT", "O_EXCL"] {
            assert!(made.rest.contains(flag), "{line}: {made:?}");
        }
        assert!(made.rest.trim_end().ends_with("0600"), "{line}: {made:?}");
        assert_ne!(
            first_name, file.last_name,
            "{line}: seen before it was whole"
        );
        found.insert(ends);
    }
    assert_eq!(&found, expected, "{line}");
    for call in &trace.calls {
        if call.name.contains("chmod") {
            let mode = call.rest.rsplit(", ").next().unwrap();
            assert!(!is_secret_path(call) || mode == "0600", "{line}: {call:?}");
        }
        let other = [
            "sendto",
            "sendmsg",
            "memfd_create",
            "mknodat",
            "copy_file_range",
            "sendfile",
        ];
        assert!(!other.contains(&call.name.as_str()), "{line}: {call:?}");
    }
    let started = trace.calls.iter().filter(|call| call.name == "execve");
    assert_eq!(started.count(), 1, "{line}: it starts no other program");
}

fn is_secret_path(call: &crate::trace::Call) -> bool {
    call.strings.iter().any(|string| {
        let text = String::from_utf8_lossy(string);
        text.contains(".key") || text.contains(".certmint-") || text.contains(".p12")
    })
}

/// On the disk are the expected files, closed to others, and no other that holds any of it.
fn assert_left_well(
    sandbox: &Sandbox,
    expected: &BTreeSet<std::path::PathBuf>,
    secrets: &[Vec<u8>],
) {
    let passphrases = [
        forms_of_passphrase(PASSPHRASE),
        forms_of_passphrase(NEW_PASSPHRASE),
    ]
    .concat();
    let mut open = vec![fs::canonicalize(sandbox.root()).unwrap()];
    while let Some(path) = open.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!name.starts_with(".certmint-"), "{path:?} was left behind");
        if metadata.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if metadata.is_file() {
            let content = fs::read(&path).unwrap();
            if expected.contains(&path) {
                let mode = metadata.permissions().mode() & 0o7777;
                assert_eq!(mode, 0o600, "{path:?}");
            } else {
                assert!(!holds(&content, secrets), "{path:?} holds a key");
            }
            let is_passphrase = Path::new(&name)
                .extension()
                .is_some_and(|kind| kind == "pass")
                || name == "pass";
            assert!(is_passphrase || !holds(&content, &passphrases), "{path:?}");
        }
    }
}

/// No argument, environment variable, path, answer or error has a secret; no passphrase was written
/// anywhere.
fn assert_told_nothing(trace: &Trace, secrets: &[Vec<u8>]) {
    let line = &trace.line;
    let said = [trace.told.stdout.as_bytes(), trace.told.stderr.as_bytes()].concat();
    assert!(!is_key(&said, secrets), "{line}: {:#?}", trace.told);
    for call in &trace.calls {
        if call.name == "execve" {
            assert!(!is_key(&call.strings.concat(), secrets), "{line}");
        }
    }
    let all = trace.everything();
    for passphrase in [PASSPHRASE, NEW_PASSPHRASE] {
        assert!(!holds(&all, &forms_of_passphrase(passphrase)), "{line}");
    }
}

#[test]
fn key_new_writes_one_closed_file() {
    let sandbox = sandbox();
    for (kind, number) in [("p256", 1), ("rsa2048", 2)] {
        for json in ["", "--json"] {
            let plain = format!("plain{number}{json}.key");
            watch(
                &sandbox,
                &format!("key new --key {kind} --out {plain} {json}"),
                &[&plain],
            );
            let locked = format!("locked{number}{json}.key");
            let line = format!("key new --key {kind} --out {locked} --passphrase-file pass {json}");
            watch(&sandbox, &line, &[&locked]);
            let text = sandbox.read(&locked);
            assert!(text.starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        }
    }
}

#[test]
fn key_protect_writes_one_closed_file() {
    let sandbox = sandbox();
    sandbox.ok("key new --key p256 --out flb.key");
    // As somebody left it: open to all.
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(sandbox.path("flb.key"), open).unwrap();
    for (line, key) in [
        ("key protect flb.key --new-passphrase-file pass", "flb.key"),
        (
            "key protect flb.key --passphrase-file pass --new-passphrase-file new.pass --scrypt",
            "flb.key",
        ),
        (
            "key protect flb.key --passphrase-file new.pass --no-passphrase --out plain.key",
            "plain.key",
        ),
        (
            "key protect flb.key --passphrase-file new.pass --no-passphrase --json",
            "flb.key",
        ),
    ] {
        // The key beside it is a secret too, and stays where it is.
        let trace = Trace::of(&sandbox, line);
        assert_eq!(trace.told.code, 0, "{line}\n{:#?}", trace.told);
        let secrets = forms_of_key(&sandbox, key);
        let expected = BTreeSet::from([real(&sandbox, key)]);
        assert_made_well(&trace, &expected, &secrets);
        assert_told_nothing(&trace, &secrets);
        let all = ["flb.key", "plain.key"]
            .iter()
            .filter(|file| sandbox.exists(file));
        assert_left_well(
            &sandbox,
            &all.map(|file| real(&sandbox, file)).collect(),
            &secrets,
        );
    }
}

#[test]
fn a_pki_keeps_its_keys_closed() {
    let sandbox = sandbox();
    let line = "ca init --cn root --key p256 --passphrase-file pass";
    watch(&sandbox, line, &["pki/ca/ca.key"]);
    let line =
        "ca intermediate web --cn web --key p256 --no-passphrase --issuer-passphrase-file pass";
    watch(&sandbox, line, &["pki/ca/web.key"]);
    for (line, name) in [
        (
            "issue server www.example.com --key p256 --ca ca --passphrase-file pass",
            "www.example.com",
        ),
        ("issue client joe --key p256 --ca web", "joe"),
        (
            "issue peer node.example.com --key rsa2048 --ca web --json",
            "node.example.com",
        ),
    ] {
        watch(&sandbox, line, &[&format!("pki/certs/{name}/{name}.key")]);
    }
    for reader in ["modern", "legacy"] {
        let line =
            format!("export p12 joe --out {reader}.p12 --password-file new.pass --for {reader}");
        let trace = Trace::of(&sandbox, &line);
        assert_eq!(trace.told.code, 0, "{:#?}", trace.told);
        let secrets = forms_of_key(&sandbox, "pki/certs/joe/joe.key");
        let file = format!("{reader}.p12");
        assert_made_well(&trace, &BTreeSet::from([real(&sandbox, &file)]), &secrets);
        assert_told_nothing(&trace, &secrets);
        let content = sandbox.read(&file);
        assert!(
            !holds(&content, &secrets),
            "{file} has the key in the clear"
        );
    }
}

#[test]
fn what_only_uses_a_key_writes_none() {
    let sandbox = sandbox();
    sandbox.ok("ca init --cn root --key p256 --passphrase-file pass");
    sandbox.ok("issue client joe --key p256 --passphrase-file pass");
    sandbox.ok("key new --key p256 --out flb.key --passphrase-file new.pass");
    sandbox.ok("export p12 joe --out joe.p12 --password-file new.pass");
    let secrets: Vec<Vec<u8>> = ["pki/ca/ca.key", "pki/certs/joe/joe.key", "flb.key"]
        .iter()
        .flat_map(|file| forms_of_key(&sandbox, file))
        .collect();
    for line in [
        "csr new --key-file flb.key --passphrase-file new.pass --out flb.csr --san a.example.com",
        "sign flb.csr --out flb.crt --passphrase-file pass",
        "inspect flb.key --password-file new.pass",
        "inspect pki/certs/joe/joe.key pki/ca/ca.key",
        "inspect joe.p12 --password-file new.pass",
        "inspect joe.p12 --password-file new.pass --json",
        "export pem joe --out joe.pem",
        "export p7b joe --out joe.p7b",
        "list --json",
        "ca show --json",
        "verify flb.crt --ca pki/ca/ca.crt",
        "issue server b.example.com --passphrase-file pass --show-openssl",
        "key new --key p256 --out c.key --passphrase-file pass --show-openssl",
        "export p12 joe --out c.p12 --password-file pass --show-openssl",
    ] {
        let trace = Trace::of(&sandbox, line);
        assert_eq!(trace.told.code, 0, "{line}\n{:#?}", trace.told);
        assert!(
            !holds(&trace.everything(), &secrets),
            "{line} shows or writes a key"
        );
        for passphrase in [PASSPHRASE, NEW_PASSPHRASE] {
            let forms = forms_of_passphrase(passphrase);
            assert!(
                !holds(&trace.everything(), &forms),
                "{line} shows a passphrase"
            );
        }
        for (name, file) in trace.written() {
            let label = b"PRIVATE KEY-----".to_vec();
            let shown = name.to_string_lossy().starts_with("pipe:");
            assert!(
                shown || !holds(&file.content, &[label]),
                "{line} wrote a key to {name:?}"
            );
        }
    }
}
