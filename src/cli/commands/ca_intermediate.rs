//! `certmint ca intermediate`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use time::OffsetDateTime;

use super::{
    ca_init::{AuthorityFlags, authority_report, refuse_existing},
    signing::open_authority,
};
use crate::{
    authority::{Filing, Order, certify},
    cli::{actor::actor, report::Report, secrets},
    profile::{AlternativeNames, Application, CaProfile, LongLife, Profile},
    store::{Store, StoreName},
    x509::{PathLength, ProvenKey, Validity},
};

/// A subordinate CA.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca intermediate web --issuer ca --cn 'Web CA'
  certmint ca intermediate lab --issuer ca --cn 'Lab CA' --permit-dns lab.internal --days 730")]
pub(crate) struct CaIntermediate {
    /// What the CA is called here: its files are ca/NAME.key and ca/NAME.crt
    pub(crate) name: StoreName,
    /// Which CA signs it; needed when there are several
    #[arg(long, value_name = "CA")]
    pub(crate) issuer: Option<StoreName>,
    /// Common name of the CA
    #[arg(long, value_name = "NAME")]
    pub(crate) cn: String,
    #[command(flatten)]
    pub(crate) authority: AuthorityFlags,
    /// Days until the certificate ends
    #[arg(long, default_value_t = 1825, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: u32,
    /// How many levels of CAs may come below this one
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    pub(crate) path_len: u8,
    /// File whose first line is the passphrase of the issuer's key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer_passphrase_file: Option<PathBuf>,
}

pub(crate) fn run(pki: &Path, arguments: &CaIntermediate) -> Result<Report> {
    let CaIntermediate {
        name,
        issuer,
        cn,
        authority,
        days,
        path_len,
        issuer_passphrase_file,
    } = arguments;
    let now = OffsetDateTime::now_utc();
    let subject = authority.subject.name(Some(cn))?;
    let validity = Validity::of_days(now, *days)?;
    secrets::refuse_double_standard_input([
        ("--passphrase-file", authority.passphrase_file.as_ref()),
        ("--issuer-passphrase-file", issuer_passphrase_file.as_ref()),
    ])?;
    let mut store = Store::open(pki, &actor(), now)?;
    refuse_existing(pki, name)?;
    let signer = open_authority(
        &store,
        issuer.as_ref(),
        issuer_passphrase_file.as_ref(),
        "--issuer-passphrase-file",
    )?;
    let (key, key_pem) = authority.new_key(name)?;
    let application = Application {
        profile: Profile::Ca(CaProfile {
            path_length: PathLength::AtMost(*path_len),
            name_constraints: authority.name_constraints(),
        }),
        key: ProvenKey::of(&key),
        subject,
        alternative_names: AlternativeNames::AsRequested,
        validity,
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: Vec::new(),
    };
    let order = Order {
        application,
        filing: Filing::Authority {
            name: name.clone(),
            key_pem,
        },
    };
    let filed = certify(&mut store, &signer, order, now)?;
    authority.services.configure(&mut store, name, now)?;
    Ok(authority_report(
        "ca",
        "subordinate CA",
        name,
        authority,
        &filed,
    ))
}
