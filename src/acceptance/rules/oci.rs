//! The load balancer of Oracle Cloud Infrastructure.

use crate::acceptance::{
    checks::{chain, key},
    rule::{Rule, Source},
};

const BUNDLES: Source = Source::Page {
    title: "SSL Certificates for Load Balancers",
    address: "docs.oracle.com/en-us/iaas/Content/Balance/Tasks/managingcertificates.htm",
};

/// A certificate bundle and the listener that shows it.
pub(in crate::acceptance) const RULES: &[Rule] = &[
    Rule::refuses(
        "oci-lb-pem",
        BUNDLES,
        "the certificates are PEM",
        chain::not_pem,
    ),
    Rule::refuses(
        "oci-lb-key-pem",
        BUNDLES,
        "the private key is PEM",
        key::not_pem,
    ),
    Rule::refuses(
        "oci-lb-key-mismatch",
        BUNDLES,
        "the private key is the certificate's",
        key::does_not_fit,
    ),
    Rule::refuses(
        "oci-lb-order",
        BUNDLES,
        "the public certificate begins with the server's own certificate",
        chain::not_first,
    ),
    Rule::warns(
        "oci-lb-encrypted-key",
        BUNDLES,
        "the private key is not encrypted, or its passphrase is uploaded beside it",
        key::encrypted,
    ),
    Rule::warns(
        "oci-lb-cipher-suite",
        Source::Page {
            title: "Cipher Suites for Load Balancers",
            address: "docs.oracle.com/en-us/iaas/Content/Balance/Tasks/managingciphersuites.htm",
        },
        "the key is RSA, since the default cipher suite oci-default-ssl-cipher-suite-v1 has RSA alone",
        key::not_rsa,
    ),
];
