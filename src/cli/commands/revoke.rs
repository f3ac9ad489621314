//! `certmint revoke`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{ArgGroup, Args, ValueEnum, builder::PossibleValue};
use serde_json::{Value, json};
use time::{
    Date, OffsetDateTime,
    format_description::well_known::{Iso8601, Rfc3339},
};

use super::crl::{list_json, list_text, publish_without_asking};
use crate::{
    authority::{self, Candidate, Generations, Revocable, Selection, select_for_revocation},
    cli::{
        actor::actor,
        failure::Advised,
        matching::Sha256,
        read,
        records::{self, Issuer, distinguished_name},
        render::{self, BOLD, RED},
        report::Report,
        terminal,
    },
    store::{RecordId, Shelf, Source, State, Store, StoreName},
    x509::{RevocationReason, SerialNumber, escape_control, hexadecimal, moment_text},
};

/// What to revoke.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true),
    after_help = "Examples:
  certmint revoke client01 --reason keyCompromise
  certmint revoke flb --all-generations --reason superseded --yes
  certmint revoke --serial 4E3A5C01 --ca web
  certmint revoke --file stolen.crt --reason keyCompromise --at 2026-11-20
  certmint revoke client01 --reason certificateHold
  certmint revoke client01 --release

A NAME means the generation that is in use. The revocation list is made anew at once where the CA's
key can be opened without asking; else the command crl makes it."
)]
pub(crate) struct Revoke {
    /// What it is called here: a certificate, or else a CA
    #[arg(group = "what")]
    pub(crate) name: Option<StoreName>,
    /// Its serial number in hexadecimal
    #[arg(long, value_name = "SERIAL", group = "what")]
    pub(crate) serial: Option<SerialNumber>,
    /// SHA-256 of the certificate, with or without colons
    #[arg(long, value_name = "SHA256", group = "what")]
    pub(crate) fingerprint: Option<Sha256>,
    /// A file with the certificate; of several in it the first is meant
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) file: Option<PathBuf>,
    /// Why
    #[arg(
        long,
        value_name = "REASON",
        default_value = "unspecified",
        ignore_case = true,
        conflicts_with = "release"
    )]
    pub(crate) reason: Reason,
    /// Which CA it is of
    #[arg(long, value_name = "CA")]
    pub(crate) ca: Option<StoreName>,
    /// Which generation of NAME; the one that is in use if left out
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["serial", "fingerprint", "file"], value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) generation: Option<u32>,
    /// Every generation of NAME
    #[arg(long, conflicts_with_all = ["serial", "fingerprint", "file", "generation"])]
    pub(crate) all_generations: bool,
    /// Since when: a day, or a moment as in RFC 3339; now if left out
    #[arg(long, value_name = "WHEN", value_parser = moment, conflicts_with = "release")]
    pub(crate) at: Option<OffsetDateTime>,
    /// Take it off hold: it is valid again
    #[arg(long)]
    pub(crate) release: bool,
    /// Show what would be revoked, and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// File whose first line is the passphrase of the CA's key, for the new revocation list; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// A reason as people write it: the name in RFC 5280, or its words with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) RevocationReason);

impl ValueEnum for Reason {
    /// All but removeFromCRL, which is for delta lists, and which `--release` stands for.
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(RevocationReason::Unspecified),
            Self(RevocationReason::KeyCompromise),
            Self(RevocationReason::CaCompromise),
            Self(RevocationReason::AffiliationChanged),
            Self(RevocationReason::Superseded),
            Self(RevocationReason::CessationOfOperation),
            Self(RevocationReason::CertificateHold),
            Self(RevocationReason::PrivilegeWithdrawn),
            Self(RevocationReason::AaCompromise),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.0.name());
        Some(match self.0 {
            RevocationReason::KeyCompromise => value.alias("key-compromise"),
            RevocationReason::CaCompromise => value.alias("ca-compromise"),
            RevocationReason::AffiliationChanged => value.alias("affiliation-changed"),
            RevocationReason::CessationOfOperation => value.alias("cessation-of-operation"),
            RevocationReason::CertificateHold => value.alias("certificate-hold"),
            RevocationReason::PrivilegeWithdrawn => value.alias("privilege-withdrawn"),
            RevocationReason::AaCompromise => value.alias("aa-compromise"),
            _ => value,
        })
    }
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| Date::parse(text, &Iso8601::DATE).map(|day| day.midnight().assume_utc()))
        .map_err(|_| "write a day, 2026-11-20, or a moment, 2026-11-20T08:30:00Z".to_owned())
}

pub(crate) fn run(pki: &Path, arguments: &Revoke) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(pki, &actor(), now)?;
    let wanted = arguments.wanted()?;
    let selection = select_for_revocation(store.inventory(), &wanted, arguments.ca.as_ref(), now)?;
    let deed = if arguments.release {
        Deed::Release
    } else {
        Deed::Revoke(arguments.reason.0, arguments.at.unwrap_or(now))
    };
    let concerned: Vec<&Candidate> = selection
        .chosen
        .iter()
        .filter(|one| deed.concerns(one))
        .collect();
    if let (Deed::Release, []) = (&deed, concerned.as_slice()) {
        return Err(Advised {
            message: "nothing of it is on hold, and no other revocation can be taken back (RFC 5280 §5.3.1)"
                .to_owned(),
            hint: "another generation may be: give --generation NUMBER or --all-generations"
                .to_owned(),
        }
        .into());
    }
    if arguments.dry_run {
        return Ok(report(&deed, &selection, &[], now).note("nothing was changed"));
    }
    if !concerned.is_empty() && !arguments.yes {
        let preview = preview(&deed, &concerned, &selection, now);
        let question = match deed {
            Deed::Revoke(..) => format!("Revoke {}?", render::certificates(concerned.len())),
            Deed::Release => format!("Release {}?", render::certificates(concerned.len())),
        };
        if !terminal::confirm(&preview, &question)? {
            bail!("nothing was changed");
        }
    }
    let done = match deed {
        Deed::Revoke(reason, at) => authority::revoke(&mut store, &selection, reason, at, now)?,
        Deed::Release => authority::release(&mut store, &selection, now)?,
    };
    let mut issuers: Vec<StoreName> = Vec::new();
    for issuer in selection
        .chosen
        .iter()
        .filter_map(|one| one.issuer_name.as_ref())
    {
        if !issuers.contains(issuer) {
            issuers.push(issuer.clone());
        }
    }
    // Made anew even if nothing changed: the process that changed it may have died before.
    let made = publish_without_asking(
        &mut store,
        &issuers,
        arguments.passphrase_file.as_ref(),
        now,
    );
    let mut report = report(&deed, &selection, &done, now)
        .notes(made.notes)
        .failures(made.failures);
    for list in &made.lists {
        report.text.push_str(&list_text(list));
    }
    let lists: Vec<Value> = made.lists.iter().map(list_json).collect();
    report.json = render::with_fields(report.json, json!({ "lists": lists }));
    Ok(report)
}

impl Revoke {
    fn wanted(&self) -> Result<Revocable> {
        if let Some(name) = &self.name {
            let generations = match (self.generation, self.all_generations) {
                (Some(generation), _) => Generations::Only(generation),
                (None, true) => Generations::All,
                (None, false) => Generations::Current,
            };
            return Ok(Revocable::Named(name.clone(), generations));
        }
        if let Some(serial) = &self.serial {
            return Ok(Revocable::Serial(serial.as_octets().to_vec()));
        }
        if let Some(Sha256(fingerprint)) = self.fingerprint {
            return Ok(Revocable::Fingerprint(fingerprint));
        }
        let file = self.file.as_ref().context("nothing is named")?;
        let certificates = read::certificates(file, None)?;
        let first = certificates.first().context("there is no certificate")?;
        Ok(Revocable::Fingerprint(first.fingerprint_sha256()))
    }
}

/// What is to be done with what was chosen.
enum Deed {
    Revoke(RevocationReason, OffsetDateTime),
    Release,
}

impl Deed {
    fn concerns(&self, candidate: &Candidate) -> bool {
        match self {
            Self::Revoke(reason, _) => candidate.would_change(*reason),
            Self::Release => candidate.is_on_hold(),
        }
    }
}

/// Exactly what will happen.
fn preview(
    deed: &Deed,
    concerned: &[&Candidate],
    selection: &Selection,
    now: OffsetDateTime,
) -> String {
    let mut text = String::new();
    for candidate in concerned {
        let does = match deed {
            Deed::Revoke(..) => "to be revoked",
            Deed::Release => "to be taken off hold",
        };
        text.push_str(&candidate_text(does, candidate, now));
        if let Deed::Revoke(reason, at) = deed {
            render::line(&mut text, "reason", reason.name());
            render::line(&mut text, "since", &moment_text(*at));
        }
    }
    for note in notes(selection, concerned, now) {
        text.push_str(&format!("{note}\n"));
    }
    text
}

/// What was done, and what stays.
fn report(deed: &Deed, selection: &Selection, done: &[RecordId], now: OffsetDateTime) -> Report {
    let mut text = String::new();
    let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
    for candidate in &selection.chosen {
        let is_done = done.contains(&candidate.row.id);
        let mut fields = json!({});
        let does = match (deed, candidate.revoked()) {
            (Deed::Revoke(reason, at), before) if before.is_none() || is_done => {
                fields = json!({ "reason": reason.name(), "revoked_at": moment_text(*at) });
                if is_done { "revoked" } else { "to be revoked" }
            }
            (Deed::Revoke(..), Some((at, reason))) => {
                fields = json!({ "reason": reason.name(), "revoked_at": moment_text(at) });
                "revoked already"
            }
            (Deed::Release, _) if is_done => "off hold",
            (Deed::Release, _) if candidate.is_on_hold() => "to be taken off hold",
            _ => "not on hold",
        };
        text.push_str(&candidate_text(does, candidate, now));
        for (name, key) in [("reason", "reason"), ("since", "revoked_at")] {
            if let Some(value) = fields.get(key).and_then(Value::as_str) {
                render::line(&mut text, name, value);
            }
        }
        let document = render::with_fields(candidate_json(candidate, now), fields);
        if is_done {
            changed.push(document);
        } else {
            unchanged.push(document);
        }
    }
    let word = match deed {
        Deed::Revoke(..) => "revoked",
        Deed::Release => "released",
    };
    let standing: Vec<Value> = selection
        .standing
        .iter()
        .map(|one| candidate_json(one, now))
        .collect();
    let json = json!({
        "deed": word,
        "changed": changed,
        "unchanged": unchanged,
        "still_valid": standing,
    });
    let chosen: Vec<&Candidate> = selection.chosen.iter().collect();
    Report::new("revoke", json, text).notes(notes(selection, &chosen, now))
}

fn candidate_text(does: &str, candidate: &Candidate, now: OffsetDateTime) -> String {
    let row = &candidate.row;
    let what = match &row.place {
        Some(place) if place.shelf == Shelf::Authorities => format!("CA {}", place.name),
        Some(place) => format!("{}, generation {}", place.name, place.generation),
        None if row.source == Source::Listed => {
            "a certificate that is known from another program's list alone".to_owned()
        }
        None if row.status.signed().is_none() => "a certificate that was lost".to_owned(),
        None => "a certificate that is filed elsewhere".to_owned(),
    };
    let mut text = format!("{RED}{does}{RED:#}  {BOLD}{what}{BOLD:#}\n");
    render::line(&mut text, "subject", &escape_control(&row.subject));
    if !row.sans.is_empty() {
        let names: Vec<String> = row
            .sans
            .iter()
            .map(|name| escape_control(&name.value))
            .collect();
        render::line(&mut text, "names", &names.join(", "));
    }
    let issuer = candidate.issuer_name.as_ref().map_or_else(
        || candidate.issuer_subject().to_owned(),
        |name| format!("{name} ({})", candidate.issuer_subject()),
    );
    render::line(&mut text, "issuer", &escape_control(&issuer));
    render::line(&mut text, "serial", &hexadecimal(&row.serial));
    let left = render::days_text(render::days_left(row.not_after, now));
    let days = if row.not_after < now {
        ""
    } else {
        " days left"
    };
    render::line(
        &mut text,
        "valid",
        &format!("until {} ({left}{days})", render::day(row.not_after)),
    );
    text
}

fn candidate_json(candidate: &Candidate, now: OffsetDateTime) -> Value {
    let issuer = candidate.issuer.as_ref().map(|issuer| Issuer {
        name: candidate.issuer_name.as_ref().map(StoreName::to_string),
        subject: issuer.subject.clone(),
        distinguished_name: distinguished_name(&issuer.subject_der, &issuer.subject),
    });
    records::document(&candidate.row, issuer.as_ref(), now)
}

/// What a person should know besides.
fn notes(selection: &Selection, chosen: &[&Candidate], now: OffsetDateTime) -> Vec<String> {
    let mut notes = Vec::new();
    for one in chosen {
        let row = &one.row;
        if row.not_after < now {
            notes.push(format!(
                "{} expired on {}: lists leave it out",
                hexadecimal(&row.serial),
                render::day(row.not_after)
            ));
        }
        if row.status.state() == State::Lost {
            notes.push(format!(
                "{} was recorded and never completed: the list says that whoever has such a certificate may not use it",
                hexadecimal(&row.serial)
            ));
        }
        if row
            .place
            .as_ref()
            .is_some_and(|place| place.shelf == Shelf::Authorities)
        {
            notes.push(format!(
                "everything that the CA {} signed is refused with it, by clients that check the lists of all CAs",
                escape_control(&row.subject)
            ));
        }
        if one.issuer_name.is_none() {
            notes.push(format!(
                "its CA {} has no name in this PKI and publishes no list here: give it one with 'certmint ca import'",
                escape_control(one.issuer_subject())
            ));
        }
    }
    if !selection.standing.is_empty() {
        let generations: Vec<String> = selection
            .standing
            .iter()
            .filter_map(|one| {
                let place = one.row.place.as_ref()?;
                let end = render::day(one.row.not_after);
                Some(format!("generation {} until {end}", place.generation))
            })
            .collect();
        notes.push(format!(
            "other generations stay valid: {}; --generation NUMBER or --all-generations revokes them",
            generations.join(", ")
        ));
    }
    notes
}
