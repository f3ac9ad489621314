//! The servers themselves: each loads the good files of every rule that it has, and the bad ones.

use std::{
    fmt::Write as _,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use certmint::acceptance::find;

use crate::{judge, make, pairs::pair, paper::Workshop, sample::Made};

/// What a server says of its files.
struct Verdict {
    accepts: bool,
    says: String,
}

/// Has a server judge the pairs of the rules that begin with its name.
fn agree(name: &str, ask: impl Fn(&Workshop, &Made) -> Verdict) {
    let workshop = Workshop::new();
    // Servers that give up being root read their files as somebody else.
    open_to_all(workshop.folder());
    let mut wrong = Vec::new();
    let mut asked = 0;
    for rule in find(name).unwrap().rules() {
        if rule.id().starts_with("tls-") {
            continue;
        }
        let pair = pair(rule.id()).unwrap();
        for (kind, change) in [("good", pair.good), ("bad", pair.bad)] {
            let made = make(&workshop, 1, &format!("{}-{kind}", rule.id()), change);
            let verdict = ask(&workshop, &made);
            asked += 1;
            if verdict.accepts != (kind == "good") {
                wrong.push(format!("{}, {kind}: {}", rule.id(), verdict.says));
            }
        }
    }
    assert!(asked > 0, "{name} was asked nothing");
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A command that ends by itself; one that asks a terminal for a passphrase has none.
fn verdict(mut command: Command) -> Verdict {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Verdict {
        accepts: output.status.success(),
        says: String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned(),
    }
}

/// Without a terminal, so that nothing can be asked there.
fn without_terminal(program: Command) -> Command {
    let mut command = judge::command("setsid");
    command.args(["--wait", "timeout", "60"]);
    command.arg(program.get_program()).args(program.get_args());
    command
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port()
}

#[test]
fn nginx_says_the_same() {
    agree("nginx", |_, made| {
        let folder = made.folder.display();
        let mut text = format!(
            "pid {folder}/nginx.pid; error_log stderr; events {{}}\nhttp {{ access_log off;"
        );
        for (number, what) in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .enumerate()
        {
            let _ = write!(text, " {what}_temp_path {folder}/t{number};");
        }
        let _ = write!(
            text,
            " server {{ listen 127.0.0.1:1 ssl; ssl_certificate {folder}/server.crt; ssl_certificate_key {folder}/server.key; }} }}"
        );
        std::fs::write(made.folder.join("nginx.conf"), text).unwrap();
        let mut nginx = judge::nginx();
        nginx.args([
            "-t",
            "-e",
            "stderr",
            "-p",
            &made.path(""),
            "-c",
            &made.path("nginx.conf"),
        ]);
        verdict(without_terminal(nginx))
    });
}

#[test]
fn haproxy_says_the_same() {
    agree("haproxy", |_, made| {
        let read = |name: &str| std::fs::read(made.folder.join(name)).unwrap();
        std::fs::write(
            made.folder.join("server.pem"),
            [read("server.crt"), read("server.key")].concat(),
        )
        .unwrap();
        let text = format!(
            "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\nfrontend f\n bind 127.0.0.1:1 ssl crt {}\n default_backend b\nbackend b\n server s 127.0.0.1:1\n",
            made.path("server.pem")
        );
        std::fs::write(made.folder.join("haproxy.cfg"), text).unwrap();
        let mut haproxy = judge::command("haproxy");
        haproxy.args(["-c", "-f", &made.path("haproxy.cfg")]);
        verdict(without_terminal(haproxy))
    });
}

#[test]
fn caddy_says_the_same() {
    agree("caddy", |workshop, made| {
        let text = format!(
            "{{\n admin off\n auto_https off\n}}\nhttps://www.example.com:1 {{\n tls {} {}\n}}\n",
            made.path("server.crt"),
            made.path("server.key")
        );
        std::fs::write(made.folder.join("Caddyfile"), text).unwrap();
        let mut caddy = judge::command("caddy");
        caddy.args([
            "validate",
            "--adapter",
            "caddyfile",
            "--config",
            &made.path("Caddyfile"),
        ]);
        caddy
            .env("HOME", workshop.folder())
            .env("XDG_DATA_HOME", workshop.folder());
        verdict(caddy)
    });
}

/// A server in the foreground.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = judge::command("kill").arg(self.0.id().to_string()).status();
            let _ = self.0.wait();
        }
    }
}

impl Running {
    /// Whether it takes connections, or has ended instead.
    fn is_up(&mut self, port: u16) -> bool {
        self.comes_to(|| TcpStream::connect(("127.0.0.1", port)).is_ok())
    }

    /// Whether something comes true, or it has ended instead.
    fn comes_to(&mut self, is_so: impl Fn() -> bool) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if self.0.try_wait().unwrap().is_some() {
                return false;
            }
            if is_so() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("neither up nor gone");
    }
}

fn start(mut command: Command, log: &Path) -> Running {
    let log = std::fs::File::create(log).unwrap();
    let process = command
        .stdin(Stdio::null())
        .stdout(Stdio::from(log.try_clone().unwrap()))
        .stderr(Stdio::from(log))
        .spawn()
        .unwrap();
    Running(process)
}

#[test]
fn stunnel_says_the_same() {
    agree("stunnel", |_, made| {
        let port = free_port();
        let text = format!(
            "foreground = yes\npid =\nsyslog = no\n[s]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:1\ncert = {}\nkey = {}\n",
            made.path("server.crt"),
            made.path("server.key")
        );
        std::fs::write(made.folder.join("stunnel.conf"), text).unwrap();
        let mut stunnel = judge::command("setsid");
        stunnel
            .arg(judge::command("stunnel4").get_program())
            .arg(made.path("stunnel.conf"));
        let log = made.folder.join("stunnel.log");
        let accepts = start(stunnel, &log).is_up(port);
        Verdict {
            accepts,
            says: std::fs::read_to_string(log).unwrap(),
        }
    });
}

fn apache(made: &Made, port: u16) -> Command {
    let folder = made.folder.display();
    let text = format!(
        "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
ServerName www.example.com
User www-data
Group www-data
StartServers 1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder} default
ErrorLog {folder}/error.log
SSLEngine on
SSLCertificateFile {folder}/server.crt
SSLCertificateKeyFile {folder}/server.key
"
    );
    std::fs::write(made.folder.join("apache.conf"), text).unwrap();
    let mut apache = judge::command("setsid");
    apache.arg(judge::apache2().get_program());
    apache.args([
        "-d",
        &made.path(""),
        "-f",
        &made.path("apache.conf"),
        "-DFOREGROUND",
    ]);
    apache
}

#[test]
fn apache_says_the_same() {
    agree("apache", |_, made| {
        let port = free_port();
        // It takes connections before it reads the certificate; the file comes after that.
        let accepts = start(apache(made, port), &made.folder.join("said.log"))
            .comes_to(|| made.folder.join("apache.pid").exists());
        let read = |name: &str| std::fs::read_to_string(made.folder.join(name)).unwrap_or_default();
        Verdict {
            accepts,
            says: read("said.log") + &read("error.log"),
        }
    });
}

/// `apache2 -t` says that all is well with another certificate's key, and the graceful restart ends
/// the server.
#[test]
fn apache_dies_at_the_graceful_restart() {
    let workshop = Workshop::new();
    open_to_all(workshop.folder());
    let pair = pair("apache-key-mismatch").unwrap();
    let good = make(&workshop, 1, "good", pair.good);
    let bad = make(&workshop, 1, "bad", pair.bad);
    let port = free_port();
    let mut running = start(apache(&good, port), &good.folder.join("said.log"));
    assert!(running.comes_to(|| good.folder.join("apache.pid").exists()));
    std::fs::copy(
        bad.folder.join("server.key"),
        good.folder.join("server.key"),
    )
    .unwrap();
    let mut check = judge::apache2();
    check.args(["-t", "-d", &good.path(""), "-f", &good.path("apache.conf")]);
    let check = verdict(check);
    assert!(
        check.accepts && check.says.contains("Syntax OK"),
        "{}",
        check.says
    );
    let mut graceful = judge::command("kill");
    judge::ok({
        graceful.args(["-USR1", &running.0.id().to_string()]);
        graceful
    });
    let started = Instant::now();
    while running.0.try_wait().unwrap().is_none() {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "Apache is still there"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let log = std::fs::read_to_string(good.folder.join("error.log")).unwrap();
    assert!(log.contains("AH02565"), "{log}");
}

/// The folder of PostgreSQL's own programs.
fn postgresql() -> std::path::PathBuf {
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .unwrap_or_else(|error| {
            panic!("PostgreSQL is needed ({error}): tests/judges.sh installs it")
        })
        .map(|entry| entry.unwrap().path().join("bin"))
        .collect();
    versions.sort();
    versions.pop().unwrap()
}

/// As the user of PostgreSQL, which refuses to be root.
fn as_postgres(program: &Path) -> Command {
    let mut command = judge::command("setpriv");
    command
        .args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--clear-groups",
        ])
        .arg(program);
    command
}

#[test]
fn postgresql_says_the_same() {
    let programs = postgresql();
    agree("postgresql", |workshop, made| {
        let data = workshop.path("data");
        let give = |path: &Path| {
            let mut chown = judge::command("chown");
            chown.args(["-R", "postgres:postgres"]).arg(path);
            judge::ok(chown);
        };
        if !data.exists() {
            std::fs::create_dir(&data).unwrap();
            give(&data);
            let mut initdb = as_postgres(&programs.join("initdb"));
            initdb
                .args(["--no-sync", "--auth", "trust", "-D"])
                .arg(&data);
            judge::ok(initdb);
        }
        give(&made.folder);
        let port = free_port();
        let mut postgres = as_postgres(&programs.join("postgres"));
        postgres.arg("-D").arg(&data).args([
            "-p",
            &port.to_string(),
            "-c",
            "ssl=on",
            "-c",
            "fsync=off",
        ]);
        postgres.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]);
        postgres.args(["-c", &format!("ssl_cert_file={}", made.path("server.crt"))]);
        postgres.args(["-c", &format!("ssl_key_file={}", made.path("server.key"))]);
        let log = workshop.path("postgres.log");
        let accepts = start(postgres, &log).is_up(port);
        Verdict {
            accepts,
            says: std::fs::read_to_string(log).unwrap(),
        }
    });
}
