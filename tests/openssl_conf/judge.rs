//! openssl as the judge, and this reader beside it.

#[path = "../judge/mod.rs"]
mod programs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use certmint::formats::openssl_conf::{
    Config, ConfigError, ExtensionValue, Included, KeyIdentifierWish, RequestConfig,
    RequestedExtension,
};
use tempfile::TempDir;
use x509_parser::prelude::*;

/// A folder with a key, made once.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
}

pub(crate) static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let made = programs::openssl()
        .args([
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args(["-out", "key.pem"])
        .current_dir(folder.path())
        .output()
        .expect("openssl is needed as the judge");
    assert!(made.status.success(), "{made:?}");
    Bench { folder }
});

/// A subject and extensions: identifier, criticality, value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) subject: Vec<u8>,
    pub(crate) extensions: Vec<(String, bool, Vec<u8>)>,
}

pub(crate) fn bytes_of(text: &str) -> Vec<u8> {
    let marker = b"@LATIN1@";
    let bytes = text.as_bytes();
    match bytes.windows(marker.len()).position(|w| w == marker) {
        Some(at) => [&bytes[..at], b"\xE9t\xE9", &bytes[at + marker.len()..]].concat(),
        None => bytes.to_vec(),
    }
}

pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    programs::openssl()
        .args(arguments)
        .current_dir(folder)
        .env_remove("OPENSSL_CONF")
        .env_remove("OPENSSL_CONF_INCLUDE")
        .env("CERTMINT_TEST_HOST", "host.example")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("openssl is needed as the judge")
}

pub(crate) fn extensions_of(extensions: &[X509Extension<'_>]) -> Vec<(String, bool, Vec<u8>)> {
    extensions
        .iter()
        .map(|extension| {
            (
                extension.oid.to_id_string(),
                extension.critical,
                extension.value.to_vec(),
            )
        })
        .collect()
}

/// What openssl makes of a configuration, and the SHA-1 of the public key.
pub(crate) fn judge_text(folder: &Path, text: &str) -> Result<(Made, Vec<u8>), String> {
    judge_bytes(folder, &bytes_of(text))
}

pub(crate) fn judge_bytes(folder: &Path, bytes: &[u8]) -> Result<(Made, Vec<u8>), String> {
    let key = BENCH.folder.path().join("key.pem");
    fs::write(folder.join("f.cnf"), bytes).unwrap();
    let made = openssl(
        folder,
        &[
            "req",
            "-new",
            "-batch",
            "-key",
            key.to_str().unwrap(),
            "-config",
            "f.cnf",
            "-outform",
            "DER",
            "-out",
            "f.csr",
        ],
    );
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned());
    }
    let der = fs::read(folder.join("f.csr")).unwrap();
    let (_, csr) = X509CertificationRequest::from_der(&der).unwrap();
    let info = &csr.certification_request_info;
    let extensions = info
        .iter_attributes()
        .find_map(|attribute| match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(request) => {
                Some(extensions_of(&request.extensions))
            }
            _ => None,
        })
        .unwrap_or_default();
    let key = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        &info.subject_pki.subject_public_key.data,
    );
    Ok((
        Made {
            subject: info.subject.as_raw().to_vec(),
            extensions,
        },
        key.as_ref().to_vec(),
    ))
}

/// Reads files below a folder, as a program would for the working directory.
pub(crate) fn files(folder: PathBuf) -> impl FnMut(&str) -> Result<Included, std::io::Error> {
    move |path| {
        let path = folder.join(path);
        if path.is_dir() {
            let names = fs::read_dir(path)?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect::<Result<_, std::io::Error>>()?;
            Ok(Included::Directory(names))
        } else {
            fs::read(path).map(Included::File)
        }
    }
}

pub(crate) fn read(folder: &Path, text: &str) -> Result<RequestConfig, ConfigError> {
    let config = Config::read("f.cnf", &bytes_of(text), &mut files(folder.to_owned()))?;
    RequestConfig::read(&config, None)
}

pub(crate) fn encoded(
    extensions: &[RequestedExtension],
    key_hash: &[u8],
) -> Vec<(String, bool, Vec<u8>)> {
    extensions
        .iter()
        .map(|extension| {
            let value = match &extension.value {
                ExtensionValue::Der(value) => value.clone(),
                ExtensionValue::KeyIdentifier(KeyIdentifierWish::SubjectKeyHash) => {
                    [&[4, 20][..], key_hash].concat()
                }
                other => panic!("{other:?}"),
            };
            (extension.oid.clone(), extension.critical, value)
        })
        .collect()
}

fn ours(folder: &Path, text: &str, key_hash: &[u8]) -> Result<Made, ConfigError> {
    let request = read(folder, text)?;
    Ok(Made {
        subject: request.subject.to_der()?,
        extensions: encoded(&request.extensions, key_hash),
    })
}

pub(crate) fn with_extensions(lines: &str) -> String {
    format!(
        "DNS.7=seven\n[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=ext\n[dn]\nCN=x\n[ext]\n{lines}\n"
    )
}

pub(crate) fn with_name(lines: &str) -> String {
    // Variables that the lines set would be fields; they are kept in the default section.
    let (variables, fields): (Vec<_>, Vec<_>) = lines
        .split_inclusive('\n')
        .partition(|line| line.starts_with("a=") || line.starts_with("a.b="));
    format!(
        "{}[req]\nprompt=no\ndistinguished_name=dn\n[dn]\n{}\n",
        variables.concat(),
        fields.concat()
    )
}

pub(crate) fn same(cases: impl Iterator<Item = (&'static str, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    for (name, text) in cases {
        match judge_text(folder.path(), &text) {
            Err(refusal) => faults.push(format!("{name}: openssl refuses: {refusal}")),
            Ok((made, key_hash)) => match ours(folder.path(), &text, &key_hash) {
                Err(refusal) => faults.push(format!("{name}: we refuse: {refusal}")),
                Ok(own) if own != made => {
                    faults.push(format!(
                        "{name}:\n  openssl {made:02x?}\n  ours    {own:02x?}"
                    ));
                }
                Ok(_) => {}
            },
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

pub(crate) fn both_refuse(cases: impl Iterator<Item = (&'static str, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    for (name, text) in cases {
        if judge_text(folder.path(), &text).is_ok() {
            faults.push(format!("{name}: openssl takes it"));
        }
        match ours(folder.path(), &text, &[]) {
            Ok(_) => faults.push(format!("{name}: we take it")),
            Err(error) => {
                if !error.to_string().starts_with("f.cnf:") {
                    faults.push(format!("{name}: no place in {error}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

pub(crate) fn only_ours_refuses(cases: impl Iterator<Item = (&'static str, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    for (name, text) in cases {
        if let Err(refusal) = judge_text(folder.path(), &text) {
            faults.push(format!("{name}: openssl refuses too: {refusal}"));
        }
        if ours(folder.path(), &text, &[]).is_ok() {
            faults.push(format!("{name}: we take it"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
