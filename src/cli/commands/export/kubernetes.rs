//! `certmint export k8s`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use zeroize::Zeroizing;

use super::{by_name, key_of, report, trusted_by, with_chain};
use crate::{
    cli::{failure::Advised, output, render, report::Report},
    formats::kubernetes::{
        self, DOCUMENT_SEPARATOR, NameError, Namespace, ObjectName, Place, TlsSecret,
    },
    store::{Inventory, Layout, Shelf, StoreName, is_self_signed, root_anchors, sent_chain},
};

/// `certmint export k8s`
#[derive(Debug, Args)]
pub(crate) struct ExportK8s {
    /// Name of the certificate or CA, as `certmint list` and `certmint ca list` show it
    name: StoreName,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Which objects
    #[arg(long, value_name = "KIND", default_value = "both")]
    kind: Kind,
    /// Namespace of the objects; left out, that of whoever applies them
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<Namespace>,
    /// Name of the secret, and before -ca of the config map; NAME if left out
    #[arg(long, value_name = "NAME")]
    object_name: Option<ObjectName>,
    /// File whose first line is the passphrase of the private key, where it is encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Leave the CA to trust (ca.crt) out of the secret
    #[arg(long)]
    no_ca: bool,
}

/// Which objects of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The key, the certificate and its intermediates, of the type kubernetes.io/tls
    Secret,
    /// The CA to trust; no key
    ConfigMap,
    /// The secret, then the config map
    Both,
}

pub(super) fn run(pki: &Path, arguments: &ExportK8s) -> Result<Report> {
    let ExportK8s {
        name,
        out,
        kind,
        namespace,
        object_name,
        passphrase_file,
        no_ca,
    } = arguments;
    output::refuse_unwritable(out)?;
    let object_name = match object_name {
        Some(name) => name.clone(),
        None => name
            .to_string()
            .parse()
            .map_err(|error: NameError| Advised {
                message: error.to_string(),
                hint: "give the name of the objects with --object-name".to_owned(),
            })?,
    };
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let row = by_name(&inventory, name, pki)?;
    let is_authority = row
        .place
        .as_ref()
        .is_some_and(|place| place.shelf == Shelf::Authorities);
    if is_authority && !matches!(kind, Kind::ConfigMap) {
        return Err(Advised {
            message: format!("{name} is a CA, and the secret would hold its private key"),
            hint: "--kind config-map writes its certificate alone; 'certmint export p12' keeps the key of a CA"
                .to_owned(),
        }
        .into());
    }
    let (leaf, chain) = with_chain(&inventory, &row)?;
    let trusted = match row.issuer {
        Some(issuer) if !is_self_signed(&leaf) => root_anchors(&inventory, issuer)?,
        _ => trusted_by(&inventory, &row, name)?,
    };
    let namespace = namespace.as_ref();
    let config_map = || -> Result<String> {
        let name = match kind {
            Kind::ConfigMap => object_name.clone(),
            Kind::Secret | Kind::Both => object_name.of_config_map()?,
        };
        let place = Place {
            name: &name,
            namespace,
        };
        Ok(kubernetes::config_map(place, &trusted))
    };
    let what = match kind {
        Kind::ConfigMap => {
            output::public(out, config_map()?.as_bytes())?;
            format!("config map with {}", render::certificates(trusted.len()))
        }
        Kind::Secret | Kind::Both => {
            let (key, key_file) = key_of(&layout, &row, name, passphrase_file.as_ref())?;
            let in_secret = if *no_ca { &[] } else { trusted.as_slice() };
            let intermediates = sent_chain(&chain);
            let place = Place {
                name: &object_name,
                namespace,
            };
            let secret = TlsSecret::new(&leaf, &intermediates, &key, in_secret)
                .with_context(|| format!("{}", key_file.display()))?
                .document(place);
            let after = match kind {
                Kind::Both => DOCUMENT_SEPARATOR.to_owned() + &config_map()?,
                _ => String::new(),
            };
            let mut text = Zeroizing::new(String::with_capacity(secret.len() + after.len()));
            text.push_str(&secret);
            text.push_str(&after);
            output::secret(out, text.as_bytes())?;
            let sent = render::certificates(intermediates.len() + 1);
            match kind {
                Kind::Both => format!("TLS secret with key and {sent}, and config map"),
                _ => format!("TLS secret with key and {sent}"),
            }
        }
    };
    Ok(report("k8s", out, (&row, &leaf), &what))
}
