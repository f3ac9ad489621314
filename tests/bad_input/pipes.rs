//! Pipes: read as far as the limit, waited for like any program does, and in nobody's way.

use std::{
    fs::{self, File},
    io::Write as _,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    desk::desk,
    sandbox::{Sandbox, assert_same, snapshot},
};

fn pipe(desk: &Sandbox, name: &str) {
    desk.judge("mkfifo", &[name]);
}

#[test]
fn a_pipe_is_read_like_a_file() {
    let desk = desk();
    pipe(&desk, "pipe");
    let request = desk.read("good.csr");
    let path = desk.path("pipe");
    let writer = thread::spawn(move || File::create(path).unwrap().write_all(&request));
    desk.ok("sign pipe --out out.crt");
    writer.join().unwrap().unwrap();
}

#[test]
fn a_pipe_without_end_is_read_to_the_limit() {
    let desk = desk();
    pipe(&desk, "pipe");
    for line in [
        "sign pipe --out out.crt",
        "verify pipe --ca foreign.crt",
        "csr new --key-file foreign.key --config pipe --out out.csr",
        "key new --key p256 --out out.key --passphrase-file pipe",
    ] {
        let mut yes = Command::new("sh")
            .args(["-c", "exec yes > pipe"])
            .current_dir(desk.root())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = desk.refused(line);
        assert!(told.stderr.contains("pipe is larger than"), "{told:#?}");
        yes.wait().unwrap();
    }
}

/// As with every program that reads a pipe, `cat` and openssl among them: the writer may come
/// later. Meanwhile it is in nobody's way, and ended it leaves nothing.
#[test]
fn a_pipe_that_nobody_writes_to_is_waited_for_and_keeps_nobody_waiting() {
    let desk = desk();
    pipe(&desk, "pipe");
    desk.ok("ca intermediate web --cn web --key p256 --passphrase-file pass");
    for line in [
        "sign pipe --out out.crt --ca ca",
        "issue server b.example.com --key p256 --ca web --passphrase-file pipe",
        "ca intermediate other --issuer ca --cn other --key p256 --passphrase-file pipe",
        "key protect pipe --out out.key --no-passphrase",
    ] {
        let before = snapshot(desk.root());
        let mut waiting = desk.certmint(line).spawn().unwrap();
        thread::sleep(Duration::from_millis(300));
        assert!(waiting.try_wait().unwrap().is_none(), "{line}");
        desk.ok("list");
        desk.ok("ca show ca");
        waiting.kill().unwrap();
        waiting.wait().unwrap();
        // The log of the database goes with the next command.
        desk.ok("list");
        let mut after = snapshot(desk.root());
        after.retain(|name, _| !name.starts_with("pki/inventory.sqlite"));
        let mut before = before;
        before.retain(|name, _| !name.starts_with("pki/inventory.sqlite"));
        assert_same(&before, &after, line);
    }
    // Another command writes to the PKI while one waits for its passphrase.
    let line = "issue server b.example.com --key p256 --ca web --passphrase-file pipe";
    let waiting = desk.certmint(line).spawn().unwrap();
    thread::sleep(Duration::from_millis(200));
    desk.ok("issue server c.example.com --key p256 --ca ca");
    fs::write(desk.path("pipe"), desk.read("pass")).unwrap();
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert!(desk.exists("pki/certs/b.example.com/b.example.com.crt"));
}
