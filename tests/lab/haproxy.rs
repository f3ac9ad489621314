//! HAProxy of a machine, asked over its socket.

use super::Lab;

/// What HAProxy thinks of one server of a backend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) server: String,
    /// `UP`, `DOWN`, …
    pub(crate) status: String,
    /// What its last check came to: `L7OK`, `L6RSP`, …
    pub(crate) check: String,
}

const ASK: &str = r#"
import socket, sys
with socket.socket(socket.AF_UNIX) as haproxy:
    haproxy.connect("/run/haproxy/admin.sock")
    haproxy.sendall(sys.argv[1].encode() + b"\n")
    while answer := haproxy.recv(65536):
        sys.stdout.write(answer.decode())
"#;

impl Lab {
    /// A line to the administrator's socket of a machine's HAProxy, for its answer.
    pub(crate) fn ask_haproxy(&self, machine: &str, line: &str) -> String {
        self.write("ask-haproxy.py", ASK);
        self.ok(machine, &format!("python3 ask-haproxy.py '{line}'"))
    }

    /// The servers of all backends, without their sums.
    pub(crate) fn health(&self, machine: &str) -> Vec<Health> {
        let answer = self.ask_haproxy(machine, "show stat");
        let mut lines = answer.lines();
        let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
        let column = |name: &str| heading.iter().position(|title| *title == name).unwrap();
        let (name, status, check) = (column("svname"), column("status"), column("check_status"));
        lines
            .map(|line| line.split(',').collect::<Vec<_>>())
            .filter(|fields| {
                let name = fields.get(name).copied().unwrap_or_default();
                !["", "FRONTEND", "BACKEND"].contains(&name)
            })
            .map(|fields| Health {
                server: fields[name].to_owned(),
                status: fields[status].to_owned(),
                check: fields[check].trim_start_matches("* ").to_owned(),
            })
            .collect()
    }

    /// Waits until HAProxy's checks of its servers, in their order, have come to this: the start of
    /// the status, and of the check's result.
    pub(crate) fn await_health(&self, machine: &str, wanted: &[(&str, &str)]) {
        let agrees = |health: &[Health]| {
            health.len() == wanted.len()
                && health.iter().zip(wanted).all(|(one, (status, check))| {
                    one.status.starts_with(status) && one.check.starts_with(check)
                })
        };
        let started = std::time::Instant::now();
        loop {
            let health = self.health(machine);
            if agrees(&health) {
                return;
            }
            assert!(
                started.elapsed() < super::PATIENCE,
                "{wanted:?} is not seen: {health:#?}"
            );
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}
