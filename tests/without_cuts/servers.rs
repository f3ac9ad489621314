//! HAProxy, nginx and Apache, as they run anywhere: a process and its workers.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::{fs::PermissionsExt as _, net::UnixStream, process::CommandExt as _},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::{judge, site::Site};

/// How long anything may take on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs until it is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    /// The process that is told to reload.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let kill = |arguments: [&str; 3]| {
            let _ = judge::command("kill")
                .args(arguments)
                .stderr(Stdio::null())
                .status();
        };
        let id = self.process.id();
        kill(["-s", "TERM", &id.to_string()]);
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(5) {
            if !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // What is still sending a download to nobody goes with its group.
        let _ = judge::command("kill")
            .args(["-s", "KILL", "--", &format!("-{id}")])
            .stderr(Stdio::null())
            .status();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port()
}

/// Starts a server; `configure` writes its files for its port.
pub(crate) fn start(site: &Site, line: &str, configure: impl Fn(u16)) -> Server {
    let mut said = String::new();
    // Another program can take the port between the question and the start.
    for _ in 0..5 {
        let port = free_port();
        configure(port);
        let log = std::fs::File::create(site.world.path("server.log")).unwrap();
        let process = site
            .world
            .judge_command(line)
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .process_group(0)
            .spawn()
            .unwrap();
        let mut server = Server { process, port };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if server.process.try_wait().unwrap().is_some() {
                break;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        said = site.world.read_text("server.log");
    }
    panic!("{line} does not start:\n{said}");
}

/// A web server without TLS behind a HAProxy.
pub(crate) fn pages(site: &Site) -> Server {
    let folder = site.folder();
    let configure = |port| {
        site.world.write(
            "pages.conf",
            format!(
                "daemon off; master_process off; pid {folder}/pages.pid; error_log stderr;
                 events {{}}
                 http {{
                   access_log off;
                   client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
                   fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
                   scgi_temp_path {folder}/t5;
                   server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
                 }}"
            ),
        );
    };
    open_to_all(site);
    let line = format!("nginx -p {folder} -c {folder}/pages.conf -e stderr");
    start(site, &line, configure)
}

/// Servers give up being root and read their pages then.
fn open_to_all(site: &Site) {
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(site.world.path(""), everybody).unwrap();
}

/// What a HAProxy is started with.
#[derive(Clone, Copy)]
pub(crate) struct HaProxy<'text> {
    /// Lines of `global` besides.
    pub(crate) global: &'text str,
    /// What follows `bind … ssl`; `FOLDER` is the folder.
    pub(crate) bind: &'text str,
    /// The port of the pages; none for one that answers itself.
    pub(crate) pages: Option<u16>,
}

impl HaProxy<'_> {
    fn configuration(&self, site: &Site, port: u16) -> String {
        let folder = site.folder();
        let action = match self.pages {
            Some(pages) => format!("server pages 127.0.0.1:{pages}"),
            None => "http-request return status 200 content-type text/plain string fine".to_owned(),
        };
        format!(
            "global\n  stats socket {folder}/admin.sock mode 600 level admin\n  stats timeout 5m\n  {}\n\
             defaults\n  mode http\n  timeout connect 60s\n  timeout client 5m\n  timeout server 5m\n\
             listen front\n  bind 127.0.0.1:{port} ssl {}\n  {action}\n",
            self.global.replace("FOLDER", &folder),
            self.bind.replace("FOLDER", &folder),
        )
    }

    /// Starts it as one process.
    pub(crate) fn start(&self, site: &Site) -> Server {
        self.run(site, "haproxy -db -f haproxy.cfg")
    }

    /// Starts it as a master with a worker, which takes a signal to be reloaded.
    pub(crate) fn start_with_master(&self, site: &Site) -> Server {
        self.run(site, "haproxy -W -db -f haproxy.cfg")
    }

    fn run(&self, site: &Site, line: &str) -> Server {
        let server = start(site, line, |port| {
            site.world
                .write("haproxy.cfg", self.configuration(site, port));
        });
        let started = Instant::now();
        while UnixStream::connect(site.world.path("admin.sock")).is_err() {
            assert!(started.elapsed() < PATIENCE, "no runtime socket");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

/// Asks HAProxy's runtime socket, as another program would.
pub(crate) fn ask(site: &Site, command: &str) -> String {
    let mut stream = UnixStream::connect(site.world.path("admin.sock")).unwrap();
    stream.write_all(format!("{command}\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The serial number that HAProxy has in memory.
pub(crate) fn in_memory(site: &Site, certificate: &str) -> String {
    let shown = ask(site, &format!("show ssl cert {certificate}"));
    let line = shown.lines().find(|line| line.starts_with("Serial: "));
    line.unwrap_or_else(|| panic!("{shown}"))
        .trim_start_matches("Serial: ")
        .to_owned()
}

/// The certificates that a server sends, as serial numbers, its own first.
pub(crate) fn sent(site: &Site, port: u16) -> Vec<String> {
    let said = site.world.judge(&format!(
        "openssl s_client -connect 127.0.0.1:{port} -servername flb.example.com -showcerts"
    ));
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let mut serials = Vec::new();
    for block in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
        site.world
            .write("sent.pem", format!("-----BEGIN CERTIFICATE-----{block}"));
        serials.push(site.serial_in("sent.pem"));
    }
    assert!(!serials.is_empty(), "{said:?}");
    serials
}

/// nginx with a master and two workers.
pub(crate) fn nginx(site: &Site) -> Server {
    let folder = site.folder();
    open_to_all(site);
    let configure = |port| {
        site.world.write(
            "nginx.conf",
            format!(
                "daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log stderr;
                 events {{}}
                 http {{
                   access_log off; keepalive_timeout 5m; send_timeout 5m;
                   client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
                   fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
                   scgi_temp_path {folder}/t5;
                   server {{
                     listen 127.0.0.1:{port} ssl;
                     root {folder}/pages;
                     ssl_certificate {folder}/pki/certs/flb/flb.fullchain.crt;
                     ssl_certificate_key {folder}/pki/certs/flb/flb.key;
                   }}
                 }}"
            ),
        );
    };
    let line = format!("nginx -p {folder} -c {folder}/nginx.conf -e stderr");
    start(site, &line, configure)
}

/// Apache with its event processes.
pub(crate) fn apache(site: &Site) -> Server {
    let folder = site.folder();
    open_to_all(site);
    let configure = |port| {
        site.world.write(
            "apache.conf",
            format!(
                "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
ServerName flb.example.com
User www-data
Group www-data
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/apache.log
DocumentRoot {folder}/pages
KeepAliveTimeout 300
Timeout 300
SSLEngine on
SSLCertificateFile {folder}/pki/certs/flb/flb.fullchain.crt
SSLCertificateKeyFile {folder}/pki/certs/flb/flb.key
"
            ),
        );
    };
    let line = format!("apache2 -DFOREGROUND -f {folder}/apache.conf");
    start(site, &line, configure)
}
