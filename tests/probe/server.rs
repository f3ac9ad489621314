//! Servers that run until the test ends, on free ports of this machine.

#![allow(dead_code, reason = "no test program starts every server")]

use std::{
    fs::File,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    judge,
    world::{Told, World},
};

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server<'world> {
    world: &'world World,
    process: Child,
    pub(crate) port: u16,
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // One that has ended already may have left its number to another process.
        if matches!(self.process.try_wait(), Ok(None)) {
            // Asked to end, a master ends its children too; killed, it would leave them behind.
            let asked = judge::command("kill")
                .arg(self.process.id().to_string())
                .status();
            if asked.is_err() {
                let _ = self.process.kill();
            }
        }
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a server; `command` writes its configuration for a port, and gives its command.
pub(crate) fn start(world: &World, command: impl Fn(u16) -> Command) -> Server<'_> {
    try_start(world, command).unwrap_or_else(|said| panic!("a server does not start: {said}"))
}

/// As [`start`]; what a server says that ends at once.
pub(crate) fn try_start(
    world: &World,
    command: impl Fn(u16) -> Command,
) -> Result<Server<'_>, String> {
    let mut said = String::new();
    // Another program can take the port between the question and the start.
    for _ in 0..5 {
        let port = free_port();
        let log = format!("server.{port}.log");
        let file = File::create(world.path(&log)).unwrap();
        let mut command = command(port);
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(file))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut server = Server {
            world,
            process,
            port,
        };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if server.process.try_wait().unwrap().is_some() {
                break;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(20));
        }
        said = format!("{command:?}\n{}", world.read_text(&log));
    }
    Err(said)
}

/// openssl's server with the certificate and key of `NAME`, which `web` signed, and `more` of its
/// flags.
pub(crate) fn openssl<'world>(world: &'world World, name: &str, more: &str) -> Server<'world> {
    let folder = format!("pki/certs/{name}/{name}");
    openssl_with(
        world,
        &format!("-cert {folder}.crt -key {folder}.key -cert_chain pki/ca/web.crt {more}"),
    )
}

/// openssl's server, which answers HTTP with a page about the connection.
pub(crate) fn openssl_with<'world>(world: &'world World, flags: &str) -> Server<'world> {
    start(world, |port| {
        world.judge_command(&format!(
            "openssl s_server -accept 127.0.0.1:{port} -www {flags}"
        ))
    })
}

impl Server<'_> {
    pub(crate) fn endpoint(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Looks with certmint; `more` of its flags.
    pub(crate) fn probe(&self, more: &str) -> Told {
        self.world.run(&format!("probe {} {more}", self.endpoint()))
    }

    /// Looks, for what was seen of the one endpoint; the exit code has to be the one that is
    /// expected.
    pub(crate) fn seen(&self, code: i32, more: &str) -> Value {
        let told = self.probe(&format!("{more} --json"));
        assert_eq!(told.code, code, "{more}\n{told:#?}");
        told.document()["endpoints"][0]["seen"].clone()
    }
}

/// The findings as `severity matter`, without those that say that nothing is wrong.
pub(crate) fn matters(seen: &Value) -> Vec<String> {
    let findings = seen["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            format!(
                "{} {}",
                finding["severity"].as_str().unwrap(),
                finding["matter"].as_str().unwrap()
            )
        })
        .collect()
}

/// What is said about a matter, with its remedy.
pub(crate) fn said(seen: &Value, matter: &str) -> String {
    let findings = seen["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["matter"] == matter)
        .unwrap_or_else(|| panic!("no {matter} in {seen:#}"));
    format!(
        "{}\n{}",
        finding["what"].as_str().unwrap(),
        finding["remedy"].as_str().unwrap()
    )
}

/// A root `testca.com`, a CA `web` below it, servers and clients of both, and another PKI.
pub(crate) fn world() -> World {
    let world = World::with_authority("p256");
    for line in [
        "ca intermediate web --cn web --issuer ca --key p256 --no-passphrase",
        "issue server flb --san flb.example.com --san localhost --san ip:127.0.0.1 --ca web --key p256",
        "issue client client01 --ca web --key p256",
        "ca init other --cn other --key p256 --no-passphrase",
        "issue client stranger --ca other --key p256",
    ] {
        world.ok(line);
    }
    world
}
