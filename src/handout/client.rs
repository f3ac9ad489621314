//! What a person or a program needs to use a client certificate.

use serde::Serialize;
use zeroize::Zeroizing;

use super::{Destination, HandedFile, HandoutError, fleet::kind, page::add_page};
use crate::{
    formats::{
        apple_profile::{self, Payload, PayloadKind, Profile},
        pkcs12::{self, Bundle, NewPassword, Protection},
    },
    x509::Certificate,
};

const STEPS: &str = include_str!("../../templates/handout/client.toml");

/// A client certificate to hand out.
#[derive(Debug)]
pub struct Client<'client> {
    /// What it is called in the PKI; its files bear the name. Letters, digits, `.`, `_`, `-`, `@`.
    pub name: &'client str,
    /// Whose PKI it is, for Apple's dialogues.
    pub organization: Option<&'client str>,
    /// Key, certificate and chain.
    pub bundle: &'client Bundle,
    /// The certificate of the bundle.
    pub certificate: &'client Certificate,
    /// The root CA, several while it is rolled over, each with its label in trust stores.
    pub authorities: Vec<(&'client str, &'client Certificate)>,
    /// Where it goes.
    pub destination: Destination,
}

#[derive(Serialize)]
struct Values<'values> {
    subject: String,
    until: String,
    stem: &'values str,
    p12: String,
    profile: String,
    ca_pem: String,
    ca_der: String,
    ca_label: &'values str,
    authorities: Vec<ShownAuthority<'values>>,
}

/// A CA's file, and its label in trust stores.
#[derive(Serialize)]
struct ShownAuthority<'values> {
    der: String,
    label: &'values str,
}

/// The files of the folder: PKCS#12, the CA, for Apple a profile with both, and the steps. The
/// password is in none of them.
///
/// # Errors
/// A bundle that cannot be written, or that does not read back.
pub fn client(
    client: &Client<'_>,
    password: &NewPassword,
) -> Result<Vec<HandedFile>, HandoutError> {
    let name = client.name;
    let Some((ca_label, _)) = client.authorities.first() else {
        return Err(HandoutError::Nothing);
    };
    let values = Values {
        subject: client.certificate.subject().openssl_oneline(),
        until: client.certificate.not_after().date().to_string(),
        stem: name,
        p12: format!("{name}.p12"),
        profile: format!("{name}.mobileconfig"),
        ca_pem: format!("{name}.ca.crt"),
        ca_der: der_name(name, 0),
        ca_label,
        authorities: client
            .authorities
            .iter()
            .enumerate()
            .map(|(number, (label, _))| ShownAuthority {
                der: der_name(name, number),
                label,
            })
            .collect(),
    };
    let (protection, what) = match client.destination.protection() {
        Protection::Legacy => (
            Protection::Legacy,
            "your key and certificate, PKCS#12 that every system reads (3DES)",
        ),
        other => (other, "your key and certificate, PKCS#12 (AES-256)"),
    };
    let mut handed = vec![HandedFile::new(
        &values.p12,
        pkcs12(client.bundle, password, protection)?.to_vec(),
        what,
    )];
    if client.destination.takes_profile() {
        let identity = match protection {
            Protection::Legacy => handed
                .first()
                .map(|file| file.content.clone())
                .unwrap_or_default(),
            // Older systems of Apple do not read the other.
            _ => pkcs12(client.bundle, password, Protection::Legacy)?,
        };
        handed.push(HandedFile::new(
            &values.profile,
            profile(client, &values, &identity),
            "the same with the CA, as a profile for macOS and iOS",
        ));
    }
    let pem: String = client
        .authorities
        .iter()
        .map(|(_, authority)| authority.to_pem())
        .collect();
    handed.push(HandedFile::new(&values.ca_pem, pem, "the CA in PEM"));
    for (number, (_, authority)) in client.authorities.iter().enumerate() {
        handed.push(HandedFile::new(
            der_name(name, number),
            authority.as_der(),
            "the CA in DER",
        ));
    }
    let destination = (!client.destination.is_any()).then(|| client.destination.word());
    let authorities: Vec<&Certificate> = client
        .authorities
        .iter()
        .map(|(_, authority)| *authority)
        .collect();
    add_page(&mut handed, STEPS, &values, destination, &authorities)?;
    Ok(handed)
}

/// The file of one of the CAs.
fn der_name(name: &str, number: usize) -> String {
    match number {
        0 => format!("{name}.ca.cer"),
        later => format!("{name}.ca-{}.cer", later + 1),
    }
}

fn pkcs12(
    bundle: &Bundle,
    password: &NewPassword,
    protection: Protection,
) -> Result<Zeroizing<Vec<u8>>, HandoutError> {
    let octets = pkcs12::write(bundle, password, protection)?;
    pkcs12::check(&octets, password, bundle)?;
    Ok(octets)
}

fn profile(client: &Client<'_>, values: &Values<'_>, identity: &[u8]) -> String {
    let title = |certificate: &Certificate| {
        certificate
            .subject()
            .common_name()
            .unwrap_or_else(|| certificate.subject().openssl_oneline())
    };
    let name = title(client.certificate);
    let mut payloads: Vec<Payload<'_>> = client
        .authorities
        .iter()
        .enumerate()
        .map(|(number, (_, authority))| Payload {
            kind: kind(authority),
            name: title(authority),
            file_name: der_name(client.name, number),
            content: authority.as_der(),
            identity: authority.as_der(),
        })
        .collect();
    payloads.push(Payload {
        kind: PayloadKind::Identity,
        name: name.clone(),
        file_name: values.p12.clone(),
        content: identity,
        identity: client.certificate.as_der(),
    });
    apple_profile::write(&Profile {
        name: &name,
        description: &format!("The client certificate {name}, and the CA of its servers."),
        organization: client.organization,
        reverse_name: &format!("certmint.client.{}", client.name),
        is_for_all_users: false,
        payloads,
    })
}
