//! `certmint ca import`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    ca_init::refuse_existing,
    signing::{UnlockedKey, fitting, unlock_key},
};
use crate::{
    authority::{Adoption, Importer, LeftOut, adopt, name_here},
    cli::{
        actor::actor,
        args::Global,
        failure::Advised,
        foreign_ca::{ForeignCa, Found, Issued, Settled, around, detect, settle_all},
        import_report,
        progress::Progress,
        read,
        report::Report,
        secrets,
    },
    formats::openssl_index,
    key::Protection,
    store::{AuthorityFile, Inventory, Layout, Store, StoreError, StoreName, files},
    x509::{CaCertificate, Certificate},
};

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

pub(crate) fn run(pki: &Path, arguments: &CaImport, global: &Global) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let name = &arguments.name;
    let ca = arguments.foreign_ca()?;
    let lists = ForeignLists::read(&ca)?;
    let certificates = read::certificates(&ca.certificate, None)?;
    let adoption = match known(pki, name, &certificates)? {
        Known::Whole(certificate) => Adoption {
            name: name.clone(),
            certificate: CaCertificate::try_from(*certificate)?,
            key_pem: None,
            above: Vec::new(),
        },
        Known::WithoutKey => arguments.adoption(&ca, certificates)?,
        Known::No => {
            refuse_existing(pki, name)?;
            arguments.adoption(&ca, certificates)?
        }
    };
    let mut store = Store::create(pki, &actor(), now)?;
    let adopted = adopt(&mut store, adoption, now)?;
    let mut importer = Importer::new(&mut store, adopted.authority.clone(), now)?;
    import(&mut importer, &ca, &lists, global)?;
    let imported = importer.finish()?;
    let settled = if arguments.with_files {
        settle_all(&mut store, &ca, adopted.authority.id, now)?
    } else {
        Settled::default()
    };
    let key = store.layout().authority_file(name, AuthorityFile::Key);
    let keyless = (!key.is_file()).then(|| {
        format!("{name} has no key here and cannot sign; import it again with its key to bring it")
    });
    let report = import_report::report(name, &ca, &adopted, imported, settled, now)?;
    Ok(report.notes(keyless))
}

impl CaImport {
    /// The directory that is named, with what the flags say otherwise.
    fn foreign_ca(&self) -> Result<ForeignCa> {
        let mut ca = match (&self.directory, &self.cert) {
            (Some(directory), None) => detect(directory)?,
            (Some(directory), Some(certificate)) => around(directory, certificate),
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
    Whole(Box<Certificate>),
}

fn known(pki: &Path, name: &StoreName, certificates: &[Certificate]) -> Result<Known> {
    let layout = Layout::new(pki);
    let inventory = match Inventory::open_to_read(&layout.inventory()) {
        Ok(inventory) => inventory,
        // Opening it to write makes it, brings it up to date, or refuses it.
        Err(
            StoreError::NoPki { .. }
            | StoreError::OlderSchema { .. }
            | StoreError::NotAnInventory { .. },
        ) => return Ok(Known::No),
        Err(error) => return Err(error.into()),
    };
    let mut same = None;
    for certificate in certificates {
        if name_here(&inventory, certificate)?.as_ref() == Some(name) {
            same = Some(certificate);
            break;
        }
    }
    let has_key = layout.authority_file(name, AuthorityFile::Key).is_file();
    Ok(match same {
        Some(certificate) if has_key => Known::Whole(Box::new(certificate.clone())),
        Some(_) => Known::WithoutKey,
        None => Known::No,
    })
}

/// What is known of a CA's revocation lists, each with its file.
struct ForeignLists {
    /// DER of the last one.
    last: Vec<(String, Vec<u8>)>,
    /// The number of the next one.
    next_number: Option<(String, Vec<u8>)>,
}

impl ForeignLists {
    fn read(ca: &ForeignCa) -> Result<Self> {
        let mut lists = Self {
            last: Vec::new(),
            next_number: None,
        };
        if let Some(file) = &ca.revocation_list {
            let place = file.display().to_string();
            let ders = read::revocation_lists(file)?;
            lists.last = ders.into_iter().map(|der| (place.clone(), der)).collect();
        }
        if let Some(file) = &ca.crl_number {
            let place = file.display().to_string();
            let number = files::read(file, files::USUAL_LIMIT)?;
            let number = openssl_index::next_number(&number).with_context(|| place.clone())?;
            lists.next_number = Some((place, number));
        }
        Ok(lists)
    }
}

/// Takes up all that is found: certificates, then what the last revocation list says, then the
/// number of the next.
fn import(
    importer: &mut Importer<'_>,
    ca: &ForeignCa,
    lists: &ForeignLists,
    global: &Global,
) -> Result<()> {
    let issued = Issued::of(ca)?;
    let progress = Progress::new(global, issued.expected());
    for (done, found) in issued.enumerate() {
        progress.at(done);
        match found? {
            Found::Certificate(found) => importer.take(*found)?,
            Found::Refused(LeftOut { place, reason }) => importer.refuse(place, reason),
        }
    }
    progress.end();
    for (place, der) in &lists.last {
        importer.take_list(place, der)?;
    }
    if let Some((place, number)) = &lists.next_number {
        importer.continue_with(place, number)?;
    }
    Ok(())
}
