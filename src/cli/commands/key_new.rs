//! `certmint key new`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use crate::{
    cli::{output, report::Report, secrets, show_openssl},
    key::{KeySpec, PrivateKey, Protection},
};

/// A private key.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint key new --key rsa2048 --out flb.key
  certmint key new --key p256 --out client.key --passphrase-file client.pass")]
pub(crate) struct KeyNew {
    /// Kind of key: rsa2048 rsa3072 rsa4096 p256 p384 p521 ed25519
    #[arg(long, default_value = "rsa2048", value_name = "KIND")]
    pub(crate) key: KeySpec,
    /// Where to write the key; an existing file is never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Encrypt the key with the first line of this file as passphrase; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Encrypt the key with a passphrase asked for at the terminal
    #[arg(long, conflicts_with = "passphrase_file")]
    pub(crate) passphrase: bool,
    /// Print the openssl commands that do the same, and do nothing
    #[arg(long)]
    pub(crate) show_openssl: bool,
}

pub(crate) fn run(arguments: &KeyNew) -> Result<Report> {
    let KeyNew {
        key,
        out,
        passphrase_file,
        passphrase,
        show_openssl,
    } = arguments;
    if *show_openssl {
        return show_openssl::key_new(arguments);
    }
    let encrypt = *passphrase || passphrase_file.is_some();
    output::refuse_unwritable(out)?;
    let secret = encrypt
        .then(|| {
            secrets::Source {
                file: passphrase_file.as_ref(),
                flag: "--passphrase-file",
                prompt: format!("passphrase for {}", out.display()),
            }
            .new_secret()
        })
        .transpose()?;
    let private = PrivateKey::generate(*key).context("could not make the key")?;
    let pem = match &secret {
        Some(secret) => private
            .to_encrypted_pem(secret, &Protection::default())
            .context("could not encrypt the key")?,
        None => private.to_pkcs8_pem(),
    };
    output::secret(out, pem.as_bytes())?;
    let protection = if encrypt {
        "encrypted"
    } else {
        "not encrypted"
    };
    let algorithm = private.public_key().algorithm();
    Ok(Report::new(
        "key",
        json!({ "file": out, "key": algorithm.to_string(), "encrypted": encrypt }),
        format!("{}  {algorithm} private key, {protection}\n", out.display()),
    ))
}
