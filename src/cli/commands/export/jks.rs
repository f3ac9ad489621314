//! `certmint export jks`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use time::OffsetDateTime;

use super::{
    by_name, by_name_of_trusted, entries, key_of,
    pkcs12::{new_password, warned},
    report, trusted_by, with_chain,
};
use crate::{
    cli::{output, render, report::Report, secrets},
    formats::{Alias, jks, pkcs12},
    store::{Inventory, Layout, StoreName},
    x509::Certificate,
};

/// `certmint export jks`
#[derive(Debug, Args)]
pub(crate) struct ExportJks {
    /// Name of the certificate or CA, as `certmint list` and `certmint ca list` show it
    name: StoreName,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Name of the entry, in lower case as Java has it; NAME if left out
    #[arg(long, value_name = "ALIAS")]
    alias: Option<Alias>,
    /// File whose first line is the password, of the store and of the key; - is standard input; asked
    /// for if left out
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// File whose first line is the passphrase of the private key, where it is encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// A trust store instead: no key, but the CA NAME, or the root above the certificate NAME, as
    /// trusted
    #[arg(long, conflicts_with = "passphrase_file")]
    trust: bool,
}

pub(super) fn run(pki: &Path, arguments: &ExportJks) -> Result<Report> {
    let ExportJks {
        name,
        out,
        alias,
        password_file,
        passphrase_file,
        trust,
    } = arguments;
    output::refuse_unwritable(out)?;
    secrets::refuse_double_standard_input([
        ("--passphrase-file", passphrase_file.as_ref()),
        ("--password-file", password_file.as_ref()),
    ])?;
    let alias = match alias {
        Some(alias) => alias.clone(),
        None => name.to_string().parse::<Alias>()?,
    };
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let row = match trust {
        true => by_name_of_trusted(&inventory, name, pki)?,
        false => by_name(&inventory, name, pki)?,
    };
    let (leaf, chain) = with_chain(&inventory, &row)?;
    let now = OffsetDateTime::now_utc();
    if *trust {
        let trusted = entries(&alias, &trusted_by(&inventory, &row, name)?);
        let password = new_password(password_file.as_ref(), out)?;
        // What it holds everybody may know, but who can change it can have anything trusted.
        output::public(out, &jks::write_trust(&trusted, &password, now)?)?;
        let what = format!(
            "Java trust store with {}",
            render::certificates(trusted.len())
        );
        return Ok(warned(report("jks", out, (&row, &leaf), &what), &password));
    }
    let (key, key_file) = key_of(&layout, &row, name, passphrase_file.as_ref())?;
    let password = new_password(password_file.as_ref(), out)?;
    let chain: Vec<&[u8]> = chain.iter().map(Certificate::as_der).collect();
    let bundle = pkcs12::Bundle::new(key.pkcs8_der().as_bytes(), leaf.as_der(), &chain, None)
        .with_context(|| format!("{}", key_file.display()))?;
    output::secret(out, &jks::write_key(&bundle, &alias, &password, now)?)?;
    let what = format!(
        "Java key store with key and {}",
        render::certificates(chain.len() + 1)
    );
    let report = report("jks", out, (&row, &leaf), &what).note(
        "JKS protects the key weakly (SHA-1); where Java is 9 or later, 'certmint export p12' is \
         better",
    );
    Ok(warned(report, &password))
}
