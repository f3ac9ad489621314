//! What a fleet of machines needs to trust a CA.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::json;

use super::{HandedFile, HandoutError, page::add_page};
use crate::{
    formats::{
        apple_profile::{self, Payload, PayloadKind, Profile},
        pkcs7,
    },
    x509::{Certificate, pem_block},
};

const STEPS: &str = include_str!("../../templates/handout/fleet.toml");

/// A CA that others are to trust.
#[derive(Debug)]
pub struct Fleet<'ca> {
    /// What it is called in the PKI; its files bear the name. Letters, digits, `.`, `_`, `-`, `@`.
    pub name: &'ca str,
    /// Whose it is, for Apple's dialogues.
    pub organization: Option<&'ca str>,
    /// The certificates to trust, each with its label in trust stores.
    pub certificates: Vec<(&'ca str, &'ca Certificate)>,
}

/// A certificate's files, for the steps.
#[derive(Clone, Serialize)]
struct Files {
    label: String,
    pem: String,
    der: String,
}

#[derive(Serialize)]
struct Values<'values> {
    subject: String,
    files: &'values [Files],
    first: &'values Files,
    bundle: String,
    pkcs7: String,
    profile: String,
}

/// The files of the folder: each certificate in PEM and DER, all in one PEM, in PKCS#7 and in a
/// profile of Apple, the policies of Firefox and Chromium, and the steps. The same CA gives the same
/// octets.
///
/// # Errors
/// No certificate.
pub fn fleet(fleet: &Fleet<'_>) -> Result<Vec<HandedFile>, HandoutError> {
    let name = fleet.name;
    let [(_, first), ..] = fleet.certificates.as_slice() else {
        return Err(HandoutError::Nothing);
    };
    let files: Vec<Files> = fleet
        .certificates
        .iter()
        .enumerate()
        .map(|(number, (label, _))| {
            let stem = match number {
                0 => name.to_owned(),
                later => format!("{name}-{}", later + 1),
            };
            Files {
                label: (*label).to_owned(),
                pem: format!("{stem}.crt"),
                der: format!("{stem}.cer"),
            }
        })
        .collect();
    let first_files = files.first().cloned().ok_or(HandoutError::Nothing)?;
    let values = Values {
        subject: first.subject().openssl_oneline(),
        files: &files,
        first: &first_files,
        bundle: format!("{name}.bundle.pem"),
        pkcs7: format!("{name}.p7b"),
        profile: format!("{name}.mobileconfig"),
    };
    let mut handed = Vec::new();
    for (files, (_, certificate)) in files.iter().zip(&fleet.certificates) {
        handed.push(HandedFile::new(
            &files.pem,
            certificate.to_pem(),
            "the CA in PEM: Linux, Java",
        ));
        handed.push(HandedFile::new(
            &files.der,
            certificate.as_der(),
            "the CA in DER: Windows, macOS, Android",
        ));
    }
    let ders: Vec<&[u8]> = fleet
        .certificates
        .iter()
        .map(|(_, certificate)| certificate.as_der())
        .collect();
    let pems: String = fleet
        .certificates
        .iter()
        .map(|(_, certificate)| certificate.to_pem())
        .collect();
    handed.push(HandedFile::new(
        &values.bundle,
        pems,
        "all to trust in one PEM: programs that take a file",
    ));
    handed.push(HandedFile::new(
        &values.pkcs7,
        pem_block("PKCS7", &pkcs7::write(&ders)?),
        "all to trust in PKCS#7: group policy of Windows",
    ));
    handed.push(HandedFile::new(
        &values.profile,
        profile(fleet, &files),
        "all to trust as a profile: macOS, iOS",
    ));
    handed.push(HandedFile::new(
        "firefox-policies.json",
        firefox(&files),
        "policy of Firefox",
    ));
    handed.push(HandedFile::new(
        "chromium-policy.json",
        chromium(&ders),
        "policy of Chromium and Chrome on Linux",
    ));
    let certificates: Vec<&Certificate> = fleet
        .certificates
        .iter()
        .map(|(_, certificate)| *certificate)
        .collect();
    add_page(&mut handed, STEPS, &values, None, &certificates)?;
    Ok(handed)
}

/// A root payload for what signed itself; the others cannot be trusted as roots.
pub(super) fn kind(certificate: &Certificate) -> PayloadKind {
    if certificate.is_self_issued() {
        PayloadKind::Root
    } else {
        PayloadKind::Intermediate
    }
}

fn profile(fleet: &Fleet<'_>, files: &[Files]) -> String {
    let title = |certificate: &Certificate| {
        certificate
            .subject()
            .common_name()
            .unwrap_or_else(|| certificate.subject().openssl_oneline())
    };
    let name = fleet
        .certificates
        .first()
        .map(|(_, certificate)| title(certificate))
        .unwrap_or_default();
    apple_profile::write(&Profile {
        name: &name,
        description: &format!("Trusts the certification authority {name}."),
        organization: fleet.organization,
        reverse_name: &format!("certmint.trust.{}", fleet.name),
        is_for_all_users: true,
        payloads: fleet
            .certificates
            .iter()
            .zip(files)
            .map(|((_, certificate), files)| Payload {
                kind: kind(certificate),
                name: title(certificate),
                file_name: files.der.clone(),
                content: certificate.as_der(),
                identity: certificate.as_der(),
            })
            .collect(),
    })
}

/// `Certificates` of Firefox's policies; names without a path are looked for in
/// `/usr/lib/mozilla/certificates` and its like.
fn firefox(files: &[Files]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|files| format!("{}.crt", files.label))
        .collect();
    let policy = json!({
        "policies": { "Certificates": { "ImportEnterpriseRoots": true, "Install": names } }
    });
    format!("{policy:#}\n")
}

/// `CACertificates` of Chromium's policies: DER in base64.
fn chromium(ders: &[&[u8]]) -> String {
    let all: Vec<String> = ders.iter().map(|der| STANDARD.encode(der)).collect();
    format!("{:#}\n", json!({ "CACertificates": all }))
}
