//! nginx as a web server, configured by what `render` wrote.

use crate::site::{SITE, Site, page_of, refused};

#[test]
fn nginx_serves_and_redirects_and_takes_a_renewal() {
    let site = Site::new(&[]);
    let lab = &site.lab;
    site.page("front");
    let settings = "--set document_root=/srv/www --set redirect_from=80,[::]:80";
    site.install("front", "nginx", "flb", settings);
    site.start("front", "nginx", "flb");
    page_of(&site.get(""), "front");
    let version = site.get("-o /dev/null -w '%{http_version}'").stdout;
    assert!(version.starts_with('2'), "{version}");
    assert_ne!(site.get("--tls-max 1.1").code, 0);
    // The way to HTTPS, with path and query.
    let told = lab.curl(
        "client",
        &format!("-o /dev/null -w '%{{redirect_url}}' 'http://{SITE}/a?b=c'"),
    );
    assert!(
        told.stdout.starts_with(&format!("https://{SITE}/a?b=c")),
        "{told:#?}"
    );
    // At the other family of addresses too.
    let told = lab.curl(
        "front",
        &format!("--cacert pki/ca/ca.crt --connect-to {SITE}:443:[::1]:443 https://{SITE}/"),
    );
    page_of(&told, "front");
    // A renewal arrives by the same two commands and a reload.
    let before = lab.served_serial("client", "pki/ca/ca.crt", "front:443", SITE);
    lab.ok("client", "certmint renew flb");
    site.install("front", "nginx", "flb", settings);
    lab.ok("front", "systemctl reload nginx");
    let renewed = lab.serial_of("client", "pki/certs/flb/flb.crt");
    assert_ne!(before, renewed);
    lab.until(
        "client",
        &format!(
            "openssl s_client -connect front:443 -servername {SITE} </dev/null 2>/dev/null \
             | openssl x509 -noout -serial"
        ),
        |serial| serial == renewed,
    );
}

/// While the root is rolled over, clients of the old and of the new one are served, and who is revoked
/// is not, whichever signed him.
#[test]
fn nginx_takes_clients_of_both_roots() {
    let site = Site::new(&[]);
    site.page("front");
    site.people();
    site.lab.ok(
        "client",
        "set -e
         certmint ca rollover next ca --no-passphrase
         certmint ca rollover next ca --before-time --yes
         certmint issue client kim --ca ca --key p256
         certmint issue client sam --ca ca --key p256
         certmint revoke sam --yes",
    );
    site.install(
        "front",
        "nginx",
        "flb",
        "--set document_root=/srv/www --set clients_ca=ca",
    );
    site.start("front", "nginx", "flb");
    for name in ["joe", "kim", "ann"] {
        page_of(&site.get_as("pki", name), "front");
    }
    for name in ["eve", "sam", "bob"] {
        refused(&site.get_as("pki", name), "400");
    }
}

#[test]
fn nginx_wants_a_certificate_of_its_clients() {
    let site = Site::new(&[]);
    site.page("front");
    site.install(
        "front",
        "nginx",
        "flb",
        "--set document_root=/srv/www --set clients_ca=ca",
    );
    site.start("front", "nginx", "flb");
    let told = site.get("");
    refused(&told, "400");
    assert!(
        told.stdout.contains("No required SSL certificate was sent"),
        "{told:#?}"
    );
    page_of(&site.get_as("pki", "joe"), "front");
    for (pki, name) in [("pki", "eve"), ("other", "joe")] {
        let told = site.get_as(pki, name);
        refused(&told, "400");
        assert!(
            told.stdout.contains("The SSL certificate error"),
            "{told:#?}"
        );
    }
    let told = site.lab.ok(
        "client",
        &format!("openssl s_client -connect front:443 -servername {SITE} </dev/null 2>/dev/null"),
    );
    assert!(
        told.contains("Acceptable client certificate CA names\nCN = testca.com"),
        "{told}"
    );
}

/// A client that was revoked does not get in by what is left of an earlier handshake.
#[test]
fn nginx_looks_at_the_certificate_of_each_connection() {
    let site = Site::new(&[]);
    let lab = &site.lab;
    site.page("front");
    let settings = "--set document_root=/srv/www --set clients_ca=ca";
    site.install("front", "nginx", "flb", settings);
    site.start("front", "nginx", "flb");
    let asked = |version: &str, session: &str| {
        lab.ok(
            "client",
            &format!(
                "printf 'GET / HTTP/1.0\\r\\nHost: {SITE}\\r\\n\\r\\n' | openssl s_client -ign_eof \
                 -connect front:443 -servername {SITE} {version} {session} \
                 -cert pki/certs/joe/joe.crt -key pki/certs/joe/joe.key 2>&1"
            ),
        )
    };
    for version in ["-tls1_2", "-tls1_3"] {
        let told = asked(version, &format!("-sess_out session{version}"));
        assert!(told.contains("page of front"), "{version}\n{told}");
    }
    lab.ok("client", "certmint revoke joe --yes && certmint crl ca");
    site.install("front", "nginx", "flb", settings);
    lab.ok("front", "systemctl reload nginx");
    // A worker of before may answer for a moment beside the new ones.
    lab.until(
        "client",
        &format!(
            "for _ in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null -w '%{{http_code}}' \
             --cacert pki/ca/ca.crt --cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key \
             https://{SITE}/; done"
        ),
        |codes| codes == "400".repeat(8),
    );
    for version in ["-tls1_2", "-tls1_3"] {
        let session = format!("[ ! -s session{version} ] || echo -sess_in session{version}");
        let told = asked(version, &format!("$({session})"));
        assert!(told.contains("400 Bad Request"), "{version}\n{told}");
        assert!(!told.contains("page of front"), "{version}\n{told}");
    }
}

/// A CA below another, whose clients send their intermediate, and whose lists are of both.
#[test]
fn nginx_verifies_clients_up_to_the_root() {
    let site = Site::new(&[]);
    site.page("front");
    site.people();
    site.install(
        "front",
        "nginx",
        "flb",
        "--set document_root=/srv/www --set clients_ca=people",
    );
    site.start("front", "nginx", "flb");
    page_of(&site.get_as("pki", "ann"), "front");
    refused(&site.get_as("pki", "bob"), "400");
    refused(&site.get_as("other", "joe"), "400");
    // What another CA below the same root signed is none of its clients.
    refused(&site.get_as("pki", "joe"), "400");
    site.install(
        "front",
        "nginx",
        "flb",
        "--set document_root=/srv/www --set clients_ca=people --set client_verification=optional",
    );
    site.lab.restart("front", "nginx", 443);
    page_of(&site.get(""), "front");
    page_of(&site.get_as("pki", "ann"), "front");
    for name in ["bob", "joe"] {
        refused(&site.get_as("pki", name), "400");
    }
}
