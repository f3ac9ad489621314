//! The places that a certificate goes to, and the clients that it meets.

use crate::formats::nearest;

use super::{
    Rule, UnknownDestination,
    rules::{
        apple, aws, browsers, clients, cloud_native, java, oci, openssl_servers, rfc5280, strict,
        tls,
    },
};

/// A server, a load balancer, a cloud's upload, a client, or a standard.
#[derive(Debug)]
pub struct Destination {
    name: &'static str,
    about: &'static str,
    side: Side,
    rules: &'static [&'static [Rule]],
}

/// On which side of a connection a destination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It serves the certificate.
    Server,
    /// It is shown the certificate.
    Client,
    /// It is written down.
    Standard,
}

impl Destination {
    /// The word for it: `nginx`, `aws-acm`, `apple`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// On which side it is.
    pub fn side(&self) -> Side {
        self.side
    }

    /// What it asks.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> + use<> {
        self.rules.iter().flat_map(|rules| rules.iter())
    }
}

/// The destination of a name.
///
/// # Errors
/// A word that names none, with the name that is most like it.
pub fn find(word: &str) -> Result<&'static Destination, UnknownDestination> {
    let known = || DESTINATIONS.iter().map(Destination::name);
    DESTINATIONS
        .iter()
        .find(|destination| destination.name() == word)
        .ok_or_else(|| UnknownDestination {
            word: word.to_owned(),
            near: nearest(word, known()),
        })
}

/// Whom a certificate usually meets.
pub const USUAL: &[&str] = &[
    "rfc5280", "apple", "chrome", "firefox", "curl", "gnutls", "java", "python",
];

const fn server(
    name: &'static str,
    about: &'static str,
    rules: &'static [&'static [Rule]],
) -> Destination {
    Destination {
        name,
        about,
        side: Side::Server,
        rules,
    }
}

const fn client(
    name: &'static str,
    about: &'static str,
    rules: &'static [&'static [Rule]],
) -> Destination {
    Destination {
        side: Side::Client,
        ..server(name, about, rules)
    }
}

/// All of them: standards, clients, servers, each by its name.
pub static DESTINATIONS: &[Destination] = &[
    Destination {
        side: Side::Standard,
        ..server(
            "rfc5280",
            "the standard of X.509 certificates for the Internet",
            &[rfc5280::RULES],
        )
    },
    client(
        "apple",
        "iOS, iPadOS, macOS and their programs",
        &[apple::RULES],
    ),
    client("chrome", "Chrome, Chromium, Edge", &[browsers::CHROME]),
    client("curl", "curl with OpenSSL", &[clients::CURL]),
    client("firefox", "Firefox", &[browsers::FIREFOX]),
    client(
        "gnutls",
        "programs with GnuTLS, such as wget",
        &[clients::GNUTLS],
    ),
    client("java", "Java's own TLS", &[java::RULES]),
    client(
        "openssl",
        "programs with OpenSSL that verify strictly (-x509_strict)",
        &[strict::OPENSSL, strict::LEVEL_2],
    ),
    client(
        "python",
        "Python 3.13 and later: urllib, requests, httpx",
        &[strict::PYTHON, strict::LEVEL_2],
    ),
    server(
        "apache",
        "Apache's httpd with mod_ssl",
        &[openssl_servers::APACHE, tls::RULES],
    ),
    server(
        "aws-acm",
        "AWS Certificate Manager, for load balancers and CloudFront",
        &[aws::ACM, tls::RULES],
    ),
    server(
        "aws-alb-trust-store",
        "a trust store of AWS Application Load Balancers, for mutual TLS",
        &[aws::TRUST_STORE],
    ),
    server("caddy", "Caddy", &[cloud_native::CADDY, tls::RULES]),
    server("envoy", "Envoy", &[cloud_native::ENVOY, tls::RULES]),
    server(
        "haproxy",
        "HAProxy",
        &[openssl_servers::HAPROXY, tls::RULES],
    ),
    server(
        "kubernetes",
        "a secret of the type kubernetes.io/tls",
        &[cloud_native::KUBERNETES, tls::RULES],
    ),
    server("nginx", "nginx", &[openssl_servers::NGINX, tls::RULES]),
    server(
        "oci-lb",
        "the load balancer of Oracle Cloud Infrastructure",
        &[oci::RULES, tls::RULES],
    ),
    server(
        "postgresql",
        "PostgreSQL",
        &[
            openssl_servers::POSTGRESQL,
            openssl_servers::POSTGRESQL_FILES,
            tls::RULES,
        ],
    ),
    server(
        "stunnel",
        "stunnel",
        &[openssl_servers::STUNNEL, tls::RULES],
    ),
    server("traefik", "Traefik", &[cloud_native::TRAEFIK, tls::RULES]),
];
