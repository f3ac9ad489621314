//! nginx with a master and workers, serving `flb` from the PKI directory, and clients that call it
//! without a pause.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::world::World;

pub(crate) struct Server<'world> {
    world: &'world World,
    process: Child,
    pub(crate) port: u16,
}

/// A command line of nginx for its configuration.
fn line(world: &World) -> String {
    let folder = world.path("");
    let folder = folder.display();
    format!("nginx -p {folder} -c {folder}/nginx.conf -e {folder}/error.log")
}

/// The command that makes it read its files again.
pub(crate) fn reload(world: &World) -> String {
    let nginx = crate::judge::nginx();
    let program = nginx.get_program().to_str().unwrap().to_owned();
    line(world).replacen("nginx", &program, 1) + " -s reload"
}

/// Starts it with one `server` for `flb`; `more` goes into that.
pub(crate) fn start<'world>(world: &'world World, more: &str) -> Server<'world> {
    let folder = world.path("");
    let folder = folder.display();
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    world.write(
        "nginx.conf",
        format!(
            "daemon off; worker_processes 2; pid {folder}/nginx.pid;
             events {{}}
             http {{
               access_log off;
               client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
               fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
               scgi_temp_path {folder}/t5;
               server {{
                 listen 127.0.0.1:{port} ssl;
                 ssl_protocols TLSv1.2 TLSv1.3;
                 ssl_certificate {folder}/pki/certs/flb/flb.fullchain.crt;
                 ssl_certificate_key {folder}/pki/certs/flb/flb.key;
                 {more}
                 location / {{ return 200 \"fine\\n\"; }}
               }}
             }}"
        ),
    );
    let process = world
        .judge_command(&line(world))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server {
        world,
        process,
        port,
    };
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "nginx: {}",
            server.log()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

impl Server<'_> {
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.world.path("error.log")).unwrap_or_default())
            .into_owned()
    }

    /// The serial number that openssl sees.
    pub(crate) fn served(&self) -> String {
        let said = self.world.judge(&format!(
            "openssl s_client -connect 127.0.0.1:{} -servername flb.example.com",
            self.port
        ));
        self.world.write("served.pem", said.stdout);
        self.world
            .accepts("openssl x509 -in served.pem -noout -serial")
    }

    /// Waits until it is served by new connections, several in a row.
    pub(crate) fn await_served(&self, serial: &str) {
        let started = Instant::now();
        let mut in_a_row = 0;
        while in_a_row < 5 {
            let served = self.served();
            in_a_row = if served == serial { in_a_row + 1 } else { 0 };
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "{served} and not {serial} is served"
            );
        }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // The master ends its workers when it is asked to, not when it is killed.
        let _ = crate::judge::command("kill")
            .arg(self.process.id().to_string())
            .status();
        let _ = self.process.wait();
    }
}

/// Clients that connect again and again, each connection a new handshake that has to be right.
pub(crate) struct Load<'world> {
    world: &'world World,
    process: Option<Child>,
}

const CLIENTS: &str = "
import json, os, socket, ssl, sys, threading, time
port = int(sys.argv[1])
lock = threading.Lock()
told = {'handshakes': 0, 'failures': [], 'serials': []}
def client(version):
    context = ssl.create_default_context(cafile='pki/ca/ca.crt')
    context.minimum_version = context.maximum_version = version
    while not os.path.exists('enough'):
        time.sleep(0.01)  # the server and certmint want a processor too
        try:
            with socket.create_connection(('127.0.0.1', port), timeout=20) as plain:
                with context.wrap_socket(plain, server_hostname='flb.example.com') as tls:
                    serial = tls.getpeercert()['serialNumber']
                    tls.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
                    answer = b''
                    while chunk := tls.recv(4096):
                        answer += chunk
            assert answer.endswith(b'fine\\n'), answer
            with lock:
                told['handshakes'] += 1
                if serial not in told['serials']:
                    told['serials'].append(serial)
        except Exception as error:
            with lock:
                told['failures'].append(repr(error))
versions = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3] * 2
clients = [threading.Thread(target=client, args=[version]) for version in versions]
for one in clients: one.start()
for one in clients: one.join()
print(json.dumps(told))
";

/// What the clients saw.
pub(crate) struct Seen {
    pub(crate) handshakes: u64,
    pub(crate) failures: Vec<String>,
    /// The serial numbers in the order in which they were first seen.
    pub(crate) serials: Vec<String>,
}

impl<'world> Load<'world> {
    pub(crate) fn on(server: &Server<'world>) -> Self {
        let world = server.world;
        let mut python = crate::judge::python();
        let process = python
            .args(["-c", CLIENTS, &server.port.to_string()])
            .current_dir(world.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            world,
            process: Some(process),
        }
    }

    pub(crate) fn end(mut self) -> Seen {
        self.world.write("enough", "");
        let output = self.process.take().unwrap().wait_with_output().unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let texts = |field: &str| -> Vec<String> {
            let values = told[field].as_array().unwrap().iter();
            values
                .map(|value| value.as_str().unwrap().to_owned())
                .collect()
        };
        Seen {
            handshakes: told["handshakes"].as_u64().unwrap(),
            failures: texts("failures"),
            serials: texts("serials"),
        }
    }
}

impl Drop for Load<'_> {
    fn drop(&mut self) {
        // The test has failed before the clients were told that it is enough.
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
