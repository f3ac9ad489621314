//! A lab: machines with addresses of their own on a network of their own, on which Debian's servers
//! run as they run anywhere else, and the clients that call them.
//!
//! Ports are the real ones and names are the real names, so what certmint renders is installed as it
//! is. Nothing outside can be reached, nothing on the disk of the host is changed, and everything
//! ends with the test (`network.sh`, `machine.sh`).

#![allow(dead_code, reason = "no test program uses all of it")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

pub(crate) mod browser;
pub(crate) mod clients;
pub(crate) mod haproxy;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::judge;

/// What a machine has besides the programs of the host.
const TOOLS: [(&str, &str); 6] = [
    ("network.sh", include_str!("network.sh")),
    ("machine.sh", include_str!("machine.sh")),
    ("systemctl", include_str!("systemctl")),
    ("ssh", include_str!("ssh")),
    ("scp", include_str!("scp")),
    ("apache2.conf", include_str!("apache2.conf")),
];

/// How long anything may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A network of machines.
pub(crate) struct Lab {
    /// Process 1 of the lab; it ends when its standard input does.
    first: Child,
    folder: TempDir,
    /// The process that each machine is known by, as the lab numbers them.
    machines: Vec<(String, String)>,
}

/// What a command on a machine said.
#[derive(Debug)]
pub(crate) struct Told {
    /// The exit code; -1 if it was killed.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Lab {
    /// Machines by name and address; the addresses are within 10.0.0.0/8.
    pub(crate) fn new(machines: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tools = folder.path().join("lab");
        let programs = folder.path().join("programs");
        for new in [&tools, &programs, &folder.path().join("work")] {
            fs::create_dir(new).unwrap();
        }
        for (name, content) in TOOLS {
            fs::write(tools.join(name), content).unwrap();
            if !name.contains('.') {
                judge::ok(arranged("chmod", &["755"], &tools.join(name)));
            }
        }
        let certmint = env!("CARGO_BIN_EXE_certmint");
        std::os::unix::fs::symlink(certmint, programs.join("certmint")).unwrap();
        for needed in ["ip", "nsenter", "mount", "haproxy", "nginx", "apache2"] {
            let _ = judge::command(needed);
        }
        let mut first = judge::command("unshare")
            .args(["--mount", "--net", "--pid", "--fork", "--kill-child"])
            .args(["--mount-proc", "bash"])
            .arg(tools.join("network.sh"))
            .arg(folder.path())
            .args(machines.iter().map(|(name, at)| format!("{name}={at}")))
            .env_clear()
            .env("PATH", path_of(&programs))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(first.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        if said != "ready\n" {
            let _ = first.kill();
            let output = first.wait_with_output().unwrap();
            panic!(
                "a lab needs the rights to make networks and mounts: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let machines = machines
            .iter()
            .map(|(name, _)| {
                let process = fs::read_to_string(tools.join(format!("{name}.pid"))).unwrap();
                ((*name).to_owned(), process.trim().to_owned())
            })
            .collect();
        Self {
            first,
            folder,
            machines,
        }
    }

    /// The folder that commands run in, the same on every machine.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A command on a machine, as its root, in the folder that all share.
    pub(crate) fn command(&self, machine: &str, program: &str) -> Command {
        let (_, process) = self
            .machines
            .iter()
            .find(|(name, _)| name == machine)
            .unwrap_or_else(|| panic!("no machine {machine}"));
        let programs = self.folder.path().join("programs");
        let mut command = judge::command("nsenter");
        command
            .arg(format!("--target={}", self.first.id()))
            .arg(format!(
                "--pid=/proc/{}/ns/pid_for_children",
                self.first.id()
            ))
            .args(["--mount", "--net", "--"])
            .arg(judge::command("nsenter").get_program())
            .arg(format!("--target={process}"))
            .args(["--mount", "--net", "--uts"])
            .args(["--", "env", "--chdir"])
            .arg(self.work())
            .args(["timeout", "--kill-after=5", "180", program])
            .env_clear()
            .env("PATH", path_of(&programs))
            .env("LAB", self.folder.path())
            .env("HOME", "/run/home")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs lines of bash on a machine.
    pub(crate) fn run(&self, machine: &str, script: &str) -> Told {
        Told::of(
            self.command(machine, "bash")
                .args(["-e", "-o", "pipefail", "-c", script])
                .output()
                .unwrap(),
        )
    }

    /// Runs lines of bash on a machine that have to succeed, for what they print.
    pub(crate) fn ok(&self, machine: &str, script: &str) -> String {
        let told = self.run(machine, script);
        assert_eq!(told.code, 0, "{machine}: {script}\n{told:#?}");
        told.stdout
    }

    /// Runs lines on a machine until they print what is wanted.
    pub(crate) fn until(&self, machine: &str, script: &str, wanted: impl Fn(&str) -> bool) {
        let started = Instant::now();
        loop {
            let told = self.run(machine, script);
            if told.code == 0 && wanted(&told.stdout) {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{machine}: not in time: {script}\n{told:#?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until something listens on a port of a machine.
    pub(crate) fn await_port(&self, machine: &str, port: u16) {
        self.until(
            machine,
            &format!("echo > /dev/tcp/{machine}/{port}"),
            |_| true,
        );
    }

    /// Gives a web server the page that it is told by, without a second request for an icon: two
    /// requests a visit are one server for ever, where two answer in turn.
    pub(crate) fn write_page(&self, machine: &str, number: usize) {
        let page = format!(
            "<!doctype html><title>WEB server {number}</title><link rel=icon href=data:,>\n\
             <h1>WEB server {number}</h1>\n"
        );
        let name = format!("page-{machine}.html");
        self.write(&name, page);
        self.ok(
            machine,
            &format!("install -m 644 {name} /var/www/html/index.html"),
        );
    }

    /// Starts a server of a machine, or starts it again, and waits until it listens.
    pub(crate) fn restart(&self, machine: &str, server: &str, port: u16) {
        self.ok(machine, &format!("systemctl restart {server}"));
        self.await_port(machine, port);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.first.stdin.take());
        let _ = self.first.wait();
    }
}

impl Told {
    pub(crate) fn of(output: Output) -> Self {
        let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Everything that was said.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

fn arranged(program: &str, arguments: &[&str], file: &Path) -> Command {
    let mut command = judge::command(program);
    command.args(arguments).arg(file);
    command
}

/// Where a machine looks for programs: the one under test first.
fn path_of(programs: &Path) -> String {
    format!(
        "{}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        programs.display()
    )
}
