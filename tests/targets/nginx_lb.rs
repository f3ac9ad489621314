//! nginx as a load balancer, configured by what `render` wrote.

use crate::site::{BACKEND, Site, page_of, refused};

const WEBS: [(&str, &str); 2] = [("web1", "10.0.20.1"), ("web2", "10.0.20.2")];
const BACKENDS: &str = "--set backends=10.0.20.1:443,10.0.20.2:443";

#[test]
fn nginx_verifies_its_backends() {
    let site = Site::new(&WEBS);
    // They ask for the certificate of whoever calls, which is the load balancer's.
    site.web("web1", "nginx", "nginx", "--set clients_ca=ca");
    site.web("web2", "apache2", "apache", "--set clients_ca=ca");
    site.install(
        "front",
        "nginx-lb",
        "flb",
        &format!(
            "{BACKENDS} --set backend_name={BACKEND} --set backend_client=joe \
             --set backend_revocation=true"
        ),
    );
    site.start("front", "nginx", "flb");
    site.until_answers(&["web1", "web2"]);
    for (pki, name, told) in [
        ("other", "backend", "upstream SSL certificate verify error"),
        ("pki", "wrong", "upstream SSL certificate does not match"),
    ] {
        site.replace_backend("web2", "apache2", pki, name);
        // Connections from before are kept open; new ones verify.
        site.lab.restart("front", "nginx", 443);
        for _ in 0..4 {
            page_of(&site.get(""), "web1");
        }
        let log = site.lab.ok("front", "cat /var/log/nginx/error.log");
        assert!(log.contains(told), "{told}: {log}");
    }
    // None is left.
    site.replace_backend("web1", "nginx", "other", "backend");
    site.lab.restart("front", "nginx", 443);
    refused(&site.get(""), "502");
}

#[test]
fn nginx_wants_a_certificate_of_clients_in_front_of_its_backends() {
    let site = Site::new(&WEBS[..1]);
    site.web("web1", "nginx", "nginx", "");
    site.install(
        "front",
        "nginx-lb",
        "flb",
        &format!("--set backends=10.0.20.1:443 --set backend_name={BACKEND} --set clients_ca=ca"),
    );
    site.start("front", "nginx", "flb");
    refused(&site.get(""), "400");
    page_of(&site.get_as("pki", "joe"), "web1");
    refused(&site.get_as("pki", "eve"), "400");
}

#[test]
fn nginx_passes_tcp_through() {
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
    site.install("front", "nginx-stream", "flb", BACKENDS);
    site.lab.ok(
        "front",
        "ln -s /etc/site/flb.stream.conf /etc/nginx/modules-enabled/flb.stream.conf",
    );
    site.lab.restart("front", "nginx", 443);
    refused(&site.get(""), "400");
    let pages: Vec<String> = (0..4).map(|_| site.get_as("pki", "joe").stdout).collect();
    for web in ["web1", "web2"] {
        assert!(
            pages.iter().any(|page| page.contains(web)),
            "{web}: {pages:?}"
        );
    }
    // One that does not answer is left out.
    site.lab.ok("web2", "systemctl stop nginx");
    for _ in 0..2 {
        page_of(&site.get_as("pki", "joe"), "web1");
    }
}
