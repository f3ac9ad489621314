//! The openssl commands that show the same.

use super::Part;
use crate::inspect::{Encoding, Item, Object};

/// A command for each object of a file that has one of its own; one for all certificates of a
/// bundle, because `openssl x509` looks at the first only.
pub(crate) fn openssl_commands(file: &str, items: &[Item], only: &[Part]) -> Vec<String> {
    let file = quoted(file);
    let certificates = items
        .iter()
        .filter(|item| is_certificate(&item.object))
        .count();
    let mut commands: Vec<String> = Vec::new();
    for item in items {
        let command = if is_certificate(&item.object) && certificates > 1 {
            format!(
                "openssl crl2pkcs7 -nocrl -certfile {file} | openssl pkcs7 -print_certs -noout -text"
            )
        } else {
            match command(&file, item, only) {
                Some(command) => command,
                None => continue,
            }
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}

fn is_certificate(object: &Object) -> bool {
    matches!(object, Object::Certificate { .. })
}

fn command(file: &str, item: &Item, only: &[Part]) -> Option<String> {
    let is_rsa_form =
        matches!(&item.encoding, Encoding::Pem { label, .. } if label == "RSA PUBLIC KEY");
    let (tool, shown) = match &item.object {
        Object::Certificate { .. } => ("x509", format!("-noout {}", options(only, "-text"))),
        Object::Request(_) => ("req", format!("-noout {} -verify", options(only, "-text"))),
        Object::RevocationList(_) => ("crl", format!("-noout {}", options(only, "-text"))),
        Object::PrivateKey(_) => ("pkey", "-noout -text_pub".to_owned()),
        Object::PublicKey(_) if is_rsa_form => ("rsa -RSAPublicKey_in", "-noout -text".to_owned()),
        Object::PublicKey(_) => ("pkey -pubin", "-noout -text_pub".to_owned()),
        Object::Pkcs7(_) => ("pkcs7", "-print_certs -noout -text".to_owned()),
        Object::Pkcs12(_) => ("pkcs12", "-info -nokeys".to_owned()),
        Object::DiffieHellmanParameters(_) => ("dhparam", "-noout -text".to_owned()),
        Object::CurveParameters(_) => ("ecparam", "-noout -text".to_owned()),
        _ => return None,
    };
    // PKCS#12 has no other form.
    let is_der = matches!(item.encoding, Encoding::Der | Encoding::Base64) && tool != "pkcs12";
    let form = if is_der { " -inform DER" } else { "" };
    Some(match item.encoding {
        Encoding::Base64 => format!("base64 -d {file} | openssl {tool}{form} {shown}"),
        _ => format!("openssl {tool}{form} -in {file} {shown}"),
    })
}

/// The options for the parts that were asked for.
fn options(only: &[Part], all: &str) -> String {
    let mut options: Vec<&str> = Vec::new();
    for part in only {
        options.extend(match part {
            Part::Subject => ["-subject"].as_slice(),
            Part::Issuer => &["-issuer"],
            Part::San => &["-ext", "subjectAltName"],
            Part::Dates => &["-dates"],
            Part::Serial => &["-serial"],
            Part::Fingerprint => &["-fingerprint", "-sha256"],
            Part::Pubkey => &["-pubkey"],
            Part::Key | Part::Extensions | Part::Signature => &["-text"],
        });
    }
    if options.is_empty() {
        all.to_owned()
    } else {
        options.join(" ")
    }
}

/// A file name as a shell takes it.
fn quoted(file: &str) -> String {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"._-/+,:@%".contains(&octet);
    if !file.is_empty() && file.bytes().all(is_plain) {
        file.to_owned()
    } else {
        format!("'{}'", file.replace('\'', r"'\''"))
    }
}
