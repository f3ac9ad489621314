//! HAProxy, configured by what `render` wrote.

use crate::{
    judge,
    site::{BACKEND, SITE, Site, broken, page_of, refused},
};

const WEBS: [(&str, &str); 2] = [("web1", "10.0.20.1"), ("web2", "10.0.20.2")];

/// What HAProxy says of its backends, in their order.
fn until_states_are(site: &Site, state: &str) {
    site.lab.write(
        "ask.py",
        "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect('/run/haproxy/admin.sock')\n\
         s.sendall(b'show stat\\n')\n\
         said = b''.join(iter(lambda: s.recv(65536), b'')).decode()\n\
         print(*[line.split(',')[17] for line in said.splitlines() if line.split(',')[1:2] and line.split(',')[1].startswith('backend')])\n",
    );
    let python = judge::python();
    let python = python.get_program().to_str().unwrap();
    site.lab
        .until("front", &format!("{python} ask.py"), |said| {
            said.trim() == state
        });
}

/// The load balancer of article A: it ends TLS and encrypts again, and verifies what is behind it:
/// the right name from another CA is taken out, and another name from the right CA.
#[test]
fn haproxy_verifies_its_backends() {
    let site = Site::new(&[WEBS[0], WEBS[1], ("web3", "10.0.20.3")]);
    let lab = &site.lab;
    for web in ["web1", "web2", "web3"] {
        site.web(web, "apache2", "apache", "");
    }
    site.replace_backend("web2", "apache2", "other", "backend");
    site.replace_backend("web3", "apache2", "pki", "wrong");
    lab.write(
        "pki.toml",
        format!(
            "[ca.ca]\ncommon_name = \"testca.com\"\n\n[server.flb]\nsan = [\"{SITE}\"]\ntargets = [\"haproxy\"]\n\n\
             [server.flb.target.haproxy]\nbackends = [\"10.0.20.1:443\", \"10.0.20.2:443\", \"10.0.20.3:443\"]\n\
             backend_name = \"{BACKEND}\"\n"
        ),
    );
    site.install("front", "haproxy", "flb", "");
    site.start("front", "haproxy", "flb");
    until_states_are(&site, "UP DOWN DOWN");
    for _ in 0..3 {
        page_of(&site.get(""), "web1");
    }
    for web in ["web2", "web3"] {
        site.replace_backend(web, "apache2", "pki", "backend");
    }
    until_states_are(&site, "UP UP UP");
    site.until_answers(&["web1", "web2", "web3"]);
    let pages: Vec<String> = (0..4).map(|_| site.get("").stdout).collect();
    assert!(
        pages.windows(2).all(|two| two[0] != two[1]),
        "in turn: {pages:?}"
    );
    let version = site.get("-o /dev/null -w '%{http_version}'").stdout;
    assert!(version.starts_with('2'), "{version}");
}

#[test]
fn haproxy_wants_a_certificate_of_its_clients_and_shows_its_own() {
    let site = Site::new(&[("web1", "10.0.20.1")]);
    site.web("web1", "nginx", "nginx", "--set clients_ca=ca");
    site.install(
        "front",
        "haproxy",
        "flb",
        &format!(
            "--set backends=10.0.20.1:443 --set backend_name={BACKEND} --set backend_client=joe \
             --set clients_ca=ca --set redirect_from=80 --set backend_revocation=true"
        ),
    );
    site.start("front", "haproxy", "flb");
    broken(&site.get(""));
    page_of(&site.get_as("pki", "joe"), "web1");
    broken(&site.get_as("pki", "eve"));
    broken(&site.get_as("other", "joe"));
    let told = site.lab.curl(
        "client",
        &format!("-o /dev/null -w '%{{redirect_url}}' 'http://{SITE}/a?b=c'"),
    );
    assert!(
        told.stdout.starts_with(&format!("https://{SITE}/a?b=c")),
        "{told:#?}"
    );
}

/// A backend's certificate comes from a CA below the root that HAProxy trusts: the lists of both are
/// needed, or every backend is taken out.
#[test]
fn haproxy_checks_backends_of_a_ca_below_the_root() {
    let site = Site::new(&[("web1", "10.0.20.1")]);
    site.lab.ok(
        "client",
        &format!(
            "set -e
             certmint ca intermediate inner --cn Inner --key p256 --no-passphrase
             certmint issue server good --san {BACKEND} --ca inner --key p256
             certmint issue server bad --san {BACKEND} --ca inner --key p256
             certmint revoke bad --yes
             certmint crl"
        ),
    );
    site.web("web1", "nginx", "nginx", "");
    site.replace_backend("web1", "nginx", "pki", "good");
    site.install(
        "front",
        "haproxy",
        "flb",
        &format!(
            "--set backends=10.0.20.1:443 --set backend_name={BACKEND} \
             --set backend_revocation=true"
        ),
    );
    site.start("front", "haproxy", "flb");
    site.until_answers(&["web1"]);
    site.replace_backend("web1", "nginx", "pki", "bad");
    site.lab.restart("front", "haproxy", 443);
    refused(&site.get(""), "503");
}

/// Says which headers it got.
const ECHO: &str = "
import http.server
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.headers).encode())
http.server.HTTPServer(('', 8080), Echo).serve_forever()
";

/// In no spelling that a server behind it takes for the header.
#[test]
fn haproxy_passes_on_no_client_that_is_only_claimed() {
    let site = Site::new(&[("web1", "10.0.20.1")]);
    site.lab.write("echo.py", ECHO);
    site.lab.ok(
        "web1",
        "setsid python3 echo.py >/dev/null 2>&1 </dev/null &
         until curl -s -o /dev/null http://10.0.20.1:8080/; do sleep 0.1; done",
    );
    site.install(
        "front",
        "haproxy",
        "flb",
        "--set backends=10.0.20.1:8080 --set backend_protocol=http --set clients_ca=ca \
         --set client_verification=optional",
    );
    site.start("front", "haproxy", "flb");
    let claims = "-H 'X-Client-DN: CN=evil' -H 'X_Client_DN: CN=evil' -H 'x-client_dn: CN=evil' \
                  -H 'X_CLIENT_VERIFY: SUCCESS' -H 'X-Client-Verify: SUCCESS'";
    for http in ["--http1.1", "--http2"] {
        let told = site.get(&format!("{http} {claims}"));
        let got = told.stdout.to_lowercase();
        assert!(
            !got.contains("evil") && !got.contains("success"),
            "{told:#?}"
        );
        assert!(got.contains("x-client-verify: none"), "{told:#?}");
    }
    let told = site.get(&format!(
        "{claims} --cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key"
    ));
    let got = told.stdout.to_lowercase();
    assert!(!got.contains("evil"), "{told:#?}");
    assert_eq!(got.matches("client").count(), 2, "{told:#?}");
    assert!(got.contains("x-client-dn: cn=joe"), "{told:#?}");
    assert!(got.contains("x-client-verify: success"), "{told:#?}");
}

/// A CA below another: its clients send their intermediate, HAProxy too as the client of Apache, and
/// the lists are of both.
#[test]
fn haproxy_and_apache_verify_clients_up_to_the_root() {
    let site = Site::new(&[("web1", "10.0.20.1")]);
    site.people();
    site.web("web1", "apache2", "apache", "--set clients_ca=people");
    site.install(
        "front",
        "haproxy",
        "flb",
        &format!(
            "--set backends=10.0.20.1:443 --set backend_name={BACKEND} --set backend_client=ann \
             --set clients_ca=people"
        ),
    );
    site.start("front", "haproxy", "flb");
    let behind = |name: &str| {
        site.lab.curl(
            "client",
            &format!(
                "--cacert pki/ca/ca.crt --cert pki/certs/{name}/{name}.fullchain.crt \
                 --key pki/certs/{name}/{name}.key --connect-to ::web1:443 https://{BACKEND}/"
            ),
        )
    };
    page_of(&behind("ann"), "web1");
    broken(&behind("bob"));
    refused(&behind("joe"), "403");
    page_of(&site.get_as("pki", "ann"), "web1");
    broken(&site.get_as("pki", "bob"));
    refused(&site.get_as("pki", "joe"), "403");
    broken(&site.get_as("other", "joe"));
    // Optional: none is let in, another's is not.
    site.install(
        "web1",
        "apache",
        "backend",
        "--set document_root=/srv/www --set clients_ca=people --set client_verification=optional",
    );
    site.lab.restart("web1", "apache2", 443);
    let told = site.lab.curl(
        "client",
        &format!("--cacert pki/ca/ca.crt --connect-to ::web1:443 https://{BACKEND}/"),
    );
    page_of(&told, "web1");
    page_of(&behind("ann"), "web1");
    refused(&behind("joe"), "403");
}

/// The load balancer of article B: TLS goes through, so that nginx sees the client's certificate.
#[test]
fn haproxy_passes_tcp_through() {
    let site = Site::new(&WEBS);
    for (web, _) in WEBS {
        site.page(web);
        site.install(
            web,
            "nginx",
            "flb",
            "--set document_root=/srv/www --set clients_ca=ca",
        );
        site.start(web, "nginx", "flb");
    }
    site.install(
        "front",
        "haproxy-tcp",
        "flb",
        "--set backends=10.0.20.1:443,10.0.20.2:443",
    );
    site.start("front", "haproxy", "flb");
    until_states_are(&site, "UP UP");
    refused(&site.get(""), "400");
    refused(&site.get_as("pki", "eve"), "400");
    let told = site.get_as("pki", "joe");
    assert!(told.stdout.starts_with("page of web"), "{told:#?}");
    // The health check knows the certificate that clients are to see.
    site.lab.ok(
        "web2",
        "cp pki/certs/backend/backend.key /etc/site/flb.key
         cp pki/certs/backend/backend.fullchain.crt /etc/site/flb.fullchain.crt
         systemctl restart nginx",
    );
    until_states_are(&site, "UP DOWN");
    for _ in 0..2 {
        page_of(&site.get_as("pki", "joe"), "web1");
    }
}
