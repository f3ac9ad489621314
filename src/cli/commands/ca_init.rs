//! `certmint ca init`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{services::ServiceFlags, signing::NewKey, subject::SubjectFlags};
use crate::{
    authority::{Filed, Filing, Order, SigningAuthority, certify},
    cli::{actor::actor, output, render, report::Report, show_openssl},
    key::{KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, CaProfile, LongLife, Profile},
    store::{AuthorityFile, Layout, Store, StoreName},
    x509::{IpSubnet, Name, NameConstraints, PathLength, ProvenKey, Subtree, Validity},
};

/// A root CA.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca init --cn testca.com
  certmint ca init --cn 'Example Root CA' --org Example --country JP --passphrase-file root.pass
  certmint ca init lab --cn 'Lab CA' --permit-dns internal.local --permit-ip 10.0.0.0/8")]
pub(crate) struct CaInit {
    /// What the CA is called here: its files are ca/NAME.key and ca/NAME.crt
    #[arg(default_value = "ca")]
    pub(crate) name: StoreName,
    /// Common name of the CA
    #[arg(long, value_name = "NAME")]
    pub(crate) cn: String,
    #[command(flatten)]
    pub(crate) authority: AuthorityFlags,
    /// Days until the certificate ends
    #[arg(long, default_value_t = 3650, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: u32,
    /// How many levels of CAs may come below this one
    #[arg(long, default_value_t = 1, value_name = "COUNT")]
    pub(crate) path_len: u8,
    /// Print the openssl commands that do the same, and do nothing
    #[arg(long)]
    pub(crate) show_openssl: bool,
}

/// The flags that root and subordinate CAs share.
#[derive(Debug, Args)]
pub(crate) struct AuthorityFlags {
    #[command(flatten)]
    pub(crate) subject: SubjectFlags,
    /// Kind of key: rsa2048 rsa3072 rsa4096 p256 p384 p521 ed25519
    #[arg(long, default_value = "rsa4096", value_name = "KIND")]
    pub(crate) key: KeySpec,
    /// Permit host names in this domain, and in no other; may be repeated
    #[arg(long, value_name = "DOMAIN", value_parser = Subtree::dns)]
    pub(crate) permit_dns: Vec<Subtree>,
    /// Permit IP addresses of this subnet, and no others; may be repeated
    #[arg(long, value_name = "CIDR")]
    pub(crate) permit_ip: Vec<IpSubnet>,
    #[command(flatten)]
    pub(crate) services: ServiceFlags,
    /// File whose first line is the passphrase for the CA key; - is standard input; asked for if left
    /// out
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Write the CA key without encryption
    #[arg(long)]
    pub(crate) no_passphrase: bool,
}

impl AuthorityFlags {
    /// The subtrees that the CA may certify, if the flags say any.
    pub(crate) fn name_constraints(&self) -> Option<NameConstraints> {
        let subnets = self.permit_ip.iter().map(|subnet| Subtree::Ip(*subnet));
        NameConstraints::new(
            self.permit_dns.iter().cloned().chain(subnets).collect(),
            Vec::new(),
        )
    }

    /// What a constrained CA may still certify without limit (RFC 5280 §4.2.1.10: a kind of name
    /// that no subtree names is not constrained).
    pub(crate) fn constraint_note(&self) -> Option<String> {
        match (self.permit_dns.is_empty(), self.permit_ip.is_empty()) {
            (false, true) => Some(
                "IP addresses are not constrained by --permit-dns; add --permit-ip to limit them"
                    .to_owned(),
            ),
            (true, false) => Some(
                "host names are not constrained by --permit-ip; add --permit-dns to limit them"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// Makes the key and its PEM, encrypted unless the flags say otherwise.
    pub(crate) fn new_key(&self, name: &StoreName) -> Result<(PrivateKey, Zeroizing<String>)> {
        NewKey {
            spec: self.key,
            passphrase_file: self.passphrase_file.as_ref(),
            flag: "--passphrase-file",
            no_passphrase: self.no_passphrase,
        }
        .make(name)
    }
}

impl CaInit {
    /// What the flags want of a key.
    pub(crate) fn application(
        &self,
        subject: Name,
        key: ProvenKey,
        validity: Validity,
    ) -> Application {
        Application {
            profile: Profile::Ca(CaProfile {
                path_length: PathLength::AtMost(self.path_len),
                name_constraints: self.authority.name_constraints(),
            }),
            key,
            subject,
            alternative_names: AlternativeNames::AsRequested,
            validity,
            long_life: LongLife::Refuse,
            requested: Vec::new(),
            operator: Vec::new(),
        }
    }
}

pub(crate) fn run(pki: &Path, arguments: &CaInit) -> Result<Report> {
    let CaInit {
        name,
        cn,
        authority,
        days,
        path_len: _,
        show_openssl,
    } = arguments;
    let subject = authority.subject.name(Some(cn))?;
    if *show_openssl {
        return show_openssl::ca_init(pki, arguments, &subject);
    }
    let now = OffsetDateTime::now_utc();
    refuse_existing(pki, name)?;
    let validity = Validity::of_days(now, *days)?;
    let (key, key_pem) = authority.new_key(name)?;
    let mut store = Store::create(pki, &actor(), now)?;
    let application = arguments.application(subject.clone(), ProvenKey::of(&key), validity);
    let signer = SigningAuthority::new_root(subject, key);
    let order = Order {
        application,
        filing: Filing::Authority {
            name: name.clone(),
            key_pem,
        },
    };
    let filed = certify(&mut store, &signer, order, now)?;
    authority.services.configure(&mut store, name, now)?;
    Ok(authority_report("ca", "root CA", name, authority, &filed))
}

/// A CA whose name is taken is refused before anybody is asked for a passphrase.
pub(crate) fn refuse_existing(pki: &Path, name: &StoreName) -> Result<()> {
    let layout = Layout::new(pki);
    for file in [AuthorityFile::Key, AuthorityFile::Certificate] {
        output::refuse_existing(&layout.authority_file(name, file))?;
    }
    Ok(())
}

/// What the commands that make a CA report.
pub(crate) fn authority_report(
    schema: &str,
    kind: &str,
    name: &StoreName,
    flags: &AuthorityFlags,
    filed: &Filed,
) -> Report {
    let protection = if flags.no_passphrase {
        "private key, not encrypted"
    } else {
        "private key, encrypted"
    };
    let described = filed
        .files
        .iter()
        .map(PathBuf::as_path)
        .zip([protection, "certificate"]);
    let text = format!(
        "{}{}",
        render::certificate_text(
            kind,
            &filed.certificate,
            &render::ordered_days(&filed.certificate)
        ),
        render::files_text(described)
    );
    let json = render::with_fields(
        render::filed_json(filed),
        json!({ "name": name.to_string() }),
    );
    Report::new(schema, json, text).notes(flags.constraint_note())
}
