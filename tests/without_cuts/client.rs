//! A client that holds an idle connection and a download in its middle while a renewal happens.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Stdio},
};

use serde_json::Value;

use crate::{judge, site::Site};

/// It reads no more of the download than its beginning until it is told to go on, so that the server
/// is in the middle of it however fast the machine is.
const CLIENT: &str = r#"
import hashlib, json, socket, ssl, sys
port, body = int(sys.argv[1]), open('pages/body.bin', 'rb').read()
context = ssl.create_default_context(cafile='pki/ca/ca.crt')
def connect():
    plain = socket.socket()
    plain.settimeout(60)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    plain.connect(('127.0.0.1', port))
    return context.wrap_socket(plain, server_hostname='flb.example.com')
def serial(tls):
    return tls.getpeercert()['serialNumber']
def ask(tls, path):
    tls.sendall(f'GET {path} HTTP/1.1\r\nHost: flb.example.com\r\n\r\n'.encode())
def answer(tls):
    'The status, whether it is the last of the connection, and the body as far as it came.'
    got = b''
    while b'\r\n\r\n' not in got:
        chunk = tls.recv(65536)
        if not chunk:
            raise ConnectionError('closed')
        got += chunk
    head, rest = got.split(b'\r\n\r\n', 1)
    lines = head.decode().split('\r\n')
    fields = dict(line.lower().split(': ', 1) for line in lines[1:])
    return int(lines[0].split()[1]), fields, rest
def small(tls):
    ask(tls, '/small.txt')
    status, fields, rest = answer(tls)
    while len(rest) < int(fields['content-length']):
        rest += tls.recv(65536)
    return status, fields.get('connection') == 'close'
idle = connect()
first = small(idle)
assert first == (200, False), first
download = connect()
ask(download, '/body.bin')
status, fields, got = answer(download)
assert status == 200 and int(fields['content-length']) == len(body), (status, fields)
print('ready', flush=True)
assert sys.stdin.readline() == 'go on\n'
seen = []
for _ in range(8):
    with connect() as tls:
        seen.append(serial(tls))
told = {'new': seen, 'idle_serial': serial(idle), 'download_serial': serial(download)}
try:
    status, closes = small(idle)
    told['idle'] = 'answered, then closed' if closes else 'answered'
    if not closes:
        told['idle_again'] = small(idle)[0]
except (ConnectionError, ssl.SSLError) as error:
    told['idle'] = 'closed'
pieces, count = [got], len(got)
while count < len(body):
    chunk = download.recv(1 << 16)
    if not chunk:
        break
    pieces.append(chunk)
    count += len(chunk)
told['whole'] = b''.join(pieces) == body
print(json.dumps(told))
"#;

/// The connections of a client before a renewal.
pub(crate) struct Connections {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
}

/// What became of them.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The serial numbers of eight new connections.
    pub(crate) new: Vec<String>,
    /// The serial number on the idle connection.
    pub(crate) idle_serial: String,
    /// `answered`, `answered, then closed` or `closed`.
    pub(crate) idle: String,
    /// The serial number on the connection of the download.
    pub(crate) download_serial: String,
    /// Whether the download was the whole body.
    pub(crate) whole: bool,
}

impl Connections {
    /// Opens them; both have had their first answer then.
    pub(crate) fn open(site: &Site, port: u16) -> Self {
        let mut process = judge::python()
            .args(["-c", CLIENT, &port.to_string()])
            .current_dir(site.world.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { process, said }
    }

    /// Goes on after the renewal.
    pub(crate) fn go_on(mut self) -> Seen {
        let mut input = self.process.stdin.take().unwrap();
        input.write_all(b"go on\n").unwrap();
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Seen {
            new: told["new"].as_array().unwrap().iter().map(text).collect(),
            idle_serial: text(&told["idle_serial"]),
            idle: text(&told["idle"]),
            download_serial: text(&told["download_serial"]),
            whole: told["whole"].as_bool().unwrap(),
        }
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
