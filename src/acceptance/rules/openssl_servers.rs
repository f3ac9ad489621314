//! Servers that load their certificate with OpenSSL.

use crate::acceptance::{
    checks::{chain, key},
    rule::{Rule, Source},
};

const fn page(title: &'static str, address: &'static str) -> Source {
    Source::Page { title, address }
}

const fn program(name: &'static str, says: &'static str) -> Source {
    Source::Program { name, says }
}

/// What stands where for one server.
struct Sources {
    fits: Source,
    order: Source,
    open: Source,
    size: Source,
    digest: Source,
    pem: Source,
}

/// The rules that they all have, with the sources of each.
macro_rules! openssl_server {
    ($prefix:literal, $sources:ident, $open:literal) => {
        [
            Rule::refuses(
                concat!($prefix, "-key-mismatch"),
                $sources.fits,
                "the private key is the certificate's",
                key::does_not_fit,
            ),
            Rule::refuses(
                concat!($prefix, "-order"),
                $sources.order,
                "the file begins with the server's own certificate",
                chain::not_first,
            ),
            Rule::refuses(
                concat!($prefix, "-encrypted-key"),
                $sources.open,
                $open,
                key::encrypted,
            ),
            Rule::refuses(
                concat!($prefix, "-key-size"),
                $sources.size,
                "RSA keys have 112 bits of security: 2048 bits (by OpenSSL's rounding 1963)",
                |case| key::rsa_below(case, key::LEVEL_2_BITS),
            ),
            Rule::refuses(
                concat!($prefix, "-sha1"),
                $sources.digest,
                "no certificate below the root is signed over SHA-1 (OpenSSL's security level 2)",
                chain::sha1,
            ),
            Rule::refuses(
                concat!($prefix, "-pem"),
                $sources.pem,
                "the certificates are PEM",
                chain::not_pem,
            ),
        ]
    };
}

const NGINX_SOURCES: Sources = Sources {
    fits: program(
        "nginx 1.22",
        "SSL_CTX_use_PrivateKey() failed: key values mismatch",
    ),
    order: page(
        "nginx: Configuring HTTPS servers, SSL certificate chains",
        "nginx.org/en/docs/http/configuring_https_servers.html#chains",
    ),
    open: page(
        "nginx: ssl_password_file",
        "nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_password_file",
    ),
    size: program(
        "nginx 1.22",
        "SSL_CTX_use_certificate() failed: ee key too small",
    ),
    digest: program(
        "nginx 1.22",
        "SSL_CTX_use_certificate() failed: ca md too weak",
    ),
    pem: page(
        "nginx: ssl_certificate",
        "nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_certificate",
    ),
};

/// nginx.
pub(in crate::acceptance) const NGINX: &[Rule] = &openssl_server!(
    "nginx",
    NGINX_SOURCES,
    "the private key is not encrypted; nginx asks the terminal for the passphrase unless there is an ssl_password_file"
);

const APACHE_SOURCES: Sources = Sources {
    fits: program(
        "Apache 2.4",
        "Syntax OK, and at the graceful restart AH02565: Certificate and private key do not match; AH00020: Configuration Failed, exiting",
    ),
    order: page(
        "Apache: SSLCertificateFile",
        "httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslcertificatefile",
    ),
    open: program(
        "Apache 2.4",
        "AH02312: Fatal error initialising mod_ssl, exiting",
    ),
    size: program(
        "Apache 2.4",
        "AH02562: Failed to configure certificate: ee key too small",
    ),
    digest: program(
        "Apache 2.4",
        "AH02562: Failed to configure certificate: ca md too weak",
    ),
    pem: page(
        "Apache: SSLCertificateFile",
        "httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslcertificatefile",
    ),
};

/// Apache's httpd with mod_ssl.
pub(in crate::acceptance) const APACHE: &[Rule] = &openssl_server!(
    "apache",
    APACHE_SOURCES,
    "the private key is not encrypted; Apache starts only with an SSLPassPhraseDialog"
);

const HAPROXY_SOURCES: Sources = Sources {
    fits: program(
        "HAProxy 2.6",
        "inconsistencies between private key and certificate loaded",
    ),
    order: page(
        "HAProxy: Configuration Manual, crt",
        "docs.haproxy.org/2.6/configuration.html#5.1-crt",
    ),
    open: program("HAProxy 2.6", "Enter PEM pass phrase, on the terminal"),
    size: program(
        "HAProxy 2.6",
        "unable to load SSL certificate: ee key too small",
    ),
    digest: program(
        "HAProxy 2.6",
        "unable to load SSL certificate: ca md too weak",
    ),
    pem: page(
        "HAProxy: Configuration Manual, crt",
        "docs.haproxy.org/2.6/configuration.html#5.1-crt",
    ),
};

/// HAProxy.
pub(in crate::acceptance) const HAPROXY: &[Rule] = &openssl_server!(
    "haproxy",
    HAPROXY_SOURCES,
    "the private key is not encrypted; HAProxy asks the terminal for the passphrase"
);

const STUNNEL_SOURCES: Sources = Sources {
    fits: program(
        "stunnel 5.68",
        "Private key check failed: key values mismatch",
    ),
    order: page("stunnel: cert", "stunnel.org/static/stunnel.html"),
    open: program(
        "stunnel 5.68",
        "SSL_CTX_use_PrivateKey_file: no passphrase on a terminal",
    ),
    size: program(
        "stunnel 5.68",
        "SSL_CTX_use_certificate_chain_file: ee key too small",
    ),
    digest: program(
        "stunnel 5.68",
        "SSL_CTX_use_certificate_chain_file: ca md too weak",
    ),
    pem: page("stunnel: cert", "stunnel.org/static/stunnel.html"),
};

/// stunnel.
pub(in crate::acceptance) const STUNNEL: &[Rule] = &openssl_server!(
    "stunnel",
    STUNNEL_SOURCES,
    "the private key is not encrypted; stunnel asks the terminal for the passphrase"
);

const POSTGRESQL_PAGE: Source = page(
    "PostgreSQL: Secure TCP/IP Connections with SSL",
    "www.postgresql.org/docs/15/ssl-tcp.html",
);
const POSTGRESQL_SOURCES: Sources = Sources {
    fits: program(
        "PostgreSQL 15",
        "check of private key failed: key values mismatch",
    ),
    order: POSTGRESQL_PAGE,
    open: page(
        "PostgreSQL: ssl_passphrase_command_supports_reload",
        "www.postgresql.org/docs/15/runtime-config-connection.html",
    ),
    size: program(
        "PostgreSQL 15",
        "could not load server certificate file: ee key too small",
    ),
    digest: program(
        "PostgreSQL 15",
        "could not load server certificate file: ca md too weak",
    ),
    pem: POSTGRESQL_PAGE,
};

/// PostgreSQL.
pub(in crate::acceptance) const POSTGRESQL: &[Rule] = &openssl_server!(
    "postgresql",
    POSTGRESQL_SOURCES,
    "the private key is not encrypted; PostgreSQL does not open it at a reload without an ssl_passphrase_command"
);

/// PostgreSQL, of the file of the private key.
pub(in crate::acceptance) const POSTGRESQL_FILES: &[Rule] = &[Rule::refuses(
    "postgresql-key-mode",
    POSTGRESQL_PAGE,
    "the private key is readable by its owner alone, or by the group too if root owns it",
    key::readable_by_others,
)];
