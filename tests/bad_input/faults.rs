//! A disk that fails at one system call after the other: the command says so and undoes what it
//! did, or does without.

use std::os::unix::fs::FileTypeExt as _;

use crate::{
    judge,
    sandbox::{CERTMINT, Sandbox, Told, audit::audit},
};

/// What touches the disk, and may fail.
const CALLS: &[&str] = &[
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "mkdir",
    "renameat2",
    "rename",
    "symlink",
    "unlink",
    "flock",
    "read",
    "pread64",
];

/// Runs a line whose `count`th call of `call` fails; `None` if there was no such call.
fn fail(sandbox: &Sandbox, line: &str, call: &str, error: &str, count: usize) -> Option<Told> {
    let mut command = judge::strace();
    command
        .args(["-f", "-qq", "-o"])
        .arg(sandbox.path("calls"))
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:error={error}:when={count}")])
        .arg(CERTMINT)
        .args(line.split_whitespace());
    sandbox.seal(&mut command);
    let told = crate::sandbox::told(&mut command);
    let calls = String::from_utf8(sandbox.read("calls")).unwrap();
    calls.contains("(INJECTED)").then_some(told)
}

/// The loader's and the C library's own calls come first; what fails there is not ours to tell.
fn is_loading(told: &Told) -> bool {
    told.code == 127 && told.stderr.contains("error while loading shared libraries")
}

fn each_fault(sandbox: &Sandbox, line: &str, error: &str, mut after: impl FnMut(usize, &Told)) {
    let (mut number, mut refused, mut done) = (0, 0, 0);
    for call in CALLS {
        for count in 1.. {
            number += 1;
            let line = line.replace("{}", &number.to_string());
            let Some(told) = fail(sandbox, &line, call, error, count) else {
                break;
            };
            if is_loading(&told) {
                continue;
            }
            match told.code {
                0 => done += 1,
                _ => {
                    // A part of the answer may be written, or not even the error.
                    if *call == "write" && (told.stderr.is_empty() || !told.stdout.is_empty()) {
                        assert_eq!(told.code, 1, "{told:#?}");
                    } else {
                        told.assert_refused(&line, 1);
                    }
                    refused += 1;
                }
            }
            after(number, &told);
            assert!(count < 400, "{line} does not come to an end");
        }
    }
    println!("{number} faults: {refused} refused, {done} done without");
    assert!(refused > 5, "{refused} refused");
}

#[test]
fn issue_survives_every_failing_call() {
    let sandbox = Sandbox::new().with_authority();
    let line = "issue server host{}.example.com --key p256";
    each_fault(&sandbox, line, "EIO", |number, told| {
        let name = format!("host{number}.example.com");
        let next = sandbox.run(&line.replace("{}", &number.to_string()));
        let filed = sandbox.exists(&format!("pki/certs/{name}/{name}.crt"));
        assert!(filed, "{told:#?}\n{next:#?}");
    });
    audit(&sandbox.path("pki"));
}

#[test]
fn key_protect_survives_every_failing_call() {
    let sandbox = Sandbox::new();
    sandbox.ok("key new --key p256 --out flb.key");
    let key = sandbox.read("flb.key");
    each_fault(
        &sandbox,
        "key protect flb.key --no-passphrase",
        "EIO",
        |_, told| {
            assert_eq!(sandbox.read("flb.key"), key, "{told:#?}");
            let entries = std::fs::read_dir(sandbox.root()).unwrap();
            let left = entries.map(|entry| entry.unwrap());
            let files = left.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_fifo()));
            assert_eq!(files.count(), 2, "{told:#?}");
        },
    );
}
