//! The clients themselves: each connects to a server with the good certificate of every rule that
//! it has, and with the bad one.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use certmint::acceptance::{Destination, find};
use serde_json::{Value, json};

use crate::{judge, make, pairs::pair, paper::Workshop, sample::Made};

/// What a client says of a server.
pub(crate) struct Verdict {
    pub(crate) accepts: bool,
    pub(crate) says: String,
}

/// A sample that is served.
pub(crate) struct Served {
    made: Made,
    port: u16,
}

const SERVER: &str = "
import asyncio, json, ssl, sys

async def answer(reader, writer):
    try:
        await reader.readuntil(b'\\r\\n\\r\\n')
        writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\nfine\\n')
        await writer.drain()
        writer.close()
    except Exception:
        pass

async def main():
    ports, servers = [], []
    for certificates, key in json.load(open(sys.argv[1])):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # What clients refuse is asked, and not what this server does.
        context.set_ciphers('DEFAULT:@SECLEVEL=0')
        context.load_cert_chain(certificates, key)
        server = await asyncio.start_server(answer, '127.0.0.1', 0, ssl=context)
        servers.append(server)
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
";

/// A server for each sample, in one process.
pub(crate) struct Servers(Child);

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn serve(workshop: &Workshop, samples: Vec<Made>) -> (Servers, Vec<Served>) {
    let list: Vec<Value> = samples
        .iter()
        .map(|made| json!([made.path("server.crt"), made.path("server.key")]))
        .collect();
    let file = workshop.path("served.json");
    std::fs::write(&file, json!(list).to_string()).unwrap();
    let mut process = judge::python()
        .args(["-c", SERVER])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let servers = Servers(process);
    let ports: Vec<u16> = serde_json::from_str(&line).unwrap();
    let served = samples
        .into_iter()
        .zip(ports)
        .map(|(made, port)| Served { made, port })
        .collect();
    (servers, served)
}

/// Has a client judge the pairs of its rules, and holds our rules to what it says.
fn agree(name: &str, unasked: &[&str], ask: impl FnOnce(&Workshop, &[Served]) -> Vec<Verdict>) {
    let workshop = Workshop::new();
    let destination: &Destination = find(name).unwrap();
    let mut asked = Vec::new();
    let mut samples = Vec::new();
    for rule in destination
        .rules()
        .filter(|rule| !unasked.contains(&rule.id()))
    {
        let pair = pair(rule.id()).unwrap();
        for (kind, change) in [("good", pair.good), ("bad", pair.bad)] {
            let number = samples.len();
            samples.push(make(
                &workshop,
                number,
                &format!("{}-{kind}", rule.id()),
                change,
            ));
            asked.push((rule.id(), kind));
        }
    }
    for rule in unasked {
        assert!(
            destination.rules().any(|one| one.id() == *rule),
            "{name} has no {rule}"
        );
    }
    let (_servers, served) = serve(&workshop, samples);
    let verdicts = ask(&workshop, &served);
    assert_eq!(verdicts.len(), asked.len(), "{name} did not judge them all");
    let wrong: Vec<String> = asked
        .iter()
        .zip(&verdicts)
        .filter(|((_, kind), verdict)| verdict.accepts != (*kind == "good"))
        .map(|((rule, kind), verdict)| format!("{rule}, {kind}: {}", verdict.says))
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

/// A list of what is served, for a judge that looks at all at once.
fn list(workshop: &Workshop, served: &[Served]) -> std::path::PathBuf {
    let list: Vec<Value> = served
        .iter()
        .map(|one| json!([one.made.path("root.crt"), one.made.host, one.port]))
        .collect();
    let file = workshop.path("list.json");
    std::fs::write(&file, json!(list).to_string()).unwrap();
    file
}

/// The verdicts that a judge printed: `["accepted", "why it was refused", …]`.
fn told(command: Command) -> Vec<Verdict> {
    let output = judge::ok(command);
    let said: Vec<String> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", judge::text(&output)));
    said.into_iter()
        .map(|says| Verdict {
            accepts: says == "accepted",
            says,
        })
        .collect()
}

/// A judge that is run once for each.
fn each(served: &[Served], mut command: impl FnMut(&Served) -> Command) -> Vec<Verdict> {
    served
        .iter()
        .map(|one| {
            let output = command(one).stdin(Stdio::null()).output().unwrap();
            let says = [&output.stdout[..], &output.stderr].concat();
            Verdict {
                accepts: output.status.success(),
                says: String::from_utf8_lossy(&says).into_owned(),
            }
        })
        .collect()
}

const PYTHON: &str = "
import json, socket, ssl, sys
said = []
for ca, host, port in json.load(open(sys.argv[1])):
    try:
        context = ssl.create_default_context(cafile=ca)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        with socket.create_connection(('127.0.0.1', port), timeout=60) as plain:
            with context.wrap_socket(plain, server_hostname=host):
                said.append('accepted')
    except Exception as error:
        said.append(str(error))
print(json.dumps(said))
";

pub(crate) fn ask_python(workshop: &Workshop, served: &[Served]) -> Vec<Verdict> {
    let mut python = judge::python();
    python.args(["-c", PYTHON]).arg(list(workshop, served));
    told(python)
}

#[test]
fn python_says_the_same() {
    agree("python", &[], ask_python);
}

pub(crate) fn ask_openssl(_: &Workshop, served: &[Served]) -> Vec<Verdict> {
    each(served, |one| {
        let mut openssl = judge::openssl();
        openssl.args([
            "verify",
            "-x509_strict",
            "-auth_level",
            "2",
            "-purpose",
            "sslserver",
        ]);
        let is_address = one.made.host.parse::<std::net::IpAddr>().is_ok();
        let flag = if is_address {
            "-verify_ip"
        } else {
            "-verify_hostname"
        };
        openssl.args([flag, &one.made.host]);
        openssl.args(["-CAfile", &one.made.path("root.crt"), "-untrusted"]);
        openssl.args([one.made.path("server.crt"), one.made.path("leaf.crt")]);
        openssl
    })
}

#[test]
fn openssl_says_the_same() {
    agree("openssl", &[], ask_openssl);
}

pub(crate) fn ask_curl(_: &Workshop, served: &[Served]) -> Vec<Verdict> {
    each(served, |one| {
        let mut curl = judge::command("curl");
        let host = &one.made.host;
        curl.args([
            "-sS",
            "--noproxy",
            "*",
            "--cacert",
            &one.made.path("root.crt"),
        ]);
        curl.args([
            "--connect-to",
            &format!("{host}:443:127.0.0.1:{}", one.port),
        ]);
        curl.arg(format!("https://{host}/"));
        curl
    })
}

#[test]
fn curl_says_the_same() {
    agree("curl", &[], ask_curl);
}

pub(crate) fn ask_gnutls(_: &Workshop, served: &[Served]) -> Vec<Verdict> {
    each(served, |one| {
        let mut gnutls = judge::command("gnutls-cli");
        gnutls.arg(format!("--x509cafile={}", one.made.path("root.crt")));
        gnutls.arg(format!("--verify-hostname={}", one.made.host));
        gnutls.arg(format!("--sni-hostname={}", one.made.host));
        gnutls.args(["--port", &one.port.to_string(), "127.0.0.1"]);
        gnutls
    })
}

#[test]
fn gnutls_says_the_same() {
    agree("gnutls", &[], ask_gnutls);
}

const JAVA: &str = r#"
import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;

class Judge {
    public static void main(String[] words) throws Exception {
        StringBuilder said = new StringBuilder("[");
        for (String line : Files.readAllLines(Path.of(words[0]))) {
            String[] parts = line.split(" ");
            if (said.length() > 1) said.append(", ");
            said.append('"').append(judge(parts[0], parts[1], Integer.parseInt(parts[2]))).append('"');
        }
        System.out.println(said.append("]"));
    }

    static String judge(String ca, String host, int port) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            try (InputStream file = new FileInputStream(ca)) {
                store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            Socket plain = new Socket("127.0.0.1", port);
            plain.setSoTimeout(60_000);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.close();
            return "accepted";
        } catch (Exception error) {
            return error.toString().replaceAll("[^A-Za-z0-9 .:=_-]", " ");
        }
    }
}
"#;

pub(crate) fn ask_java(workshop: &Workshop, served: &[Served]) -> Vec<Verdict> {
    let source = workshop.path("Judge.java");
    std::fs::write(&source, JAVA).unwrap();
    let lines: String = served
        .iter()
        .map(|one| {
            format!(
                "{} {} {}\n",
                one.made.path("root.crt"),
                one.made.host,
                one.port
            )
        })
        .collect();
    let file = workshop.path("list.txt");
    std::fs::write(&file, lines).unwrap();
    let mut java = judge::command("java");
    java.arg(source).arg(file);
    told(java)
}

#[test]
fn java_says_the_same() {
    agree("java", &[], ask_java);
}

/// Puts every CA into a database of NSS.
fn nss_database(folder: &std::path::Path, served: &[Served]) {
    std::fs::create_dir_all(folder).unwrap();
    let database = format!("sql:{}", folder.display());
    let mut certutil = judge::certutil();
    certutil.args(["-N", "-d", &database, "--empty-password"]);
    judge::ok(certutil);
    for (number, one) in served.iter().enumerate() {
        let mut certutil = judge::certutil();
        certutil.args(["-A", "-d", &database, "-t", "C,,", "-n"]);
        certutil.args([&format!("ca{number}"), "-i", &one.made.path("root.crt")]);
        judge::ok(certutil);
    }
}

#[test]
fn chromium_says_the_same() {
    agree("chrome", &[], |workshop, served| {
        let home = workshop.path("home");
        nss_database(&home.join(".pki/nssdb"), served);
        // One page asks them all: a fetch ends where the certificate is accepted.
        let addresses: Vec<String> = served
            .iter()
            .map(|one| format!("https://{}:{}/", one.made.host, one.port))
            .collect();
        let page = format!(
            "<body><script>
            const ask = address => fetch(address, {{mode: 'no-cors'}}).then(() => 'accepted', error => 'refused: ' + error);
            const asked = Promise.all({}.map(ask));
            asked.then(said => document.body.textContent = JSON.stringify(said));
            </script></body>",
            json!(addresses)
        );
        let file = workshop.path("page.html");
        std::fs::write(&file, page).unwrap();
        let mut chromium = judge::chromium(&workshop.path("profile"));
        chromium.env("HOME", &home).args([
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--disable-web-security",
            "--virtual-time-budget=60000",
            "--host-resolver-rules=MAP www.example.com 127.0.0.1, MAP * ~NOTFOUND",
            "--dump-dom",
        ]);
        chromium.arg(format!("file://{}", file.display()));
        let output = judge::ok(chromium);
        let text = judge::text(&output);
        let body = text.split_once("<body>").unwrap().1;
        let body = body.split_once("</body>").unwrap().0;
        let said: Vec<String> = serde_json::from_str(body).unwrap_or_else(|error| {
            panic!(
                "{error}: {text}\n{}",
                String::from_utf8_lossy(&output.stderr)
            )
        });
        said.into_iter()
            .map(|says| Verdict {
                accepts: says == "accepted",
                says,
            })
            .collect()
    });
}

const FIREFOX: &str = r#"
import json, os, socket, subprocess, sys, time
served, profile = json.load(open(sys.argv[1])), sys.argv[2]
browser = subprocess.Popen([sys.argv[3], '--headless', '--marionette', '--no-remote', '--profile', profile],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def read(link):
    digits = b''
    while not digits.endswith(b':'):
        digits += link.recv(1)
    left, text = int(digits[:-1]), b''
    while len(text) < left:
        text += link.recv(left - len(text))
    return json.loads(text)

number = 0
def ask(link, command, **parameters):
    global number
    number += 1
    text = json.dumps([0, number, command, parameters])
    link.sendall(f'{len(text)}:{text}'.encode())
    _, _, error, value = read(link)
    return error, value

try:
    until = time.monotonic() + 120
    port_file = os.path.join(profile, 'MarionetteActivePort')
    while not (os.path.exists(port_file) and open(port_file).read().strip()):
        if time.monotonic() > until or browser.poll() is not None:
            raise SystemExit('Firefox does not start')
        time.sleep(0.05)
    link = socket.create_connection(('127.0.0.1', int(open(port_file).read())), timeout=300)
    read(link)
    error, _ = ask(link, 'WebDriver:NewSession', capabilities={'alwaysMatch': {'acceptInsecureCerts': False, 'timeouts': {'pageLoad': 20000}}})
    assert error is None, error
    said = []
    for _, host, port in served:
        error, _ = ask(link, 'WebDriver:Navigate', url=f'https://{host}:{port}/')
        said.append('accepted' if error is None else json.dumps(error))
    ask(link, 'Marionette:Quit', flags=['eForceQuit'])
    print(json.dumps(said))
finally:
    try:
        browser.wait(timeout=30)
    except subprocess.TimeoutExpired:
        browser.kill()
"#;

#[test]
fn firefox_says_the_same() {
    agree("firefox", &[], |workshop, served| {
        let profile = workshop.path("firefox");
        nss_database(&profile, served);
        std::fs::write(
            profile.join("user.js"),
            "user_pref('marionette.port', 0);
             user_pref('network.dns.localDomains', 'www.example.com');
             user_pref('network.proxy.type', 0);
             user_pref('security.OCSP.enabled', 0);
             user_pref('app.update.enabled', false);
             user_pref('datareporting.policy.dataSubmissionEnabled', false);
             user_pref('browser.shell.checkDefaultBrowser', false);\n",
        )
        .unwrap();
        let firefox = judge::command("firefox-esr");
        let mut python = judge::python();
        python
            .args(["-c", FIREFOX])
            .arg(list(workshop, served))
            .arg(&profile);
        python
            .arg(firefox.get_program())
            .env("HOME", workshop.path("firefox-home"));
        std::fs::create_dir_all(workshop.path("firefox-home")).unwrap();
        told(python)
    });
}
