//! `certmint key protect`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use super::signing::open_key;
use crate::{
    cli::{output, report::Report, secrets},
    key::Protection,
    store::files::{self, Secrecy},
};

/// A key under another passphrase.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint key protect ca.key --new-passphrase-file ca.pass
  certmint key protect flb.key --no-passphrase --out flb.plain.key")]
pub(crate) struct KeyProtect {
    /// The private key, in any form that openssl writes
    pub(crate) file: PathBuf,
    /// Where to write it; the file itself, replaced at once, if left out
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// File whose first line is the passphrase that it has now; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// File whose first line is the new passphrase; - is standard input; asked for if left out
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// Write the key without encryption
    #[arg(long)]
    pub(crate) no_passphrase: bool,
    /// Derive the encryption key with scrypt instead of PBKDF2
    #[arg(long, conflicts_with = "no_passphrase")]
    pub(crate) scrypt: bool,
}

pub(crate) fn run(arguments: &KeyProtect) -> Result<Report> {
    let KeyProtect {
        file,
        out,
        passphrase_file,
        new_passphrase_file,
        no_passphrase,
        scrypt,
    } = arguments;
    secrets::refuse_double_standard_input([
        ("--passphrase-file", passphrase_file.as_ref()),
        ("--new-passphrase-file", new_passphrase_file.as_ref()),
    ])?;
    if let Some(out) = out {
        output::refuse_unwritable(out)?;
    }
    let key = open_key(file, passphrase_file.as_ref(), "--passphrase-file")?;
    let pem = if *no_passphrase {
        key.to_pkcs8_pem()
    } else {
        let prompt = format!("passphrase for {}", out.as_ref().unwrap_or(file).display());
        let source = secrets::Source {
            file: new_passphrase_file.as_ref(),
            flag: "--new-passphrase-file",
            prompt,
        };
        let protection = if *scrypt {
            Protection::Scrypt
        } else {
            Protection::default()
        };
        key.to_encrypted_pem(&source.new_secret()?, &protection)
            .context("could not encrypt the key")?
    };
    let written = match out {
        Some(out) => {
            output::secret(out, pem.as_bytes())?;
            out
        }
        // The same key under another passphrase: nothing is lost when it takes the old one's place.
        None => {
            files::replace(file, pem.as_bytes(), Secrecy::Secret)?;
            file
        }
    };
    let protection = if *no_passphrase {
        "not encrypted"
    } else {
        "encrypted"
    };
    Ok(Report::new(
        "key",
        json!({ "file": written, "key": key.algorithm().to_string(), "encrypted": !no_passphrase }),
        format!(
            "{}  {} private key, {protection}\n",
            written.display(),
            key.algorithm()
        ),
    ))
}
