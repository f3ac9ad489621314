//! `certmint ca renew`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use super::signing::{name_of, open_key, open_this};
use crate::{
    authority::{
        CertifiedBy, Outliving, RenewedAuthority, SigningAuthority, certified_by, itself,
        named_certificate, outliving, renew_authority, same_life,
    },
    cli::{
        actor::actor,
        failure::{Advised, one_line},
        manifest_file,
        render::{self, GREEN},
        renewal::{News, Outcome, Policy, Wishes, tell, waiting_json},
        report::Report,
    },
    store::{AuthorityFile, RefreshedChains, Store, StoreName},
    x509::{Validity, moment_text},
};

/// The next certificate of a CA, with the same name and key.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca renew
  certmint ca renew web --days 1825 --passphrase-file root.pass

What the CA signed stays valid: its name and key are the same. It has to end no earlier than what it
signed, unless --allow-shorter says otherwise. The chain files of its certificates
get the new certificate. For a new key see docs/rollover.md.")]
pub(crate) struct CaRenew {
    /// Which CA; needed when there are several
    pub(crate) name: Option<StoreName>,
    /// Days until the new certificate ends; as many as the last one had if left out
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: Option<u32>,
    /// Even if it ends before certificates in use that the CA signed
    #[arg(long)]
    pub(crate) allow_shorter: bool,
    /// File whose first line is the passphrase of the key that signs: the CA's own if it is a root,
    /// else its issuer's; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The manifest that says how the servers of what the CA signed are told of the new chain;
    /// pki.toml in this folder if left out and there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
}

pub(crate) fn run(pki: &Path, arguments: &CaRenew) -> Result<Report> {
    let CaRenew {
        name,
        days,
        allow_shorter,
        passphrase_file,
        manifest,
    } = arguments;
    let policy = match Policy::of_manifest(manifest.as_ref(), Wishes::default())? {
        Err(wrong) => return Ok(manifest_file::faulty(wrong)),
        Ok(policy) => policy,
    };
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(pki, &actor(), now)?;
    let authority = itself(store.inventory(), name.as_ref())?;
    let last = named_certificate(&authority)?;
    let validity = match days {
        Some(days) => Validity::of_days(now, *days)?,
        None => same_life(&last, now)?,
    };
    let name = name_of(&authority)?;
    let later = outliving(
        store.inventory(),
        &store.inventory().authorities()?,
        &authority,
        validity.not_after(),
        now,
    )?;
    let mut notes = Vec::new();
    if let Some(later) = later {
        let ends_first = ends_first(&name, validity, &later);
        if !allow_shorter {
            return Err(Advised {
                message: format!("{ends_first}; nothing was signed"),
                hint: format!(
                    "--days {} or more outlives them; --allow-shorter signs it all the same",
                    later.days_needed(now)
                ),
            }
            .into());
        }
        notes.push(ends_first);
    }
    let flag = "--passphrase-file";
    let (kind, signer) = match certified_by(store.inventory(), &authority)? {
        CertifiedBy::Itself => {
            let key_file = store.layout().authority_file(&name, AuthorityFile::Key);
            let key = open_key(&key_file, passphrase_file.as_ref(), flag)?;
            let signer = SigningAuthority::new_root(last.subject().clone(), key);
            ("root CA", signer)
        }
        CertifiedBy::Authority(issuer) => {
            let signer = open_this(&store, &issuer, passphrase_file.as_ref(), flag)?;
            ("subordinate CA", signer)
        }
    };
    let RenewedAuthority { filed, refreshed } =
        renew_authority(&mut store, &authority, &signer, validity, now)?;
    let told = tell(
        &mut store,
        pki,
        &policy,
        News::Chains,
        &refreshed.certificates,
        now,
    )?;
    let text = format!(
        "{}{}{}",
        render::certificate_text(
            kind,
            &filed.certificate,
            &render::ordered_days(&filed.certificate)
        ),
        render::files_text(
            filed
                .files
                .iter()
                .map(|file| (file.as_path(), "certificate; the key is the same"))
        ),
        told_text(&told)
    );
    let fields = json!({
        "name": name.to_string(),
        "replaces": {
            "serial": render::serial(&last),
            "not_after": moment_text(last.not_after()),
        },
        "refreshed": names_json(&refreshed.certificates),
        "in_use": told.in_use.iter().map(waiting_json).collect::<Vec<_>>(),
        "exports": told.exports,
        "failures": told.failures.iter().map(one_line).collect::<Vec<_>>(),
    });
    let document = render::with_fields(render::filed_json(&filed), fields);
    if signer.path().is_empty() {
        notes.push(format!(
            "give the new certificate to whoever trusts the old one, before that ends on {}",
            render::day(last.not_after())
        ));
    }
    Ok(Report::new("ca.renew", document, text)
        .notes(notes)
        .notes(refreshed_note(&refreshed, &told))
        .notes(told.notes)
        .failures(told.failures))
}

/// That the next certificate of a CA ends before what it signed.
fn ends_first(name: &StoreName, validity: Validity, later: &Outliving) -> String {
    let first = &later.first;
    let title = match &first.place {
        Some(place) => place.name.to_string(),
        None => first.subject.clone(),
    };
    let (certificates, end) = match later.count {
        1 => ("1 certificate in use below it".to_owned(), "ends"),
        many => (format!("{many} certificates in use below it"), "end"),
    };
    format!(
        "the new certificate of {name} ends on {}, and {certificates} {end} later, first {title} on {}",
        render::day(validity.not_after()),
        render::day(first.not_after)
    )
}

/// What servers took, and which files were written again.
pub(crate) fn told_text(told: &Outcome) -> String {
    let in_use = told.in_use.iter().map(|one| {
        format!(
            "{GREEN}✓{GREEN:#} {}: its servers have the new chain\n",
            one.name
        )
    });
    let exports = told.exports.iter();
    let exports = render::files_text(exports.map(|file| (file.as_path(), "exported again")));
    in_use.chain([exports]).collect()
}

/// What servers have to be told after chain files changed, beyond what was told.
pub(crate) fn refreshed_note(refreshed: &RefreshedChains, told: &Outcome) -> Option<String> {
    let is_told = |name: &StoreName| {
        told.not_taken.contains(name) || told.in_use.iter().any(|one| one.name == *name)
    };
    let others = refreshed.certificates.iter().filter(|name| !is_told(name));
    let count = others.count();
    (count > 0).then(|| {
        format!(
            "the chain files of {} are new: reload what serves them",
            render::certificates(count)
        )
    })
}

pub(crate) fn names_json(names: &[StoreName]) -> Vec<String> {
    names.iter().map(StoreName::to_string).collect()
}
