//! Objects of Kubernetes' API, as YAML for `kubectl apply`: a secret of the type `kubernetes.io/tls`
//! and a config map with the certificates to trust.
//!
//! Fields after the API reference of `core/v1` (Secret, ConfigMap); names after RFC 1123 as Kubernetes
//! reads it ("Object Names and IDs").

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::key::PrivateKey;
use crate::x509::Certificate;

/// The longest label (RFC 1123 §2.1), and with it the longest name of a namespace.
const LONGEST_LABEL: usize = 63;
/// The longest name of an object.
const LONGEST_NAME: usize = 253;

/// Why a text is no name of an object or a namespace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no name of a Kubernetes {of}: {problem}")]
pub struct NameError {
    name: String,
    of: &'static str,
    problem: String,
}

/// The name of an object: a DNS subdomain (RFC 1123 §2.1) in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName(String);

/// The name of a namespace: one DNS label in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace(String);

impl ObjectName {
    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the config map that goes with the secret of this name.
    ///
    /// # Errors
    /// The ending makes it too long.
    pub fn of_config_map(&self) -> Result<Self, NameError> {
        format!("{}-ca", self.0).parse()
    }
}

impl Namespace {
    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let refused = |problem| NameError {
            name: name.to_owned(),
            of: "object",
            problem,
        };
        if name.len() > LONGEST_NAME {
            return Err(refused(format!(
                "it is longer than {LONGEST_NAME} characters"
            )));
        }
        for label in name.split('.') {
            check_label(label).map_err(refused)?;
        }
        Ok(Self(name.to_owned()))
    }
}

impl FromStr for Namespace {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let refused = |problem| NameError {
            name: name.to_owned(),
            of: "namespace",
            problem,
        };
        if name.len() > LONGEST_LABEL {
            return Err(refused(format!(
                "it is longer than {LONGEST_LABEL} characters"
            )));
        }
        check_label(name).map_err(refused)?;
        Ok(Self(name.to_owned()))
    }
}

fn check_label(label: &str) -> Result<(), String> {
    let allowed =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if label.is_empty() {
        Err("it is empty, or a part of it between dots is".to_owned())
    } else if let Some(wrong) = label.chars().find(|letter| !allowed(*letter)) {
        Err(format!(
            "it has {wrong:?}, and only lower case letters, digits and '-' are allowed"
        ))
    } else if label.starts_with('-') || label.ends_with('-') {
        Err("a part of it starts or ends with '-'".to_owned())
    } else {
        Ok(())
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an object belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its name.
    pub name: &'a ObjectName,
    /// Its namespace; where nothing is said, it is that of whoever applies it.
    pub namespace: Option<&'a Namespace>,
}

/// What a secret of the type `kubernetes.io/tls` holds.
#[derive(Debug)]
pub struct TlsSecret<'a> {
    certificate: &'a Certificate,
    intermediates: &'a [Certificate],
    key: &'a PrivateKey,
    trusted: &'a [Certificate],
}

/// The private key belongs to another certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the private key does not fit the certificate")]
pub struct KeyDoesNotFit;

impl<'a> TlsSecret<'a> {
    /// A certificate, what a server sends with it, and its key. `trusted` are the certificates that
    /// ingress controllers ask clients by; there may be none.
    ///
    /// # Errors
    /// The key is another one's.
    pub fn new(
        certificate: &'a Certificate,
        intermediates: &'a [Certificate],
        key: &'a PrivateKey,
        trusted: &'a [Certificate],
    ) -> Result<Self, KeyDoesNotFit> {
        match key.public_key() == certificate.public_key() {
            true => Ok(Self {
                certificate,
                intermediates,
                key,
                trusted,
            }),
            false => Err(KeyDoesNotFit),
        }
    }

    /// The secret as a YAML document: `tls.crt`, `tls.key` in the clear, and `ca.crt` where there is
    /// something to trust.
    pub fn document(&self, place: Place<'_>) -> Zeroizing<String> {
        let full_chain = self.certificate.to_pem() + &pem(self.intermediates);
        let key = self.key.to_pkcs8_pem();
        let trusted = pem(self.trusted);
        let mut entries = vec![("tls.crt", full_chain.as_str()), ("tls.key", key.as_str())];
        if !trusted.is_empty() {
            entries.push(("ca.crt", &trusted));
        }
        let head = head("Secret", place) + "type: kubernetes.io/tls\ndata:\n";
        write_secret(&head, &entries)
    }
}

fn pem(certificates: &[Certificate]) -> String {
    certificates.iter().map(Certificate::to_pem).collect()
}

fn write_secret(head: &str, entries: &[(&str, &str)]) -> Zeroizing<String> {
    let entries: Vec<(&str, Zeroizing<String>)> = entries
        .iter()
        .map(|(entry, content)| (*entry, Zeroizing::new(STANDARD.encode(content))))
        .collect();
    let length = |(entry, content): &(&str, Zeroizing<String>)| entry.len() + content.len() + 5;
    // Room for all of it at once, so that no copy of the key is left behind.
    let size = head.len() + entries.iter().map(length).sum::<usize>();
    let mut text = Zeroizing::new(String::with_capacity(size));
    text.push_str(head);
    for (entry, content) in &entries {
        text.push_str("  ");
        text.push_str(entry);
        text.push_str(": ");
        text.push_str(content);
        text.push('\n');
    }
    text
}

/// A config map with the certificates to trust in `ca.crt`, as a YAML document.
pub fn config_map(place: Place<'_>, trusted: &[Certificate]) -> String {
    let mut text = head("ConfigMap", place);
    text.push_str("data:\n  ca.crt: |\n");
    for line in pem(trusted).lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// What separates two documents of one file.
pub const DOCUMENT_SEPARATOR: &str = "---\n";

fn head(kind: &str, Place { name, namespace }: Place<'_>) -> String {
    // In quotes, or `123` and `true` would be no texts.
    let mut text = format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: \"{name}\"\n");
    if let Some(namespace) = namespace {
        text.push_str(&format!("  namespace: \"{namespace}\"\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_kubernetes_takes() {
        for right in ["a", "flb", "www.example.com", "1-2.3", &"a".repeat(253)] {
            assert!(right.parse::<ObjectName>().is_ok(), "{right}");
        }
        for wrong in [
            "",
            "Flb",
            "a_b",
            "-a",
            "a-",
            "a.",
            ".a",
            "a..b",
            "a@b",
            "*.a",
            "\u{e4}",
            &"a".repeat(254),
        ] {
            assert!(wrong.parse::<ObjectName>().is_err(), "{wrong}");
        }
        assert!("prod-1".parse::<Namespace>().is_ok());
        for wrong in ["a.b", "", "A", &"a".repeat(64)] {
            assert!(wrong.parse::<Namespace>().is_err(), "{wrong}");
        }
        let name: ObjectName = "flb".parse().unwrap();
        assert_eq!(name.of_config_map().unwrap().as_str(), "flb-ca");
        let longest: ObjectName = "a".repeat(251).parse().unwrap();
        assert!(longest.of_config_map().is_err());
    }
}
