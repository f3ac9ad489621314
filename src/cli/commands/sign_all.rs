//! `certmint sign --out-dir`: many requests at once.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::sign::{Applied, Sign, application, not_written, open_signer};
use crate::{
    authority::{Filed, Filing, Order, SigningAuthority, certify_all},
    cli::{
        args::Global,
        failure::Advised,
        output,
        progress::Progress,
        read,
        render::{self, GREEN},
        report::{Form, Report},
    },
    store::{Store, create_new_files, files::Secrecy},
};

/// How many certificates are held in memory at once.
const CHUNK: usize = 1000;

pub(crate) fn run(pki: &Path, arguments: &Sign, folder: &Path, global: &Global) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let places = places(&arguments.requests, folder)?;
    let (mut store, signer) = open_signer(pki, arguments, now)?;
    let progress = Progress::new(global, places.len());
    let mut outcome = Outcome::new(folder, global.form());
    for chunk in places.chunks(CHUNK) {
        sign_chunk(&mut store, &signer, arguments, chunk, now, &mut outcome)?;
        progress.at(outcome.issued + outcome.failures.len());
    }
    progress.end();
    Ok(outcome.report())
}

/// A request, and where its certificate goes.
struct Place {
    request: PathBuf,
    out: PathBuf,
}

/// `DIR/NAME.crt` for each `NAME.csr`; nothing is signed where one of them cannot be written.
fn places(requests: &[PathBuf], folder: &Path) -> Result<Vec<Place>> {
    if !folder.is_dir() {
        return Err(Advised {
            message: format!("{} is no directory", folder.display()),
            hint: format!("make it first: mkdir {}", folder.display()),
        }
        .into());
    }
    let mut taken: HashMap<PathBuf, &PathBuf> = HashMap::new();
    let mut places = Vec::with_capacity(requests.len());
    for request in requests {
        let stem = request
            .file_stem()
            .with_context(|| format!("{} has no file name", request.display()))?;
        let mut name = stem.to_owned();
        name.push(".crt");
        let out = folder.join(name);
        output::refuse_existing(&out)?;
        if let Some(other) = taken.insert(out.clone(), request) {
            return Err(Advised {
                message: format!(
                    "the certificates of {} and {} would both be {}",
                    other.display(),
                    request.display(),
                    out.display()
                ),
                hint: "sign them in two runs, with two directories".to_owned(),
            }
            .into());
        }
        places.push(Place {
            request: request.clone(),
            out,
        });
    }
    Ok(places)
}

fn sign_chunk(
    store: &mut Store,
    signer: &SigningAuthority,
    arguments: &Sign,
    chunk: &[Place],
    now: OffsetDateTime,
    outcome: &mut Outcome<'_>,
) -> Result<()> {
    let applied: Vec<Result<Applied>> = chunk
        .par_iter()
        .map(|place| {
            let request = read::request(&place.request)?;
            let applied = request
                .prove()
                .map_err(anyhow::Error::from)
                .and_then(|key| application(arguments, &request, key, now));
            applied.with_context(|| place.request.display().to_string())
        })
        .collect();
    let (mut asked, mut orders) = (Vec::new(), Vec::new());
    for (place, applied) in chunk.iter().zip(applied) {
        match applied {
            Ok(Applied {
                application,
                left_out,
                notes,
            }) => {
                asked.push((place, left_out, notes));
                orders.push(Order {
                    application,
                    filing: Filing::Elsewhere,
                });
            }
            Err(error) => outcome.failures.push(error),
        }
    }
    let signed = certify_all(store, signer, orders, now, &mut |_| {});
    let (mut made, mut contents) = (Vec::new(), Vec::new());
    for ((place, left_out, notes), signed) in asked.into_iter().zip(signed) {
        match signed {
            Ok(mut filed) => {
                filed.decisions.extend(left_out);
                contents.push((place.out.clone(), filed.certificate.to_pem().into_bytes()));
                made.push((place, filed, notes));
            }
            Err(error) => outcome.failed(place, error.into()),
        }
    }
    let written = create_new_files(outcome.folder, contents, Secrecy::Public)
        .with_context(|| "the certificates are in the inventory, and 'certmint export pem --serial SERIAL' writes them again")?;
    for ((place, filed, notes), written) in made.into_iter().zip(written) {
        match written {
            Ok(()) => outcome.signed(place, &filed, notes),
            Err(error) => outcome.failed(place, not_written(&filed, error.into())),
        }
    }
    Ok(())
}

/// What became of the requests.
struct Outcome<'arguments> {
    folder: &'arguments Path,
    form: Form,
    issued: usize,
    /// How often each extension was granted, changed or refused.
    decisions: BTreeMap<(String, &'static str), usize>,
    /// For the JSON document alone.
    certificates: Vec<Value>,
    notes: BTreeMap<String, usize>,
    failures: Vec<anyhow::Error>,
}

impl<'arguments> Outcome<'arguments> {
    fn new(folder: &'arguments Path, form: Form) -> Self {
        Self {
            folder,
            form,
            issued: 0,
            decisions: BTreeMap::new(),
            certificates: Vec::new(),
            notes: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    fn failed(&mut self, place: &Place, error: anyhow::Error) {
        self.failures
            .push(error.context(place.request.display().to_string()));
    }

    fn signed(&mut self, place: &Place, filed: &Filed, notes: Vec<String>) {
        self.issued += 1;
        for decision in &filed.decisions {
            let told = (decision.extension.to_string(), decision.outcome.word());
            *self.decisions.entry(told).or_default() += 1;
        }
        for note in notes {
            *self.notes.entry(note).or_default() += 1;
        }
        if self.form == Form::Json {
            let files = json!({ "request": place.request, "files": [&place.out] });
            let certificate = render::with_fields(render::filed_json(filed), files);
            self.certificates.push(certificate);
        }
    }

    fn report(self) -> Report {
        let mut text = format!(
            "{GREEN}{}{GREEN:#} signed",
            render::certificates(self.issued)
        );
        if !self.failures.is_empty() {
            text.push_str(&format!(", {} failed", self.failures.len()));
        }
        text.push('\n');
        if self.issued > 0 {
            text.push_str(&render::files_text([(
                self.folder,
                "one .crt for each request",
            )]));
        }
        if !self.decisions.is_empty() {
            text.push_str("extensions that the requests ask for\n");
            for ((extension, outcome), count) in &self.decisions {
                text.push_str(&format!("  {extension}  {outcome} {count} times\n"));
            }
        }
        let json = json!({
            "issued": self.issued,
            "failed": self.failures.len(),
            "certificates": self.certificates,
        });
        let notes = self.notes.into_iter().map(|(note, count)| match count {
            1 => note,
            count => format!("{note} ({count} times)"),
        });
        Report::new("sign-all", json, text)
            .notes(notes)
            .failures(self.failures)
    }
}
