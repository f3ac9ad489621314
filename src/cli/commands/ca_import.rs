//! `certmint ca import`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    ca_init::refuse_existing,
    signing::{UnlockedKey, fitting, unlock_key},
};
use crate::{
    authority::{Adopted, Adoption, ImportReport, Importer, LeftOut, adopt, is_self_signed},
    cli::{
        actor::actor,
        failure::Advised,
        foreign_ca::{ForeignCa, Found, Issued, Origin, Settled, detect, settle_all},
        read, render,
        report::Report,
        secrets,
    },
    formats::openssl_index,
    key::Protection,
    store::{AuthorityFile, Inventory, Layout, Store, StoreError, StoreName, files},
    x509::{CaCertificate, Certificate},
};

/// Left-out things that are told one by one; the JSON document has them all.
const TOLD: usize = 5;

/// A CA that another program made.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca import old ./demoCA
  certmint ca import vpn /etc/openvpn/easy-rsa/pki --new-passphrase-file vpn.pass --with-files
  certmint ca import dev ~/.local/share/mkcert --no-passphrase
  certmint ca import old --cert ca.crt --key ca.key --index index.txt --newcerts newcerts

Importing again brings what is new and what was revoked since, nothing twice.")]
pub(crate) struct CaImport {
    /// What the CA will be called here: its files are ca/NAME.key and ca/NAME.crt
    pub(crate) name: StoreName,
    /// The directory of `openssl ca`, easy-rsa, mkcert or step, or one with a ca.crt and a ca.key
    #[arg(required_unless_present = "cert")]
    pub(crate) directory: Option<PathBuf>,
    /// The CA's certificate, if it is not where the program puts it; those above it may follow it
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// The CA's private key, in any form that openssl writes
    #[arg(long, value_name = "FILE", conflicts_with = "no_key")]
    pub(crate) key: Option<PathBuf>,
    /// Leave the key where it is: the CA is known here and cannot sign
    #[arg(long)]
    pub(crate) no_key: bool,
    /// The list of what it issued, as `openssl ca` keeps it
    #[arg(long, value_name = "FILE")]
    pub(crate) index: Option<PathBuf>,
    /// A folder with certificates that it issued; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) newcerts: Vec<PathBuf>,
    /// Its last revocation list
    #[arg(long, value_name = "FILE")]
    pub(crate) crl: Option<PathBuf>,
    /// File whose first line is the passphrase that the key has; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "no_key")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// File whose first line is the passphrase that the key gets; left out: an encrypted key keeps its
    /// passphrase, and for another one it is asked
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_passphrase", "no_key"])]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// Write the CA key without encryption
    #[arg(long, conflicts_with = "no_key")]
    pub(crate) no_passphrase: bool,
    /// Give the newest valid certificate of each private key that is found beside the CA or its
    /// certificates a folder in certs/, so that it can be renewed
    #[arg(long)]
    pub(crate) with_files: bool,
}

pub(crate) fn run(pki: &Path, arguments: &CaImport) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let name = &arguments.name;
    let ca = arguments.foreign_ca()?;
    let certificates = read::certificates(&ca.certificate, None)?;
    let adoption = match known(pki, name, &certificates)? {
        Known::Whole(certificate) => Adoption {
            name: name.clone(),
            certificate: CaCertificate::try_from(certificate)?,
            key_pem: None,
            above: Vec::new(),
        },
        Known::WithoutKey => arguments.adoption(&ca, certificates)?,
        Known::No => {
            refuse_existing(pki, name)?;
            arguments.adoption(&ca, certificates)?
        }
    };
    let keeps_key = adoption.key_pem.is_some();
    let mut store = Store::create(pki, &actor(), now)?;
    let adopted = adopt(&mut store, adoption, now)?;
    let mut importer = Importer::new(&mut store, adopted.authority.clone(), now)?;
    import(&mut importer, &ca)?;
    let imported = importer.finish()?;
    let settled = if arguments.with_files {
        settle_all(&mut store, &ca, adopted.authority.id, now)?
    } else {
        Settled::default()
    };
    report(name, &ca, &adopted, imported, settled, now).map(|report| {
        if keeps_key || !arguments.no_key {
            return report;
        }
        report.note(format!(
            "{name} has no key here and cannot sign; import it again with --key FILE to bring one"
        ))
    })
}

impl CaImport {
    /// The directory that is named, with what the flags say otherwise.
    fn foreign_ca(&self) -> Result<ForeignCa> {
        let mut ca = match (&self.directory, &self.cert) {
            (Some(directory), None) => detect(directory)?,
            (Some(directory), Some(certificate)) => {
                let ca = detect(directory).unwrap_or_else(|_| ForeignCa::of_files(certificate));
                ForeignCa {
                    certificate: certificate.clone(),
                    key: None,
                    ..ca
                }
            }
            (None, Some(certificate)) => ForeignCa::of_files(certificate),
            (None, None) => bail!("name a directory, or the CA's certificate with --cert"),
        };
        if let Some(index) = &self.index {
            ca.crl_number = index
                .parent()
                .map(|folder| folder.join("crlnumber"))
                .filter(|file| file.is_file());
            ca.index = Some(index.clone());
        }
        ca.key = self.key.clone().or(ca.key);
        ca.revocation_list = self.crl.clone().or(ca.revocation_list);
        ca.by_serial.extend(self.newcerts.iter().cloned());
        ca.keys.extend(self.newcerts.iter().cloned());
        Ok(ca)
    }

    /// What the files come to: the certificate that fits the key, and the key as it will be kept.
    fn adoption(&self, ca: &ForeignCa, mut certificates: Vec<Certificate>) -> Result<Adoption> {
        let name = &self.name;
        secrets::refuse_double_standard_input([
            ("--passphrase-file", self.passphrase_file.as_ref()),
            ("--new-passphrase-file", self.new_passphrase_file.as_ref()),
        ])?;
        let place = || ca.certificate.display().to_string();
        let above = certificates.clone();
        if self.no_key {
            let certificate = CaCertificate::try_from(certificates.swap_remove(0));
            return Ok(Adoption {
                name: name.clone(),
                certificate: certificate.with_context(place)?,
                key_pem: None,
                above,
            });
        }
        let Some(key_file) = &ca.key else {
            return Err(Advised {
                message: format!("{}: the key of this CA is not found", place()),
                hint: "give it with --key FILE, or know the CA without signing with --no-key"
                    .to_owned(),
            }
            .into());
        };
        let unlocked = unlock_key(key_file, self.passphrase_file.as_ref(), "--passphrase-file")?;
        let certificate = fitting(certificates, unlocked.key.public_key())
            .filter(|certificate| certificate.public_key() == unlocked.key.public_key());
        let Some(certificate) = certificate else {
            bail!(
                "{}: this key is of no certificate in {}",
                key_file.display(),
                place()
            );
        };
        let certificate = CaCertificate::try_from(certificate).with_context(place)?;
        Ok(Adoption {
            name: name.clone(),
            certificate,
            key_pem: Some(self.key_pem(unlocked)?),
            above,
        })
    }

    /// The key as it will be kept: never plainer than it was, unless a flag says so.
    fn key_pem(&self, unlocked: UnlockedKey) -> Result<Zeroizing<String>> {
        let UnlockedKey { key, passphrase } = unlocked;
        if self.no_passphrase {
            return Ok(key.to_pkcs8_pem());
        }
        let secret = match (passphrase, &self.new_passphrase_file) {
            (Some(passphrase), None) => passphrase,
            (_, file) => {
                let source = secrets::Source {
                    file: file.as_ref(),
                    flag: "--new-passphrase-file",
                    prompt: format!("passphrase for the key of CA {}", self.name),
                };
                source
                    .new_secret()
                    .context("the CA key is encrypted here unless --no-passphrase is given")?
            }
        };
        key.to_encrypted_pem(&secret, &Protection::default())
            .context("could not encrypt the key")
    }
}

/// What this PKI has of a CA.
enum Known {
    /// Nothing under this name.
    No,
    /// Its certificate, and no key.
    WithoutKey,
    /// All of it: nothing needs to be asked for.
    Whole(Certificate),
}

fn known(pki: &Path, name: &StoreName, certificates: &[Certificate]) -> Result<Known> {
    let layout = Layout::new(pki);
    let inventory = match Inventory::open_to_read(&layout.inventory()) {
        Ok(inventory) => inventory,
        Err(StoreError::NoPki { .. } | StoreError::OlderSchema { .. }) => return Ok(Known::No),
        Err(error) => return Err(error.into()),
    };
    let authority = inventory.authority_by_name(name)?;
    let same = authority.and_then(|authority| {
        certificates
            .iter()
            .find(|certificate| certificate.as_der() == authority.certificate_der)
    });
    let has_key = layout.authority_file(name, AuthorityFile::Key).is_file();
    Ok(match same {
        Some(certificate) if has_key => Known::Whole(certificate.clone()),
        Some(_) => Known::WithoutKey,
        None => Known::No,
    })
}

/// Takes up all that is found: certificates, then what the last revocation list says, then its
/// number.
fn import(importer: &mut Importer<'_>, ca: &ForeignCa) -> Result<()> {
    for found in Issued::of(ca)? {
        match found? {
            Found::Certificate(found) => importer.take(found)?,
            Found::Refused(LeftOut { place, reason }) => importer.refuse(place, reason),
        }
    }
    if let Some(file) = &ca.revocation_list {
        for der in read::revocation_lists(file)? {
            importer.take_list(&file.display().to_string(), &der)?;
        }
    }
    if let Some(file) = &ca.crl_number {
        let number = files::read(file, files::USUAL_LIMIT)?;
        let number = openssl_index::next_number(&number);
        importer.continue_from(&number.with_context(|| file.display().to_string())?)?;
    }
    Ok(())
}

fn report(
    name: &StoreName,
    ca: &ForeignCa,
    adopted: &Adopted,
    imported: ImportReport,
    settled: Settled,
    now: OffsetDateTime,
) -> Result<Report> {
    let certificate = Certificate::from_der(&adopted.authority.certificate_der)?;
    let ImportReport {
        added,
        completed,
        revoked_since,
        refused,
        foreign,
        standings,
    } = imported;
    let mut text = render::certificate_text(
        "CA",
        &certificate,
        &render::remaining_days(&certificate, now),
    );
    let mut fact = |name: &str, value: String| render::line(&mut text, name, &value);
    fact("from", ca.origin.to_string());
    let mut news = format!("{added} new");
    if completed > 0 {
        news.push_str(&format!(", {completed} known by number are complete now"));
    }
    if revoked_since > 0 {
        news.push_str(&format!(", {revoked_since} revoked since"));
    }
    fact("imported", news);
    let mut stand = format!(
        "{} valid, {} expired, {} revoked",
        standings.valid, standings.expired, standings.revoked
    );
    if standings.listed > 0 {
        stand.push_str(&format!(
            "; {} of these without a certificate's file",
            standings.listed
        ));
    }
    fact("issued", stand);
    let written = adopted.written.iter().map(|file| {
        let is_key = file.extension().is_some_and(|extension| extension == "key");
        (
            file.as_path(),
            if is_key { "private key" } else { "certificate" },
        )
    });
    text.push_str(&render::files_text(
        written.chain(
            settled
                .folders
                .iter()
                .map(|(_, folder)| (folder.as_path(), "a certificate's folder")),
        ),
    ));
    let left_out = |all: &[LeftOut]| -> Value {
        all.iter()
            .map(|one| json!({ "place": one.place, "reason": one.reason }))
            .collect()
    };
    let document = json!({
        "name": name.to_string(),
        "origin": ca.origin.word(),
        "certificate": render::certificate_json(&certificate),
        "files": adopted.written,
        "added": added,
        "completed": completed,
        "revoked_since": revoked_since,
        "valid": standings.valid,
        "expired": standings.expired,
        "revoked": standings.revoked,
        "without_file": standings.listed,
        "refused": left_out(&refused),
        "foreign": left_out(&foreign),
        "folders": settled.folders.iter().map(|(name, folder)| {
            json!({ "name": name.to_string(), "folder": folder })
        }).collect::<Vec<_>>(),
        "without_folder": left_out(&settled.left_out),
    });
    let failures = refused
        .iter()
        .map(|one| anyhow::anyhow!("{}: {}", one.place, one.reason))
        .collect();
    let notes = notes(ca, &certificate, adopted, &foreign, &settled);
    Ok(Report::new("ca.import", document, text)
        .notes(notes)
        .failures(failures))
}

fn notes(
    ca: &ForeignCa,
    certificate: &Certificate,
    adopted: &Adopted,
    foreign: &[LeftOut],
    settled: &Settled,
) -> Vec<String> {
    let mut notes = Vec::new();
    let is_listed = ca.index.is_some() || !ca.by_serial.is_empty();
    if !is_listed {
        let keeper = match ca.origin {
            Origin::Mkcert => "mkcert keeps no list of what it issued",
            _ => "there is no list of what this CA issued",
        };
        notes.push(format!(
            "{keeper}: only what was found is known; name folders with --newcerts DIR"
        ));
    }
    if !is_self_signed(certificate) && adopted.chain.is_empty() {
        notes.push(format!(
            "the CA above ({}) is not known here, so chains end with this one; import it with \
             --no-key to have it in them",
            certificate.issuer().openssl_oneline()
        ));
    }
    if let Some((certificate, key)) = &ca.other {
        notes.push(format!(
            "there is another CA: --cert {} --key {}",
            certificate.display(),
            key.display()
        ));
    }
    notes.extend(told(foreign, "certificates of other issuers were left out"));
    notes.extend(told(&settled.left_out, "certificates have no folder"));
    notes
}

/// A few of many.
fn told(all: &[LeftOut], what: &str) -> Vec<String> {
    let mut told: Vec<String> = all
        .iter()
        .take(TOLD)
        .map(|one| format!("{}: {}", one.place, one.reason))
        .collect();
    if all.len() > TOLD {
        told.push(format!("{} {what}; --json has them all", all.len()));
    }
    told
}
