//! Apache as a web server, configured by what `render` wrote.

use crate::site::{SITE, Site, broken, page_of, refused};

#[test]
fn apache_serves_and_redirects() {
    let site = Site::new(&[]);
    site.page("front");
    site.install(
        "front",
        "apache",
        "flb",
        "--set document_root=/srv/www --set redirect_from=80 --set listen=443",
    );
    site.start("front", "apache2", "flb");
    page_of(&site.get(""), "front");
    assert_ne!(site.get("--tls-max 1.1").code, 0);
    let told = site.lab.curl(
        "client",
        &format!("-o /dev/null -w '%{{redirect_url}}' 'http://{SITE}/a?b=c'"),
    );
    assert!(
        told.stdout.starts_with(&format!("https://{SITE}/a?b=c")),
        "{told:#?}"
    );
    // One virtual host: it answers for whatever Host is asked, by the name or without one.
    for words in [
        "-H 'Host: www.example.org'",
        "--connect-to ::front:443 -k -H 'Host: other'",
    ] {
        page_of(&site.get(words), "front");
    }
}

#[test]
fn apache_wants_a_certificate_of_its_clients() {
    let site = Site::new(&[]);
    site.page("front");
    site.install(
        "front",
        "apache",
        "flb",
        "--set document_root=/srv/www --set clients_ca=@root",
    );
    site.start("front", "apache2", "flb");
    broken(&site.get(""));
    broken(&site.get("--tls-max 1.2"));
    page_of(&site.get_as("pki", "joe"), "front");
    broken(&site.get_as("pki", "eve"));
    broken(&site.get_as("other", "joe"));
    // Whoever has none is let in where the certificate is optional, and who shows a wrong one is not.
    site.install(
        "front",
        "apache",
        "flb",
        "--set document_root=/srv/www --set clients_ca=@root --set client_verification=optional",
    );
    site.lab.restart("front", "apache2", 443);
    page_of(&site.get(""), "front");
    broken(&site.get_as("pki", "eve"));
}

/// A CA below a root: what another one below it signed gets nothing, beside the document root either.
#[test]
fn apache_refuses_other_clients_everywhere() {
    let site = Site::new(&[]);
    site.page("front");
    site.people();
    // As Debian has it in mods-available/alias.conf.
    site.lab.ok(
        "front",
        "mkdir -p /srv/icons && echo 'an icon' >/srv/icons/README
         printf '%s\\n' 'Alias /icons/ \"/srv/icons/\"' '<Directory \"/srv/icons\">' \
             'Require all granted' '</Directory>' '<Location /closed>' 'Require all denied' \
             '</Location>' >/etc/apache2/sites-enabled/alias.conf
         echo closed >/srv/www/closed",
    );
    let get = |client: &str, path: &str| {
        site.lab.curl(
            "client",
            &format!("--cacert pki/ca/ca.crt {client} https://{SITE}{path}"),
        )
    };
    let shown = |name: &str| {
        format!("--cert pki/certs/{name}/{name}.fullchain.crt --key pki/certs/{name}/{name}.key")
    };
    for verification in ["require", "optional"] {
        site.install(
            "front",
            "apache",
            "flb",
            &format!(
                "--set document_root=/srv/www --set clients_ca=people --set client_verification={verification}"
            ),
        );
        if verification == "require" {
            site.start("front", "apache2", "flb");
        } else {
            site.lab.restart("front", "apache2", 443);
            page_of(&get("", "/"), "front");
        }
        page_of(&get(&shown("ann"), "/"), "front");
        let icon = get(&shown("ann"), "/icons/README");
        assert_eq!(icon.stdout, "an icon\n\n200\n", "{icon:#?}");
        for path in ["/", "/icons/README", "/nothing"] {
            refused(&get(&shown("joe"), path), "403");
        }
        // What the server denies to all stays denied.
        refused(&get(&shown("ann"), "/closed"), "403");
    }
}
