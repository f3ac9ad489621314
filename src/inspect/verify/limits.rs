//! How much work one verdict may cost, so that a hostile pool of certificates cannot hang it.

/// Certificates in one path, target and trust anchor included. Public hierarchies have 3 or 4,
/// the longest of the NIST PKITS suite has 7.
pub const PATH_LENGTH: usize = 16;

/// Signatures checked for one verdict, CRLs included. rustls-webpki stops at 100.
pub const SIGNATURE_CHECKS: usize = 256;

/// Paths judged to the end for one verdict.
pub const JUDGED_PATHS: usize = 64;

/// Steps of the path search for one verdict, cheap ones included.
pub const SEARCH_STEPS: usize = 20_000;

/// Comparisons of a name with a name constraint for one verdict, as in rustls-webpki.
pub const NAME_COMPARISONS: usize = 250_000;

/// Nested validations of the certificates of CRL issuers (RFC 5280 §6.3.3 (f)).
pub const CRL_ISSUER_DEPTH: usize = 4;
