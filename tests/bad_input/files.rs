//! Bad files for every command that reads one.

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::{
    desk::{Kind, READERS, clear, desk},
    sandbox::{Sandbox, Told, assert_same, chance::Chance, snapshot},
};

/// Tries every reader of a desk with bad files; a hint of what is expected comes from each.
fn each_reader(mut deed: impl FnMut(&Sandbox, Kind, &str)) {
    let desk = desk();
    for (kind, line) in READERS {
        deed(&desk, *kind, line);
    }
}

fn is_passphrase(kind: Kind) -> bool {
    matches!(kind, Kind::Passphrase | Kind::NewPassphrase)
}

/// Refused for this file: its path is in the error.
fn assert_refused(desk: &Sandbox, line: &str, file: &str) -> Told {
    let told = desk.refused(&line.replace("{}", file));
    let first = told.stderr.lines().next().unwrap();
    assert!(first.contains(file), "{line}\n{told:#?}");
    told
}

#[test]
fn what_is_no_file_is_refused() {
    each_reader(|desk, _, line| {
        if !desk.exists("folder") {
            fs::create_dir(desk.path("folder")).unwrap();
            symlink("nowhere", desk.path("dangling")).unwrap();
            symlink("loop", desk.path("loop")).unwrap();
        }
        let long = "x".repeat(300);
        for (file, said) in [
            ("missing", "no such file"),
            ("no/such/folder/file", "no such file"),
            ("foreign.key/file", "not a directory"),
            ("dangling", "no such file"),
            ("loop", "symbolic links"),
            (long.as_str(), "too long"),
            ("folder", "is a directory"),
            ("/dev/zero", "is larger than"),
        ] {
            let told = assert_refused(desk, line, file);
            assert!(told.stderr.contains(said), "{said}: {told:#?}");
        }
    });
}

#[test]
fn a_file_of_a_gibibyte_is_refused_without_reading_it() {
    each_reader(|desk, _, line| {
        if !desk.exists("giant") {
            let giant = fs::File::create(desk.path("giant")).unwrap();
            giant.set_len(1 << 30).unwrap();
        }
        let told = assert_refused(desk, line, "giant");
        assert!(told.stderr.contains("is larger than"), "{told:#?}");
    });
}

#[test]
fn what_is_nothing_at_all_is_refused() {
    let mut chance = Chance::seeded(1);
    let noise = chance.octets(4096);
    let sequence = [&[0x30, 0x82, 0x0f, 0xfc], noise.as_slice()].concat();
    let no_end = [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], noise.as_slice()].concat();
    let deep = [0x30, 0x80].repeat(2048);
    let long_line = vec![b'A'; 1 << 20];
    each_reader(|desk, kind, line| {
        let mut bad: Vec<(&str, &[u8])> = vec![("noise", &noise)];
        if kind != Kind::Passphrase {
            bad.push(("void", b""));
        }
        if !is_passphrase(kind) {
            // Any text is a passphrase; none of these is anything else.
            bad.extend([
                ("zeros", [0; 4096].as_slice()),
                ("sequence", &sequence),
                ("no-end", &no_end),
                ("deep", &deep),
                ("long-line", &long_line),
                ("prose", b"This is no key.\nIt is no certificate.\n"),
                ("begin-only", b"-----BEGIN CERTIFICATE-----\n"),
                (
                    "nothing-inside",
                    b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
                ),
                (
                    "wrong-end",
                    b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END PRIVATE KEY-----\n",
                ),
                (
                    "no-base64",
                    b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
                ),
            ]);
        }
        for (name, content) in bad {
            // An empty configuration is one without any section, and is refused for that.
            desk.write(name, content);
            assert_refused(desk, line, name);
        }
    });
}

#[test]
fn what_is_something_else_is_refused() {
    const OTHERS: &[&str] = &[
        "foreign.key",
        "foreign.crt",
        "foreign.crl",
        "good.csr",
        "foreign.p12",
        "foreign.p7b",
        "flb.cnf",
        "other.pub",
        "pki/inventory.sqlite",
        "foreign.key.der",
        "foreign.crt.der",
        "foreign.crl.der",
        "good.csr.der",
    ];
    each_reader(|desk, kind, line| {
        if is_passphrase(kind) || kind == Kind::Any {
            return;
        }
        let (pem, der) = kind.good();
        let key = |file: &str| file.starts_with("foreign.key");
        for other in OTHERS {
            // Certificates are taken from any container.
            let same = *other == pem
                || Some(*other) == der
                || kind == Kind::Certificate && *other == "foreign.p7b";
            if same || kind == Kind::LockedKey && key(other) {
                continue;
            }
            assert_refused(desk, line, other);
        }
    });
}

#[test]
fn a_passphrase_that_is_not_the_one_is_refused() {
    each_reader(|desk, kind, line| {
        if kind != Kind::Passphrase {
            return;
        }
        for wrong in [
            "Tr0ub4dor&3",
            "correct horse battery staple ",
            "",
            "\n",
            "é",
        ] {
            desk.write("other.pass", wrong);
            let told = desk.refused(&line.replace("{}", "other.pass"));
            let said = |words: [&str; 2]| words.iter().any(|word| told.stderr.contains(word));
            assert!(said(["passphrase", "password"]), "{told:#?}");
            assert!(said(["locked.key", "foreign.p12"]), "{told:#?}");
            assert!(wrong.len() < 5 || !told.stderr.contains(wrong), "{told:#?}");
        }
    });
}

#[test]
fn what_is_cut_off_is_refused() {
    each_reader(|desk, kind, line| {
        if is_passphrase(kind) || kind == Kind::Configuration {
            return;
        }
        let (pem, der) = kind.good();
        for (good, whole) in [Some(pem), der].into_iter().flatten().zip([false, true]) {
            let content = desk.read(good);
            // The last line end of a PEM file may be missing.
            let end = content.len() - usize::from(!whole);
            let cuts = (1..9).map(|part| end * part / 9).chain([end - 1]);
            for cut in cuts {
                desk.write("cut", &content[..cut]);
                assert_refused(desk, line, "cut");
            }
            if whole && kind != Kind::Any {
                desk.write("longer", [content.as_slice(), &[0]].concat());
                assert_refused(desk, line, "longer");
            }
        }
    });
}

/// What is changed a little may still be good; whatever it is, nobody panics, hangs or leaves
/// something behind.
#[test]
fn what_is_changed_somewhere_is_refused_or_taken() {
    const CHANGES: usize = 12;
    let mut chance = Chance::new();
    each_reader(|desk, kind, line| {
        if is_passphrase(kind) {
            return;
        }
        let (pem, der) = kind.good();
        for good in [Some(pem), der].into_iter().flatten() {
            for _ in 0..CHANGES {
                let content = change(&mut chance, desk.read(good));
                desk.write("changed", &content);
                assert_survived(desk, &line.replace("{}", "changed"));
            }
        }
    });
}

fn assert_survived(desk: &Sandbox, line: &str) {
    let before = snapshot(desk.root());
    let told = desk.run(line);
    match told.code {
        0 | 3 => clear(desk),
        // What can be read is shown all the same.
        1 if line.starts_with("inspect") && !told.stdout.is_empty() => {
            let starts = ["certmint: ", "  hint: ", "note: "];
            let said = |line: &str| starts.iter().any(|start| line.starts_with(start));
            assert!(told.stderr.lines().all(said), "{line}\n{told:#?}");
        }
        _ => {
            told.assert_refused(line, 1);
            assert_same(&before, &snapshot(desk.root()), line);
        }
    }
}

fn change(chance: &mut Chance, mut content: Vec<u8>) -> Vec<u8> {
    for _ in 0..=chance.below(3) {
        let place = chance.below(content.len());
        match chance.below(4) {
            0 => content[place] ^= 1 << chance.below(8),
            1 => content[place] = chance.next() as u8,
            2 => drop(content.remove(place)),
            _ => {
                let end = (place + chance.below(64)).min(content.len());
                let again = content[place..end].to_vec();
                content.splice(place..place, again);
            }
        }
    }
    content
}

/// The system calls say so: a large file is opened, measured and closed.
#[test]
fn no_octet_of_a_large_file_is_read() {
    let desk = desk();
    let giant = fs::File::create(desk.path("giant")).unwrap();
    giant.set_len(1 << 30).unwrap();
    let mut command = crate::judge::strace();
    command
        .args(["-f", "-y", "-e", "trace=read,pread64,readv,mmap", "-o"])
        .arg(desk.path("calls"))
        .arg(crate::sandbox::CERTMINT)
        .args(["sign", "giant", "--out", "out.crt"]);
    desk.seal(&mut command);
    assert_eq!(crate::sandbox::told(&mut command).code, 1);
    let calls = fs::read_to_string(desk.path("calls")).unwrap();
    assert!(calls.contains("read("), "{calls}");
    assert!(!calls.contains("giant"), "{calls}");
    assert!(!Path::new(&desk.path("out.crt")).exists());
}
