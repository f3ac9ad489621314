//! A load balancer that ends HTTPS and encrypts again to two Apache web servers, as the manifest
//! `oci-load-balancer` has it: HAProxy and nginx stand for the load balancer of the cloud.

use crate::lab::{Lab, Told};

const SITE: &str = "https://www.2026testsite.com/";
const CA: &str = "pki/ca/ca.crt";
const WEB: [&str; 2] = ["web1", "web2"];

/// The whole system, running, the load balancer not yet.
fn system() -> Lab {
    let lab = Lab::new(&[
        ("client", "10.0.0.10"),
        ("lb", "10.0.0.5"),
        ("web1", "10.0.10.11"),
        ("web2", "10.0.10.12"),
    ]);
    lab.ok(
        "client",
        "certmint manifest new oci-load-balancer --out pki.toml && certmint apply",
    );
    lab.ok("client", "echo 10.0.0.5 www.2026testsite.com >> /etc/hosts");
    lab.ok(
        "client",
        "certmint render apache backend --out apache --here /etc/apache2/certmint --with-files",
    );
    for (number, web) in WEB.iter().enumerate() {
        lab.write_page(web, number + 1);
        lab.ok(
            "client",
            &format!(
                "scp -q -r apache root@{web}:/etc/apache2/certmint
                 ssh root@{web} ln -s ../certmint/backend.conf /etc/apache2/sites-enabled/"
            ),
        );
        lab.restart(web, "apache2", 443);
    }
    lab
}

/// Puts a certificate and its key where Apache looks for those of the backend.
fn install_backend(lab: &Lab, web: &str, certificate: &str) {
    lab.ok(
        "client",
        &format!(
            "scp -q {certificate}.fullchain.crt root@{web}:/etc/apache2/certmint/backend.fullchain.crt
             scp -q {certificate}.key root@{web}:/etc/apache2/certmint/backend.key"
        ),
    );
}

/// The web servers that have answered so many requests in a row.
fn answers(lab: &Lab, count: usize) -> Vec<String> {
    (0..count)
        .map(|_| {
            let told = lab.curl("client", &format!("--cacert {CA} {SITE}"));
            assert_eq!(told.code, 0, "{told:#?}");
            server_of(&told)
        })
        .collect()
}

fn server_of(told: &Told) -> String {
    let start = told
        .stdout
        .find("WEB server ")
        .unwrap_or_else(|| panic!("{told:#?}"));
    told.stdout[start + 11..start + 12].to_owned()
}

/// Each backend by itself, before there is a load balancer.
fn backends_serve(lab: &Lab) {
    for (number, web) in WEB.iter().enumerate() {
        let told = lab.curl(
            "client",
            &format!("--cacert {CA} --connect-to ::{web}:443 https://backend.internal.local/"),
        );
        assert_eq!(server_of(&told), (number + 1).to_string());
        assert_eq!(
            lab.served_serial(
                "client",
                CA,
                &format!("{web}:443"),
                "backend.internal.local"
            ),
            lab.serial_of("client", "pki/certs/backend/backend.crt")
        );
    }
}

/// Both web servers answer in turn.
fn alternates(lab: &Lab) {
    let seen = answers(lab, 6);
    assert!(
        seen == ["1", "2", "1", "2", "1", "2"] || seen == ["2", "1", "2", "1", "2", "1"],
        "{seen:?}"
    );
}

/// What clients of every kind think of the site, without and with the CA.
fn clients_judge(lab: &Lab) {
    assert_eq!(
        lab.served_serial("client", CA, "lb:443", "www.2026testsite.com"),
        lab.serial_of("client", "pki/certs/flb/flb.crt")
    );
    let refused = lab.curl("client", SITE);
    assert_eq!(refused.code, 60, "{refused:#?}");
    let other_name = lab.curl("client", &format!("--cacert {CA} https://lb/"));
    assert_eq!(other_name.code, 60, "{other_name:#?}");

    let refused = lab.python_get("client", "-", SITE, None);
    assert!(
        refused.stderr.contains("CERTIFICATE_VERIFY_FAILED"),
        "{refused:#?}"
    );
    let accepted = lab.python_get("client", CA, SITE, None);
    assert!(
        accepted.stdout.starts_with("200 ") && accepted.stdout.contains("WEB server "),
        "{accepted:#?}"
    );

    let refused = lab.java_get("client", "-", SITE, None);
    assert!(
        refused.stderr.contains("PKIX path building failed"),
        "{refused:#?}"
    );
    let accepted = lab.java_get("client", CA, SITE, None);
    assert!(
        accepted.stdout.starts_with("200 ") && accepted.stdout.contains("WEB server "),
        "{accepted:#?}"
    );
    let other_name = lab.java_get("client", CA, "https://lb/", None);
    assert!(
        other_name
            .stderr
            .contains("No subject alternative DNS name matching lb"),
        "{other_name:#?}"
    );

    let refused = lab.chromium("client", SITE);
    assert_eq!(refused.stdout.trim(), "", "{refused:#?}");
    assert!(
        refused.stderr.contains("ERR_CERT_AUTHORITY_INVALID"),
        "{refused:#?}"
    );
}

/// A browser with the CA in its store opens the site, and both web servers answer it.
fn browser_opens(lab: &Lab, balancer: &str) {
    lab.trust_in_nss("client", "testca", CA);
    let opened = [(); 2].map(|()| lab.chromium("client", SITE));
    let mut servers = opened.map(|told| {
        assert!(told.stdout.contains("<h1>WEB server "), "{told:#?}");
        server_of(&told)
    });
    servers.sort();
    assert_eq!(servers, ["1", "2"]);
    lab.screenshot("client", SITE, &format!("oci-load-balancer-{balancer}"));
    let other_name = lab.chromium("client", "https://lb/");
    assert_eq!(other_name.stdout.trim(), "", "{other_name:#?}");
    assert!(
        other_name.stderr.contains("ERR_CERT_COMMON_NAME_INVALID"),
        "{other_name:#?}"
    );
}

/// Certificates that the load balancer must not accept of a web server.
fn make_impostors(lab: &Lab) {
    lab.ok(
        "client",
        "certmint --pki other ca init --cn testca.com --key p256 --no-passphrase
         certmint --pki other issue server backend --san backend.internal.local
         certmint issue server impostor --san impostor.internal.local",
    );
}

const IMPOSTORS: [&str; 2] = ["other/certs/backend/backend", "pki/certs/impostor/impostor"];

#[test]
fn haproxy_ends_https_and_encrypts_again() {
    let lab = system();
    backends_serve(&lab);
    lab.ok(
        "client",
        "certmint render haproxy flb --set backends=10.0.10.11:443,10.0.10.12:443 \
            --set backend_name=backend.internal.local --out lb --here /etc/haproxy
         scp -q lb/* root@lb:/etc/haproxy/
         ssh root@lb mv /etc/haproxy/flb.cfg /etc/haproxy/haproxy.cfg",
    );
    lab.restart("lb", "haproxy", 443);
    lab.await_health("lb", &[("UP", "L7OK"), ("UP", "L7OK")]);
    alternates(&lab);
    clients_judge(&lab);
    browser_opens(&lab, "haproxy");

    make_impostors(&lab);
    for impostor in IMPOSTORS {
        install_backend(&lab, "web2", impostor);
        lab.ok("web2", "systemctl reload apache2");
        lab.await_health("lb", &[("UP", "L7OK"), ("DOWN", "L6")]);
        assert_eq!(answers(&lab, 4), ["1"; 4], "{impostor}");
        install_backend(&lab, "web1", impostor);
        lab.ok("web1", "systemctl reload apache2");
        lab.await_health("lb", &[("DOWN", "L6"), ("DOWN", "L6")]);
        let told = lab.curl("client", &format!("--cacert {CA} {SITE}"));
        assert!(told.stdout.ends_with("\n503\n"), "{told:#?}");
        for web in WEB {
            install_backend(&lab, web, "pki/certs/backend/backend");
            lab.ok(web, "systemctl reload apache2");
        }
        lab.await_health("lb", &[("UP", "L7OK"), ("UP", "L7OK")]);
        alternates(&lab);
    }
}

#[test]
fn nginx_ends_https_and_encrypts_again() {
    let lab = system();
    lab.ok(
        "client",
        "certmint render nginx-lb flb --set backends=10.0.10.11:443,10.0.10.12:443 \
            --set backend_name=backend.internal.local \
            --out lb --here /etc/nginx/certmint --with-files
         scp -q -r lb root@lb:/etc/nginx/certmint
         ssh root@lb ln -s ../certmint/flb.conf /etc/nginx/conf.d/",
    );
    lab.restart("lb", "nginx", 443);
    alternates(&lab);
    browser_opens(&lab, "nginx");

    make_impostors(&lab);
    let complaints = [
        "upstream SSL certificate verify error",
        "upstream SSL certificate does not match",
    ];
    for (impostor, complaint) in IMPOSTORS.iter().zip(complaints) {
        install_backend(&lab, "web2", impostor);
        lab.ok("web2", "systemctl restart apache2");
        lab.await_port("web2", 443);
        assert_eq!(answers(&lab, 6), ["1"; 6], "{impostor}");
        lab.until("lb", "cat /var/log/nginx/error.log", |log| {
            log.contains(complaint)
        });
        install_backend(&lab, "web1", impostor);
        lab.ok("web1", "systemctl restart apache2");
        lab.await_port("web1", 443);
        let told = lab.curl("client", &format!("--cacert {CA} {SITE}"));
        assert!(told.stdout.ends_with("\n502\n"), "{told:#?}");
        for web in WEB {
            install_backend(&lab, web, "pki/certs/backend/backend");
            lab.ok(web, "systemctl restart apache2");
            lab.await_port(web, 443);
        }
        // nginx has set them aside for a while.
        lab.until(
            "client",
            &format!("for n in 1 2 3 4; do curl -sS --cacert {CA} {SITE}; done"),
            |pages| {
                ["1", "2"]
                    .iter()
                    .all(|number| pages.matches(&format!("<h1>WEB server {number}")).count() == 2)
            },
        );
    }
}
