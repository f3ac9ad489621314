//! Caddy, Traefik, Kubernetes and Envoy.

use crate::{
    acceptance::{
        Case,
        checks::{chain, key},
        finding::Trouble,
        rule::{Rule, Source},
    },
    key::KeyAlgorithm,
};

const fn page(title: &'static str, address: &'static str) -> Source {
    Source::Page { title, address }
}

const X509_KEY_PAIR: Source = page(
    "Go: crypto/tls, X509KeyPair",
    "pkg.go.dev/crypto/tls#X509KeyPair",
);

/// What programs written in Go ask of a pair of files.
macro_rules! go_program {
    ($prefix:literal) => {
        &[
            Rule::refuses(
                concat!($prefix, "-key-mismatch"),
                X509_KEY_PAIR,
                "the private key is the certificate's",
                key::does_not_fit,
            ),
            Rule::refuses(
                concat!($prefix, "-order"),
                X509_KEY_PAIR,
                "the file begins with the server's own certificate",
                chain::not_first,
            ),
            Rule::refuses(
                concat!($prefix, "-encrypted-key"),
                X509_KEY_PAIR,
                "the private key is not encrypted",
                key::encrypted,
            ),
            Rule::refuses(
                concat!($prefix, "-pem"),
                X509_KEY_PAIR,
                "the certificates are PEM",
                chain::not_pem,
            ),
            Rule::refuses(
                concat!($prefix, "-key-pem"),
                X509_KEY_PAIR,
                "the private key is PEM",
                key::not_pem,
            ),
        ]
    };
}

/// Caddy.
pub(in crate::acceptance) const CADDY: &[Rule] = go_program!("caddy");

/// Traefik.
pub(in crate::acceptance) const TRAEFIK: &[Rule] = go_program!("traefik");

const SECRETS: Source = page(
    "Kubernetes: Secrets, TLS Secrets",
    "kubernetes.io/docs/concepts/configuration/secret/#tls-secrets",
);

/// A `kubernetes.io/tls` secret.
pub(in crate::acceptance) const KUBERNETES: &[Rule] = &[
    Rule::refuses(
        "kubernetes-key-mismatch",
        SECRETS,
        "the private key is the certificate's",
        key::does_not_fit,
    ),
    Rule::refuses(
        "kubernetes-order",
        SECRETS,
        "tls.crt begins with the server's own certificate",
        chain::not_first,
    ),
    Rule::refuses(
        "kubernetes-encrypted-key",
        SECRETS,
        "tls.key is not encrypted",
        key::encrypted,
    ),
    Rule::refuses("kubernetes-pem", SECRETS, "tls.crt is PEM", chain::not_pem),
    Rule::refuses(
        "kubernetes-key-pem",
        SECRETS,
        "tls.key is PEM",
        key::not_pem,
    ),
];

const fn envoy(says: &'static str) -> Source {
    Source::Program {
        name: "Envoy",
        says,
    }
}

/// Envoy.
pub(in crate::acceptance) const ENVOY: &[Rule] = &[
    Rule::refuses(
        "envoy-key-mismatch",
        envoy("Failed to load private key: KEY_VALUES_MISMATCH"),
        "the private key is the certificate's",
        key::does_not_fit,
    ),
    Rule::refuses(
        "envoy-order",
        page(
            "Envoy: TlsCertificate, certificate_chain",
            "www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto",
        ),
        "the file begins with the server's own certificate",
        chain::not_first,
    ),
    Rule::refuses(
        "envoy-encrypted-key",
        page(
            "Envoy: TlsCertificate, password",
            "www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto",
        ),
        "the private key is not encrypted; Envoy opens it with a password in its configuration only",
        key::encrypted,
    ),
    Rule::refuses(
        "envoy-key-size",
        envoy(
            "Failed to load certificate chain, only RSA certificates with 2048-bit or larger keys are supported",
        ),
        "an RSA key has 2048 bits or more",
        |case| key::rsa_below(case, 2048),
    ),
    Rule::refuses(
        "envoy-curve",
        envoy(
            "Failed to load certificate chain, only P-256, P-384 or P-521 ECDSA certificates are supported",
        ),
        "a key on an elliptic curve is on P-256, P-384 or P-521",
        another_curve,
    ),
    Rule::refuses(
        "envoy-pem",
        page(
            "Envoy: TlsCertificate, certificate_chain",
            "www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto",
        ),
        "the certificates are PEM",
        chain::not_pem,
    ),
];

/// An elliptic curve that is none of the three: the algorithm's name says so.
fn another_curve(case: &Case<'_>) -> Option<Trouble> {
    match case.algorithm() {
        KeyAlgorithm::Other {
            name: Some(name), ..
        } if name.starts_with("EC ") => Some(key::another_kind(case.algorithm())),
        _ => None,
    }
}
