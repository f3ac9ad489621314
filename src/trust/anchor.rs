//! A CA certificate as trust stores know it.

use super::TrustError;
use crate::x509::{CaCertificate, Certificate, hexadecimal};

/// How many characters of a common name are kept in a label.
const NAME_LENGTH: usize = 40;
/// How many octets of the fingerprint are in a label.
const FINGERPRINT_LENGTH: usize = 4;
/// How every name that certmint gives in a trust store begins.
pub(super) const PREFIX: &str = "certmint-";

/// A CA certificate to trust, and the name that it has in every store.
#[derive(Debug, Clone)]
pub struct Anchor {
    certificate: Certificate,
    label: String,
}

impl Anchor {
    /// A certificate that may stand in a trust store.
    ///
    /// # Errors
    /// [`TrustError::NoCa`] if it is no CA certificate (RFC 5280 §4.2.1.9).
    pub fn new(certificate: Certificate) -> Result<Self, TrustError> {
        let ca =
            CaCertificate::try_from(certificate.clone()).map_err(|source| TrustError::NoCa {
                subject: certificate.subject().openssl_oneline(),
                source,
            })?;
        let fingerprint = certificate.fingerprint_sha256();
        let start = fingerprint.get(..FINGERPRINT_LENGTH).unwrap_or_default();
        let label = format!(
            "{PREFIX}{}-{}",
            plain(&ca.certificate().subject().common_name().unwrap_or_default()),
            hexadecimal(start).to_lowercase()
        );
        Ok(Self { certificate, label })
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its name in NSS databases and Java key stores, and of its file without the ending:
    /// `certmint-`, the common name, and the start of the SHA-256 fingerprint. Lower-case letters,
    /// digits, `.`, `_` and `-`, so that no store, shell or file system changes it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether `der` is this certificate.
    pub(super) fn is(&self, der: &[u8]) -> bool {
        self.certificate.as_der() == der
    }
}

/// A common name without what a store or a shell could take for something else.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for character in name.chars().take(NAME_LENGTH) {
        let kept = character.to_ascii_lowercase();
        if kept.is_ascii_alphanumeric() || (".-".contains(kept) && !plain.is_empty()) {
            plain.push(kept);
        } else if !plain.is_empty() && !plain.ends_with('_') {
            plain.push('_');
        }
    }
    let plain = plain.trim_end_matches(['_', '.', '-']);
    if plain.is_empty() {
        "ca".to_owned()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A CA certificate made for a test.
    pub(in crate::trust) fn anchor() -> Anchor {
        let mut wanted = rcgen::CertificateParams::default();
        wanted
            .distinguished_name
            .push(rcgen::DnType::CommonName, "testca.com");
        wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        wanted.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        let key = rcgen::KeyPair::generate().unwrap();
        let made = wanted.self_signed(&key).unwrap();
        Anchor::new(Certificate::from_der(made.der()).unwrap()).unwrap()
    }

    #[test]
    fn labels_have_no_character_that_means_something() {
        for (name, wanted) in [
            ("testca.com", "testca.com"),
            ("Example Root CA", "example_root_ca"),
            ("../../etc/passwd", "etc_passwd"),
            ("--help; rm -rf /", "help_rm_-rf"),
            ("", "ca"),
            ("日本認証局", "ca"),
            ("x\u{202e}\n\"'`$(id)", "x_id"),
        ] {
            assert_eq!(plain(name), wanted);
        }
        assert_eq!(plain(&"a".repeat(100)).len(), NAME_LENGTH);
    }
}
